// `placeos-auth/idle`, in an app that is built with Vite, in one tab and in two.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "../e2e/support/suite.js";
import { typePassword } from "../e2e/support/visit.js";
import { sandboxOf } from "../e2e/support/worlds.js";
import { appOf } from "./support/app.js";

/** @import { Page } from "playwright-core" */
/** @import { Visit } from "../e2e/support/visit.js" */

const SECOND = 1000;
const AFTER = 4;
const APP = `/idle/?after=${AFTER}&local`;

/** @param {Page} page @param {"signed in" | "signed out"} text */
const isNow = (page, text) =>
  page.locator("#state", { hasText: text }).waitFor();

/** @param {Page} page */
const state = (page) => page.locator("#state").textContent();

/** @param {Page} page */
const warnings = (page) =>
  page.evaluate(
    () => /** @type {{ warnings?: (number | null)[] }} */ (window).warnings,
  );

/**
 * A page on which somebody has just signed in.
 *
 * @param {Visit} visit
 * @param {string} [path]
 */
async function signedIn(visit, path = APP) {
  const page = await visit.open(path);
  await page.getByRole("button", { name: "Sign in" }).click();
  await typePassword(page);
  await isNow(page, "signed in");
  return page;
}

/**
 * A user who moves the pointer for a time.
 *
 * @param {Page} page
 * @param {number} seconds
 */
async function busy(page, seconds) {
  for (let at = 0; at < seconds * 4; at += 1) {
    await page.mouse.move(10 + at, 10);
    await sleep(SECOND / 4);
  }
}

for (const generation of /** @type {const} */ (["rails", "next"])) {
  suite(
    `An app whose users are signed out when idle, ${generation}`,
    (claim) => {
      claim("warns the user, then signs out, and stays", async (visit) => {
        const page = await signedIn(visit);
        await isNow(page, "signed out");
        assert.deepEqual(await warnings(page), [2, 1, null]);
        assert.equal(page.url(), visit.world.app + APP);
      });

      claim("goes to the server to sign out, and comes back", async (visit) => {
        const page = await signedIn(visit, `/idle/?after=${AFTER}`);
        const { requests } = sandboxOf(visit.world);
        await page.waitForRequest(/\/auth\/logout/);
        await isNow(page, "signed out");
        assert.ok(requests.some(({ url }) => url.includes("/revoke")));
      });

      claim(
        "keeps a user who is busy in one tab signed in in both, and signs out of both",
        async (visit) => {
          const first = await signedIn(visit);
          const second = await visit.open(APP);
          await isNow(second, "signed in");
          await busy(second, 2 * AFTER);
          assert.equal(await state(first), "signed in");
          const before = Date.now();
          await Promise.all([
            isNow(first, "signed out"),
            isNow(second, "signed out"),
          ]);
          assert.ok(Date.now() - before > (AFTER - 1.5) * SECOND);
        },
      );

      claim(
        "takes the warning back when the user is back, and for no event of a script's",
        async (visit) => {
          const page = await signedIn(visit);
          await page.locator("#warning", { hasText: "2 s" }).waitFor();
          await page.evaluate(() =>
            document.body.dispatchEvent(
              new KeyboardEvent("keydown", { bubbles: true }),
            ),
          );
          await page.locator("#warning", { hasText: "1 s" }).waitFor();
          await page.keyboard.press("Shift");
          await page.locator("#warning").waitFor({ state: "hidden" });
          assert.deepEqual(await warnings(page), [2, 1, null]);
          assert.equal(await state(page), "signed in");
        },
      );

      claim(
        "signs out at once who left a page longer ago, and nobody who has just signed in",
        async (visit) => {
          const page = await signedIn(visit);
          await page.close();
          await sleep((AFTER + 0.5) * SECOND);
          const next = await signedOutAtOnce(visit);
          await next.getByRole("button", { name: "Sign in" }).click();
          await isNow(next, "signed in");
          await sleep(SECOND);
          assert.equal(await state(next), "signed in");
        },
      );
    },
    { kind: appOf("idle", { generation }) },
  );
}

/** @param {Visit} visit */
async function signedOutAtOnce(visit) {
  const page = await visit.open(APP);
  await isNow(page, "signed out");
  assert.deepEqual(await warnings(page), []);
  return page;
}

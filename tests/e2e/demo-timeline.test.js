// The demo's timeline, and its tabs.
import assert from "node:assert/strict";
import {
  demoKind as kind,
  eventsOf,
  openDemo,
  says,
  screen,
  signedInDemo,
  textOf,
} from "./support/demo.js";
import { suite } from "./support/suite.js";
import { typePassword } from "./support/visit.js";

const PICTURE = "#timeline-picture";

suite(
  "The demo's timeline",
  (claim) => {
    const count = (page, shape) => page.locator(`${PICTURE} ${shape}`).count();
    const place = (page, shape) =>
      page
        .locator(`${PICTURE} ${shape}`)
        .first()
        .evaluate((drawn) => drawn.getBoundingClientRect().x);

    claim("draws the token, the event and the requests", async (visit) => {
      const page = await signedInDemo(visit, { flow: "code" });
      await page.getByTestId("system").first().waitFor();
      assert.equal(await count(page, ".token:not(.over)"), 1);
      assert.equal(await count(page, ".event.signed-in"), 1);
      assert.equal(await count(page, ".request.good:not(.unsigned)"), 3);
      const unsigned = page.locator(
        '[data-testid="request"][data-signed="false"]',
      );
      // The exchange of the code among them.
      assert.ok((await unsigned.count()) > 0);
      assert.equal(
        await count(page, ".request.good.unsigned"),
        await unsigned.count(),
      );
      await page.getByTestId("try-forbidden").click();
      await says(page, "answer", "403");
      assert.equal(await count(page, ".request.bad"), 1);
      const labels = page.locator(`${PICTURE} .label`);
      assert.ok((await labels.allTextContents()).includes("403"));
    });

    claim("draws another token at a renewal, and the end", async (visit) => {
      const page = await signedInDemo(visit, { flow: "code" });
      await page.getByTestId("renew").click();
      await says(page, "renewal", "Renewed at");
      assert.equal(await count(page, ".token.over"), 1);
      assert.equal(await count(page, ".token:not(.over)"), 1);
      assert.equal(await count(page, ".event.renewed"), 1);
      await page.getByTestId("sign-out-local").click();
      await screen(page, "welcome");
      assert.equal(await count(page, ".token:not(.over)"), 0);
      assert.equal(await count(page, ".event.signed-out"), 1);
    });

    claim("moves to the left by the time that goes by", async (visit) => {
      const page = await signedInDemo(visit);
      const begun = Date.now();
      const before = await place(page, ".event");
      await page.waitForTimeout(1000);
      const gone = before - (await place(page, ".event"));
      const { width } = await page.locator(PICTURE).boundingBox();
      // A minute is as wide as the picture.
      const most = (width / 60_000) * (Date.now() - begun);
      assert.ok(gone > (width / 60) * 0.9, `${gone} of ${width} pixels`);
      assert.ok(gone < most + 1, `${gone} of ${most} pixels`);
    });

    claim("holds still for people who want no motion", async (visit) => {
      const page = await openDemo(visit);
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.reload();
      await screen(page, "welcome");
      await page.evaluate(() => {
        const moved = [];
        Object.assign(window, { moved });
        const world = document.querySelector("#timeline-picture g[transform]");
        new MutationObserver((changes) => moved.push(...changes)).observe(
          world,
          { attributes: true },
        );
      });
      await page.waitForTimeout(3000);
      const moved = await page.evaluate(
        () => /** @type {any} */ (window).moved.length,
      );
      assert.ok(moved <= 1, `${moved} times`);
    });

    claim("forgets what has gone by", async (visit) => {
      await visit.context.clock.install();
      const page = await openDemo(visit);
      await page.getByTestId("flow-code").check();
      await page.locator(`${PICTURE} .event`).waitFor({ state: "attached" });
      await page.clock.runFor(100_000);
      assert.equal(await count(page, ".event, .label"), 0);
    });

    claim("says in words what it draws", async (visit) => {
      const page = await signedInDemo(visit, { flow: "code" });
      await page.getByTestId("system").first().waitFor();
      await page.getByTestId("try-forbidden").click();
      await says(page, "answer", "403");
      await page.getByTestId("renew").click();
      await says(page, "renewal", "Renewed at");
      assert.equal(
        await textOf(page, "timeline-summary"),
        "Signed in. Since this page began: 4 signed requests, 1 of them with an error; 1 renewal.",
      );
      assert.deepEqual(await eventsOf(page), ["renewed", "signed-in"]);
      await page
        .getByRole("img", { name: "Timeline" })
        .and(page.locator("[aria-describedby=timeline-summary]"))
        .waitFor();
    });
  },
  { kind },
);

suite(
  "The demo in a second tab",
  (claim) => {
    const openSecond = async (page) => {
      const opened = page.waitForEvent("popup");
      await page.getByTestId("second-tab").click();
      return opened;
    };
    const linesOf = (page) => page.getByTestId("tab").allTextContents();

    for (const storage of ["session", "local"]) {
      claim(
        `has the same session, with storage "${storage}": in both tabs they agree`,
        async (visit) => {
          const page = await signedInDemo(visit, { storage, flow: "code" });
          await says(page, "tabs-state", "No other tab");
          const second = await openSecond(page);
          await screen(second, "dashboard");
          for (const tab of [page, second]) {
            await says(tab, "tabs-state", "2 tabs agree.");
          }
          await second.getByTestId("renew").click();
          await says(second, "renewal", "Renewed at");
          await says(page, "renewal", "Renewed at");
          assert.equal((await eventsOf(page))[0], "renewed");
          for (const tab of [page, second]) {
            await says(tab, "tabs-state", "2 tabs agree.");
          }
          await second.getByTestId("sign-out-local").click();
          await screen(page, "welcome");
          await says(page, "tabs-state", "2 tabs agree.");
          const lines = await linesOf(page);
          assert.ok(lines.every((line) => line.includes("signed out")));
          await second.close();
          await says(page, "tabs-state", "No other tab");
        },
      );
    }

    claim(
      'hears nothing of a session with storage "memory": they differ',
      async (visit) => {
        const page = await signedInDemo(visit, { storage: "memory" });
        const second = await openSecond(page);
        await screen(second, "welcome");
        await says(page, "tabs-state", "2 tabs, and they differ.");
        await says(second, "tabs-state", "2 tabs, and they differ.");
      },
    );

    claim("is not the popup of a sign-in", async (visit) => {
      const page = await openDemo(visit, { way: "popup", flow: "code" });
      const states = [];
      await page.exposeFunction("note", (state) => states.push(state));
      await page.evaluate(() => {
        const line = document.querySelector("#tabs-state");
        new MutationObserver(() =>
          /** @type {any} */ (window).note(line.textContent),
        ).observe(line, { childList: true });
      });
      const opened = page.waitForEvent("popup");
      await page.getByTestId("sign-in").click();
      await typePassword(await opened);
      await screen(page, "dashboard");
      await page.waitForTimeout(500);
      assert.ok(states.length > 0);
      for (const state of states) assert.match(state, /^No other tab/);
    });
  },
  { kind },
);

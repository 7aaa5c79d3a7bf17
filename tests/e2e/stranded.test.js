// What docs/page-of-json.md says: a server that can't send the user back shows a page of its own, and what the app hears.
import assert from "node:assert/strict";
import { clientIdOf } from "../servers/sandbox/apps.js";
import { openFramed } from "./support/frames.js";
import { byCode, until } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, leave, ready, typePassword } from "./support/visit.js";
import { nextHere, sandboxHere } from "./support/worlds.js";

/** @import { Session } from "placeos-auth" */
/** @import { Options, Settled } from "./page.d.ts" */
/** @import { Visit } from "./support/visit.js" */

/** A redirect URI that the client of another one is registered without. */
const ELSEWHERE = "/app/elsewhere";

/** @type {[string, Options][]} */
const REFUSED = [
  ["unauthorized_client", { flow: "code", clientId: "nobody-knows-this" }],
  ["unauthorized_client", { flow: "code", redirectUri: ELSEWHERE }],
  ["unsupported_response_type", { flow: "implicit" }],
  ["invalid_scope", { flow: "code", scope: "everything" }],
];

/**
 * Options of a client in the visit's world.
 *
 * @param {Visit} visit
 * @param {Options} options
 * @returns {Options}
 */
const optionsOf = ({ world }, options) => ({
  ...world.options,
  ...(options.redirectUri === ELSEWHERE
    ? { clientId: clientIdOf(`${world.app}/app/bare.html`) }
    : {}),
  ...options,
});

/**
 * Where a person is who has signed in with options that the server refuses.
 *
 * @param {Visit} visit
 * @param {Options} options
 */
async function strandedWith(visit, options) {
  const page = await visit.open();
  await create(page, optionsOf(visit, options));
  await leave(page);
  await typePassword(page);
  await page.waitForURL("**/auth/oauth/authorize?*");
  return page;
}

suite(
  "A user whom the newest server can't send back",
  (claim) => {
    for (const [code, options] of REFUSED) {
      const what = JSON.stringify(options);
      claim(`is on a page of JSON, ${code}, with ${what}`, async (visit) => {
        const page = await strandedWith(visit, options);
        const text = await page.locator("body").innerText();
        assert.equal(JSON.parse(text).error, code);
        const asked = new URL(page.url()).searchParams;
        assert.ok(asked.get("client_id"));
        const { redirectUri = "/app/bare.html" } = options;
        const sent = asked.get("redirect_uri");
        assert.equal(sent, visit.world.app + String(redirectUri));
      });
    }

    claim("closes the popup, which the app hears of", async (visit) => {
      const page = await visit.open();
      await create(page, byCode(visit, { clientId: "nobody-knows-this" }));
      const opened = page.context().waitForEvent("page");
      await page.evaluate(() => {
        window.waits = settled(auth.login({ mode: "popup" }));
      });
      const popup = await opened;
      await typePassword(popup);
      await popup.waitForURL("**/auth/oauth/authorize?*");
      await popup.close();
      const outcome = await page.evaluate(() => window.waits);
      const { error } = /** @type {Settled<Session>} */ (outcome);
      assert.equal(error?.code, "popup_closed");
    });

    claim("gets the server's code from a hidden frame", async (visit) => {
      const page = await openFramed(visit);
      await Promise.all([
        visit.signInUntilAnswered(page, byCode(visit)),
        typePassword(page),
      ]);
      for (const [code, options] of REFUSED) {
        await page.evaluate(() => sessionStorage.clear());
        await page.reload();
        await ready(page);
        await create(page, optionsOf(visit, options));
        const { error } = await page.evaluate(() =>
          settled(auth.login({ mode: "silent" })),
        );
        assert.equal(error?.code, code, JSON.stringify(options));
      }
    });
  },
  { kind: nextHere },
);

suite(
  "A user whom an older server can't send back",
  (claim) => {
    for (const options of [
      { clientId: "nobody-knows-this" },
      { redirectUri: ELSEWHERE },
      { scope: "everything" },
    ]) {
      const what = JSON.stringify(options);
      claim(`is on a page that says so, with ${what}`, async (visit) => {
        const page = await strandedWith(visit, options);
        const title = "OAuth authorization required";
        await until(async () => (await page.title()) === title, title);
      });
    }
  },
  { kind: sandboxHere },
);

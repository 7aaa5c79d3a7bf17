import assert from "node:assert/strict";
import { AUTHORIZE_PATH, authorizations, hold } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, keysOf, leave, typePassword } from "./support/visit.js";

/** Calls `login` on a page as often as this, and keeps what becomes of each in `leavings`. */
const click = (page, times) =>
  page.evaluate((times) => {
    window.leavings ??= [];
    for (let count = 0; count < times; count++) {
      const leaving = { ended: false };
      leaving.done = settled(window.auth.login()).then(({ error }) => {
        leaving.ended = true;
        return error?.code;
      });
      window.leavings.push(leaving);
    }
  }, times);

/** Calls `login` now and again over a while, and keeps for the next page what was to be seen at its end. */
const clickFor = (page, ms) =>
  page.evaluate((ms) => {
    const ended = [];
    const times = [0, 0, 0.2, 0.5, 0.8];
    for (const time of times) {
      setTimeout(() => {
        settled(window.auth.login()).then(({ error }) =>
          ended.push(error.code),
        );
      }, time * ms);
    }
    setTimeout(() => {
      const keys = Object.keys(sessionStorage);
      const begun = keys.find((key) => key.includes(":begun:"));
      localStorage.seen = JSON.stringify({
        clicks: times.length,
        ended,
        records: keys.filter((key) => key.includes(":sign-in:")).length,
        beginnings: sessionStorage[begun].split(",").length,
      });
    }, ms);
  }, ms);

suite(
  "Sign-in clicked again while it is under way",
  (claim) => {
    for (const flow of ["auto", "code"]) {
      claim(`is one sign-in, with flow "${flow}"`, async (visit) => {
        const page = await visit.open();
        await create(page, { flow });
        const server = hold(visit, AUTHORIZE_PATH);
        await clickFor(page, 1_500);
        await server.arrived;
        await page.waitForTimeout(2_000);
        server.release();
        await page.getByLabel("Password").waitFor();
        const [seen] = await page.evaluate(() => [localStorage.seen]);
        assert.deepEqual(JSON.parse(seen), {
          clicks: 5,
          ended: [],
          records: 1,
          beginnings: 1,
        });
        assert.equal(authorizations(visit).length, 1);
        await typePassword(page);
        await page.waitForURL(/[?#&]state=/);
      });
    }

    claim(
      "ends for all of them when the user comes back, and can begin again",
      async (visit) => {
        const page = await visit.open();
        await create(page);
        for (const round of [1, 2]) {
          await click(page, 3);
          await page.getByLabel("Password").waitFor();
          await page.evaluate(() => history.back());
          await page.waitForURL("**/app/bare.html", { waitUntil: "commit" });
          const codes = await page.evaluate(() =>
            Promise.all(window.leavings.splice(0).map(({ done }) => done)),
          );
          assert.deepEqual(codes, Array(3).fill("login_required"));
          const records = (await keysOf(page)).filter((key) =>
            key.includes(":sign-in:"),
          );
          assert.equal(records.length, round);
        }
        await leave(page);
        await page.getByLabel("Password").waitFor();
      },
    );

    claim("is told at once what can't be asked for", async (visit) => {
      const page = await visit.open();
      await create(page);
      const codes = await page.evaluate(async () => {
        settled(auth.login());
        const outcomes = await Promise.all([
          settled(auth.login({ returnTo: "https://elsewhere.test/" })),
          settled(auth.login({ scope: "" })),
          settled(auth.login({ appState: 1n })),
        ]);
        return outcomes.map(({ error }) => error.code);
      });
      assert.deepEqual(codes, [
        "untrusted_url",
        "configuration",
        "configuration",
      ]);
    });
  },
  { keepsPages: true },
);

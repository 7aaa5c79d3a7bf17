import assert from "node:assert/strict";
import {
  BARE,
  heard,
  listen,
  renewals,
  signedInByPassword,
  statusOf,
  stored,
} from "./support/grants.js";
import { ledger, renew, sessionOf } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready } from "./support/visit.js";

/** The tab goes on to another page of the same app, which does something with the session, and the user comes back. */
async function awayAndBack(visit, page, options, meanwhile) {
  await page.evaluate(() => {
    window.mark = "kept";
    addEventListener("pageshow", ({ persisted }) => (window.back = persisted));
  });
  await page.goto(`${visit.world.app}${BARE}?away`);
  await ready(page);
  await meanwhile(page);
  // A page that was kept isn't loaded again.
  await page.goBack({ waitUntil: "commit" });
  await ready(page);
  const isKept = await page.evaluate(() => window.back === true);
  if (!isKept) await create(page, options);
  return isKept;
}

suite(
  "A page from the back/forward cache",
  (claim) => {
    claim("that was away finds the session it left", async (visit) => {
      const { page, options } = await signedInByPassword(visit);
      await listen(page);
      const isKept = await awayAndBack(visit, page, options, async () => {});
      assert.equal(isKept, true, "the browser has kept the page");
      assert.ok(await sessionOf(page));
      assert.deepEqual(await heard(page), []);
      assert.equal(await statusOf(visit, page), 200);
      assert.ok((await renew(page)).value);
    });

    claim("finds it ended, if it was meanwhile", async (visit) => {
      const { page, options } = await signedInByPassword(visit);
      await listen(page);
      const isKept = await awayAndBack(visit, page, options, () =>
        page.evaluate(() => sessionStorage.clear()),
      );
      assert.equal(isKept, true, "the browser has kept the page");
      assert.deepEqual(await heard(page), [["signed-out"]]);
      assert.equal(await sessionOf(page), null);
      const { error } = await page.evaluate(() => settled(auth.token()));
      assert.equal(error?.code, "login_required");
    });

    claim("finds it ended by a sign-out, cached or not", async (visit) => {
      const { page, options } = await signedInByPassword(visit);
      await listen(page);
      await awayAndBack(visit, page, options, async () => {
        await create(page, options);
        await page.evaluate(() => auth.logout({ local: true }));
      });
      assert.equal(await sessionOf(page), null);
      assert.deepEqual(await keysOf(page), []);
    });

    claim(
      "takes over the tokens of a renewal that it has missed",
      async (visit) => {
        visit.world.sandbox.strictRotation = true;
        const seen = ledger(visit);
        const { page, options } = await signedInByPassword(visit);
        await listen(page);
        const old = await stored(page);
        let text;
        const isKept = await awayAndBack(visit, page, options, async () => {
          // A client that nobody can hear, as one of an older browser.
          await page.evaluate(() => delete window.BroadcastChannel);
          await create(page, options);
          assert.ok((await renew(page)).value);
          text = await stored(page);
        });
        assert.notEqual(text.access_token, old.access_token);
        assert.equal(isKept, true, "the browser has kept the page");
        assert.deepEqual(await heard(page), [["renewed"]]);
        const token = await page.evaluate(() => auth.token());
        assert.equal(token, text.access_token);
        assert.ok((await renew(page)).value);
        assert.equal(seen.twice, 0);
        assert.equal(await statusOf(visit, page), 200);
      },
    );

    claim("renews what has ended meanwhile", async (visit) => {
      const { sandbox } = visit.world;
      Object.assign(sandbox, { strictRotation: true, tokenLifetime: 2 });
      const { page, options } = await signedInByPassword(visit);
      await listen(page);
      const before = renewals(visit).length;
      const isKept = await awayAndBack(visit, page, options, () =>
        page.waitForTimeout(2500),
      );
      assert.equal(isKept, true, "the browser has kept the page");
      assert.equal(await statusOf(visit, page), 200);
      assert.ok(renewals(visit).length > before);
      assert.ok(!(await heard(page)).flat().includes("expired"));
    });
  },
  { keepsPages: true },
);

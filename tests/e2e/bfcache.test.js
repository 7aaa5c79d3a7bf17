import assert from "node:assert/strict";
import {
  answerAt,
  BARE,
  heard,
  listen,
  renewals,
  signedInByPassword,
  statusOf,
  stored,
  TOKEN_PATH,
  until,
  withClock,
} from "./support/grants.js";
import { ledger, renew, sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready } from "./support/visit.js";

const HOUR = 3_600_000;

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

suite("An hour without network", (claim) => {
  claim(
    "ends no session, is told, and is over at once when the network is back",
    async (visit) => {
      visit.world.sandbox.strictRotation = true;
      await withClock(visit);
      const seen = ledger(visit);
      const { page } = await signedInByPassword(visit);
      const before = await stored(page);
      await listen(page);
      await visit.context.setOffline(true);
      await page.clock.fastForward(7_150_000);
      await until(async () => (await heard(page)).length > 0, "it is told");
      assert.deepEqual((await heard(page))[0], ["renewal-failed", "network"]);
      for (let gone = 0; gone < HOUR; gone += 15_000) {
        await page.clock.fastForward(15_000);
        await page.waitForTimeout(5);
      }
      const tries = await heard(page);
      assert.ok(tries.length > 20 && tries.length < 200, `${tries.length}`);
      const codes = new Set(tries.flat());
      // What hops over the time that a request may take.
      codes.delete("timeout");
      assert.deepEqual([...codes], ["renewal-failed", "network"]);
      assert.ok(await sessionOf(page));
      assert.deepEqual(await stored(page), before);
      const { error } = await page.evaluate(() => settled(auth.token()));
      assert.equal(error?.code, "network");
      assert.equal(error.retryable, true);

      await visit.context.setOffline(false);
      await until(
        async () => (await heard(page)).at(-1)[0] === "renewed",
        "it is renewed",
        3000,
      );
      assert.equal(await statusOf(visit, page), 200);
      assert.equal(seen.given, 1);
      tell("an hour without network", {
        tabs: 1,
        tries: tries.length,
        renewals: seen.given,
        twice: seen.twice,
        lost: (await sessionOf(page)) ? 0 : 1,
      });
    },
  );

  claim(
    "is not asked of a server that said when to come again",
    async (visit) => {
      await withClock(visit);
      const { page } = await signedInByPassword(visit);
      await listen(page);
      const end = answerAt(visit, TOKEN_PATH, (_req, res) =>
        res.status(429).set("Retry-After", "600").end(),
      );
      const before = renewals(visit).length;
      await page.clock.fastForward(7_150_000);
      await until(async () => (await heard(page)).length > 0, "it is told");
      for (let gone = 0; gone < 580_000; gone += 20_000) {
        await page.clock.fastForward(20_000);
        await page.waitForTimeout(5);
      }
      assert.equal(renewals(visit).length - before, 1);
      end();
      await page.clock.fastForward(60_000);
      await until(
        async () => (await heard(page)).at(-1)[0] === "renewed",
        "it is renewed",
      );
      assert.equal(renewals(visit).length - before, 2);
    },
  );
});

/** Has the page seen by nobody, or by somebody again. */
const setHidden = (page, isHidden) =>
  page.evaluate((hidden) => {
    const state = hidden ? "hidden" : "visible";
    for (const [name, value] of [
      ["visibilityState", state],
      ["hidden", hidden],
    ]) {
      Object.defineProperty(document, name, { value, configurable: true });
    }
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);

suite("A page that nobody sees", (claim) => {
  claim("renews nothing until it is seen again", async (visit) => {
    await withClock(visit);
    const { page } = await signedInByPassword(visit);
    await listen(page);
    await setHidden(page, true);
    for (let gone = 0; gone < 3 * HOUR; gone += HOUR / 4) {
      await page.clock.fastForward(HOUR / 4);
      await page.waitForTimeout(20);
    }
    assert.equal(renewals(visit).length, 0);
    assert.ok(await sessionOf(page));
    assert.deepEqual(await heard(page), []);
    await setHidden(page, false);
    await until(async () => (await heard(page)).length > 0, "it is renewed");
    assert.deepEqual(await heard(page), [["renewed"]]);
    assert.equal(renewals(visit).length, 1);
  });

  claim("renews when it asks for a token itself", async (visit) => {
    await withClock(visit);
    const { page } = await signedInByPassword(visit);
    await setHidden(page, true);
    await page.clock.fastForward(3 * HOUR);
    await page.waitForTimeout(100);
    assert.equal(renewals(visit).length, 0);
    assert.equal(await statusOf(visit, page), 200);
    assert.equal(renewals(visit).length, 1);
  });
});

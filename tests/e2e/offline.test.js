import assert from "node:assert/strict";
import {
  answerAt,
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
import { ledger, sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";

const HOUR = 3_600_000;

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

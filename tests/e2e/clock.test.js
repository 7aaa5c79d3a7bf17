import assert from "node:assert/strict";
import {
  answerAt,
  heard,
  listen,
  renewals,
  signedInByPassword,
  statusOf,
  TOKEN_PATH,
  until,
  withClock,
} from "./support/grants.js";
import { ledger, sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";

const HOUR = 3_600_000;

suite("A clock that jumps", (claim) => {
  const jump = async (page, ms) => {
    const now = await page.evaluate(() => Date.now());
    await page.clock.setSystemTime(now + ms);
  };
  const live = async (page, seconds) => {
    for (let gone = 0; gone < seconds; gone += 5) {
      await page.clock.runFor(5000);
      await page.waitForTimeout(10);
    }
  };

  claim("forward and back makes no loop, and loses nothing", async (visit) => {
    visit.world.sandbox.strictRotation = true;
    await withClock(visit);
    const seen = ledger(visit);
    const { page } = await signedInByPassword(visit);
    await listen(page);
    const counts = [];
    for (const hours of [3, -3, -24, 48, -24, 24 * 365, -24 * 365]) {
      await jump(page, hours * HOUR);
      await live(page, 120);
      assert.ok(await sessionOf(page), `${hours} h`);
      assert.equal(await statusOf(visit, page), 200, `${hours} h`);
      counts.push(seen.given);
    }
    assert.ok(counts[0] === 1, "three hours on, its token had ended");
    assert.ok(counts.at(-1) <= 7, `${counts} renewals, one a jump at most`);
    assert.deepEqual([...new Set((await heard(page)).flat())], ["renewed"]);
    tell("seven jumps of the clock", {
      tabs: 1,
      calls: 7,
      renewals: seen.given,
      twice: seen.twice,
      lost: 0,
    });
  });

  claim("over the end of a session ends it with a word", async (visit) => {
    await withClock(visit);
    answerAt(visit, TOKEN_PATH, (_req, res) =>
      res.json({
        access_token: "without-a-successor",
        token_type: "Bearer",
        expires_in: 7200,
      }),
    );
    const { page } = await signedInByPassword(visit);
    await listen(page);
    assert.equal((await sessionOf(page)).canRenew, false);
    await jump(page, 3 * HOUR);
    await live(page, 35);
    assert.deepEqual(await heard(page), [["expired"]]);
    await jump(page, -3 * HOUR);
    await live(page, 35);
    assert.deepEqual(await heard(page), [["expired"]]);
    assert.equal(await sessionOf(page), null);
  });

  claim(
    "back in the middle of a failure is no wait for ever",
    async (visit) => {
      await withClock(visit);
      const { page } = await signedInByPassword(visit);
      await listen(page);
      const end = answerAt(visit, TOKEN_PATH, (_req, res) =>
        res.status(503).end(),
      );
      await page.clock.fastForward(7_150_000);
      await until(async () => (await heard(page)).length > 0, "it failed");
      await jump(page, -HOUR);
      end();
      await live(page, 60);
      assert.equal(await statusOf(visit, page), 200);
      assert.ok(renewals(visit).length < 6, `${renewals(visit).length} tries`);
      assert.ok(await sessionOf(page));
    },
  );
});

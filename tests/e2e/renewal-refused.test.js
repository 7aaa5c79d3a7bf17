import assert from "node:assert/strict";
import {
  answerAt,
  heard,
  listen,
  post,
  REVOKE_PATH,
  signedInByPassword,
  signedInForLong,
  statusWith,
  stored,
  TOKEN_PATH,
  tokenPosts,
  until,
  withClock,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { keysOf } from "./support/visit.js";
import { everywhere, nextElsewhere, sandboxHere } from "./support/worlds.js";

/** The session's tokens end at the server, without the app. */
async function revokedElsewhere(visit, page) {
  const { access_token, refresh_token } = await stored(page);
  const { client_id } = tokenPosts(visit)[0].form;
  for (const token of [access_token, refresh_token]) {
    await post(visit, REVOKE_PATH, { token, client_id });
  }
  assert.equal(await statusWith(visit, access_token), 401);
}

/** What every way to a token comes to. */
const everyWay = (visit, page) =>
  page.evaluate(async (server) => {
    const api = `${server}/api/engine/v2/systems`;
    const results = await Promise.all([
      settled(auth.token()),
      settled(auth.fetch(api)),
      settled(auth.signUrl(api)),
      settled(auth.renew()),
    ]);
    return results.map(({ error }) => error?.code);
  }, visit.world.server);

const ended = Array(4).fill("login_required");

for (const kind of everywhere) {
  suite(
    `A session that the server has ended, ${kind.name}`,
    (claim) => {
      claim(
        "gives the app the server's own 401, and is over by the renewal that it asked for",
        async (visit) => {
          const { page } = await signedInForLong(visit);
          await revokedElsewhere(visit, page);
          await listen(page);
          const seen = await page.evaluate(async (server) => {
            const api = `${server}/api/engine/v2/systems`;
            const response = await auth.fetch(api);
            const { error } = await response.json();
            return { status: response.status, error, session: auth.session };
          }, visit.world.server);
          assert.equal(seen.status, 401);
          assert.equal(typeof seen.error, "string");
          assert.equal(seen.session, null);
          assert.deepEqual(await heard(page), [["expired"]]);
          assert.equal(tokenPosts(visit).length, 2, "sign-in and renewal");
        },
      );
    },
    { kind },
  );
}

for (const kind of [sandboxHere, nextElsewhere]) {
  suite(
    `A session that the server has ended without a word to the app, ${kind.name}`,
    (claim) => {
      claim("is over by a renewal, once, for everyone", async (visit) => {
        const { page } = await signedInForLong(visit);
        await revokedElsewhere(visit, page);
        await listen(page);
        const codes = await page.evaluate(async () => {
          const calls = [auth.renew(), auth.renew(), auth.renew()];
          const results = await Promise.all(
            calls.map((call) =>
              settled(/** @type {Promise<unknown>} */ (call)),
            ),
          );
          return results.map(({ error }) => error?.code);
        });
        assert.deepEqual(codes, Array(3).fill("login_required"));
        assert.deepEqual(await heard(page), [["expired"]]);
        const { session } = await page.evaluate(() => plain(auth));
        assert.equal(session, null);
        assert.deepEqual(await keysOf(page), []);
        assert.deepEqual(await everyWay(visit, page), ended);
        assert.equal(tokenPosts(visit).length, 2);
        assert.deepEqual(await heard(page), [["expired"]], "once");
      });

      claim("is over by a renewal that nobody asked for", async (visit) => {
        await withClock(visit);
        const { page } = await signedInForLong(visit);
        await revokedElsewhere(visit, page);
        await listen(page);
        await page.clock.fastForward(7_300_000);
        await until(async () => (await heard(page)).length > 0, "it is over");
        assert.deepEqual(await everyWay(visit, page), ended);
        assert.deepEqual(await heard(page), [["expired"]]);
        assert.equal(tokenPosts(visit).length, 2);
      });
    },
    { kind },
  );
}

suite("A renewal that the server refuses for good", (claim) => {
  claim("ends the session, whatever its name and status", async (visit) => {
    const { page } = await signedInByPassword(visit);
    await listen(page);
    answerAt(visit, TOKEN_PATH, (_req, res) =>
      res.status(403).json({ error: "access_denied" }),
    );
    const { error } = await page.evaluate(() => settled(auth.renew()));
    assert.equal(error?.code, "login_required");
    assert.deepEqual(await heard(page), [["expired"]]);
    assert.deepEqual(await keysOf(page), []);
  });

  claim("ends it for a listener that asks again at once", async (visit) => {
    const { page } = await signedInByPassword(visit);
    visit.world.sandbox.revokeAll();
    const seen = await page.evaluate(async () => {
      const calls = [];
      auth.subscribe(({ type }) => {
        calls.push(type, auth.session, settled(auth.renew()));
      });
      await settled(auth.renew());
      return Promise.all(calls);
    });
    const [type, session, { error }, ...more] = seen;
    assert.deepEqual([type, session, more], ["expired", null, []]);
    assert.equal(error.code, "login_required");
    assert.equal(tokenPosts(visit).length, 2);
  });
});

suite("A renewal that fails for now", (claim) => {
  claim(
    "is tried again, with growing delay, until it succeeds",
    async (visit) => {
      await withClock(visit);
      const { page } = await signedInByPassword(visit);
      const old = await stored(page);
      await page.evaluate(() => {
        // Without the spread that chance adds, load can't hide the growth.
        Math.random = () => 0;
        window.failed = [];
        auth.subscribe(({ type, error }) => {
          window.last = type;
          if (error)
            window.failed.push([Date.now(), error.code, error.retryable]);
        });
      });
      let asked = 0;
      const end = answerAt(visit, TOKEN_PATH, (_req, res) => {
        asked += 1;
        res.status(503).end();
      });
      const failures = () => page.evaluate(() => window.failed);
      await page.clock.fastForward(7_150_000);
      await until(async () => (await failures()).length > 0, "it failed");
      while ((await failures()).length < 5) {
        await page.clock.fastForward(500);
        await page.waitForTimeout(80);
        // The clock stands still while an answer is on its way.
        await until(
          async () => (await failures()).length >= asked,
          "what was asked has failed",
        );
      }
      const seen = await failures();
      for (const [, ...error] of seen) {
        assert.deepEqual(error, ["temporarily_unavailable", true]);
      }
      const gaps = seen.slice(1).map(([at], n) => at - seen[n][0]);
      for (const [n, gap] of gaps.entries()) {
        assert.ok(n === 0 || gap > gaps[n - 1] * 1.3, `${gaps} ms`);
      }
      assert.deepEqual(await stored(page), old);

      end();
      await page.clock.fastForward(60_000);
      await until(
        async () => (await page.evaluate(() => window.last)) === "renewed",
        "it was renewed",
      );
    },
  );

  claim(
    "leaves a token that is good in use, and says why when it is no more",
    async (visit) => {
      await withClock(visit);
      const { page } = await signedInByPassword(visit);
      const old = await stored(page);
      const end = answerAt(visit, TOKEN_PATH, (_req, res) => res.destroy());
      const token = () => page.evaluate(() => settled(auth.token()));
      await page.clock.fastForward(7_150_000);
      assert.equal((await token()).value, old.access_token);
      await page.clock.fastForward(100_000);
      const { error } = await token();
      assert.equal(error?.code, "network");
      assert.equal(error?.retryable, true);
      const { session } = await page.evaluate(() => plain(auth));
      assert.equal(session.canRenew, true, "there is still a session");
      assert.deepEqual(await stored(page), old);
      end();
      await page.clock.fastForward(120_000);
      await until(async () => (await token()).value, "it is good again");
    },
  );
});

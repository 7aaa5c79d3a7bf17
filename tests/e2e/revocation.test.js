import assert from "node:assert/strict";
import {
  answerAt,
  assertHidden,
  BARE,
  heard,
  hold,
  holdAnswers,
  listen,
  post,
  postsTo,
  REVOKE_PATH,
  signedInByCode,
  signedInByPassword,
  signedInForLong,
  statusWith,
  stored,
  TOKEN_PATH,
  tokenPosts,
  until,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready } from "./support/visit.js";
import { everywhere, nextElsewhere, sandboxHere } from "./support/worlds.js";

const LOGOUT_PATH = "/auth/logout";

const pathOf = ({ url }) => new URL(url).pathname;

/** What was revoked so far, in this order. */
const revoked = (visit) =>
  postsTo(visit, REVOKE_PATH).map(({ form }) => form.token);

/**
 * Asserts that neither token of a session is good for anything at the server.
 *
 * @param {import("./support/visit.js").Visit} visit
 * @param {Record<string, string>} tokens
 */
async function assertDead(visit, { access_token, refresh_token }) {
  assert.equal(await statusWith(visit, access_token), 401);
  const { client_id } = tokenPosts(visit)[0].form;
  const grant = { grant_type: "refresh_token", refresh_token, client_id };
  const { status } = await post(visit, TOKEN_PATH, grant);
  assert.equal(status, 400);
}

for (const kind of everywhere) {
  suite(
    `Signing out, ${kind.name}`,
    (claim) => {
      claim(
        "has both tokens revoked before it leaves, and they are dead then",
        async (visit) => {
          const { page } = await signedInByCode(visit);
          const tokens = await stored(page);
          const { access_token, refresh_token } = tokens;
          assert.equal(await statusWith(visit, access_token), 200);
          const from = visit.requests.length;
          await page.evaluate(() => void auth.logout());
          await until(
            () => visit.requests.some((asked) => pathOf(asked) === LOGOUT_PATH),
            "the page left",
          );
          const { loggedOut, app } = visit.world;
          await page.waitForURL(loggedOut ?? app + BARE);
          if (loggedOut) await page.goto(app + BARE);
          await ready(page);
          const paths = visit.requests
            .slice(from)
            .map(pathOf)
            .filter((path) => [REVOKE_PATH, LOGOUT_PATH].includes(path));
          assert.deepEqual(paths, [REVOKE_PATH, REVOKE_PATH, LOGOUT_PATH]);
          const { client_id } = tokenPosts(visit)[0].form;
          for (const { url, form, headers } of postsTo(visit, REVOKE_PATH)) {
            assert.equal(url, visit.world.server + REVOKE_PATH);
            assert.deepEqual(Object.keys(form).sort(), ["client_id", "token"]);
            assert.equal(form.client_id, client_id);
            assert.equal(headers.authorization, undefined);
          }
          assert.deepEqual(revoked(visit), [refresh_token, access_token]);
          await assertDead(visit, tokens);
          assert.deepEqual(await keysOf(page), []);
          await create(page, visit.world.options);
          await assertHidden(visit, page, [access_token, refresh_token]);
        },
      );
    },
    { kind },
  );
}

for (const kind of [sandboxHere, nextElsewhere]) {
  suite(
    `Signing out without leaving the page, ${kind.name}`,
    (claim) => {
      claim(
        "has both tokens revoked, and they are dead then",
        async (visit) => {
          const { page } = await signedInForLong(visit);
          const tokens = await stored(page);
          await listen(page);
          const session = await page.evaluate(async () => {
            await auth.logout({ local: true });
            return auth.session;
          });
          assert.equal(session, null);
          assert.deepEqual(await heard(page), [["signed-out"]]);
          assert.deepEqual(revoked(visit), [
            tokens.refresh_token,
            tokens.access_token,
          ]);
          await assertDead(visit, tokens);
          assert.deepEqual(await keysOf(page), []);
          assert.equal(page.url(), visit.world.app + BARE);
          assert.ok(
            !visit.requests.some((asked) => pathOf(asked) === LOGOUT_PATH),
          );
        },
      );
    },
    { kind },
  );
}

/** What may become of a revocation. */
const FAILURES = {
  "a connection that is cut": (_req, res) => res.destroy(),
  500: (_req, res) => res.status(500).send("failed"),
  403: (_req, res) => res.status(403).json({ error: "unauthorized_client" }),
  "a redirect": (_req, res) => res.redirect(307, "/elsewhere"),
  nothing: () => {},
};

suite("A server that answers a revocation with", (claim) => {
  for (const [how, answer] of Object.entries(FAILURES)) {
    claim(`${how} keeps nobody from signing out`, async (visit) => {
      answerAt(visit, REVOKE_PATH, answer);
      await signOutSoon(visit, "session");
      const asked = visit.world.sandbox.requests.map(({ url }) => url);
      assert.ok(!asked.includes("/elsewhere"), "no redirect is followed");
    });
  }

  claim("a failure, the same, wherever the session is kept", async (visit) => {
    answerAt(visit, REVOKE_PATH, FAILURES[500]);
    for (const storage of ["local", "memory"]) {
      await signOutSoon(visit, storage);
    }
  });

  async function signOutSoon(visit, storage) {
    const { page } = await signedInByPassword(visit, { storage });
    await listen(page);
    const { result, ms, token } = await page.evaluate(async () => {
      const begun = performance.now();
      const result = await settled(auth.logout({ local: true }));
      const ms = performance.now() - begun;
      return { result, ms, token: await settled(auth.token()) };
    });
    assert.deepEqual(result, { value: undefined });
    assert.ok(ms < 5500, `${ms} ms, of three seconds`);
    assert.equal(token.error.code, "login_required");
    assert.deepEqual(await heard(page), [["signed-out"]]);
    assert.deepEqual(await keysOf(page), []);
  }

  claim("nothing yet has no say in the session's end here", async (visit) => {
    const revocation = hold(visit, REVOKE_PATH);
    const { page } = await signedInByPassword(visit);
    await listen(page);
    await page.evaluate(() => {
      window.out = settled(auth.logout({ local: true }));
    });
    await revocation.arrived;
    assert.deepEqual(await keysOf(page), []);
    assert.deepEqual(await heard(page), [["signed-out"]]);
    const { session } = await page.evaluate(() => plain(auth));
    assert.equal(session, null);
    revocation.release();
    await page.evaluate(() => window.out);
  });

  claim(
    "nothing, as to all else, is left after three seconds",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      visit.world.sandbox.intercept = (req, _res, next) =>
        req.path === LOGOUT_PATH ? next() : undefined;
      const begun = Date.now();
      const left = page.waitForRequest(
        (asked) => pathOf({ url: asked.url() }) === LOGOUT_PATH,
      );
      await page.evaluate(() => void auth.logout());
      await left;
      const ms = Date.now() - begun;
      assert.ok(ms < 4800, `${ms} ms, of three seconds`);
      visit.world.sandbox.intercept = undefined;
    },
  );

  for (const local of [true, false]) {
    claim(
      `no network is signed out of just as well, ${local ? "here alone" : "leaving"}`,
      async (visit) => {
        const { page, options } = await signedInByPassword(visit, {
          storage: "local",
        });
        const { context } = visit;
        await context.setOffline(true);
        await page
          .evaluate((given) => settled(auth.logout(given)), { local })
          .then(({ error }) => assert.equal(error, undefined))
          // The page that is left takes its promises along.
          .catch((error) => local && Promise.reject(error));
        await page.waitForTimeout(300);
        await context.setOffline(false);
        await page.goto(visit.world.app + BARE);
        await ready(page);
        assert.equal((await create(page, options)).session, null);
        assert.deepEqual(await keysOf(page), []);
      },
    );
  }
});

suite("Signing out, once or twice,", (claim) => {
  claim("says in the log where the server confirmed nothing", async (visit) => {
    answerAt(visit, REVOKE_PATH, FAILURES[500]);
    const { page } = await signedInByPassword(visit);
    await page.evaluate(() => auth.logout({ local: true }));
    assert.ok(visit.lines.some((line) => line.includes("did not confirm")));
  });

  claim("revokes the one token of an implicit session", async (visit) => {
    const page = await visit.signedIn();
    const { access_token } = await stored(page);
    await page.evaluate(() => auth.logout({ local: true }));
    await page.evaluate(() => auth.logout({ local: true }));
    assert.deepEqual(revoked(visit), [access_token]);
  });

  claim("has them revoked where the app says", async (visit) => {
    const revoke = `${visit.world.server}/elsewhere/revoke?tenant=1`;
    const { page } = await signedInByPassword(visit, {
      endpoints: { revoke },
    });
    await page.evaluate(() => auth.logout({ local: true }));
    assert.equal(revoked(visit).length, 0);
    const asked = postsTo(visit, "/elsewhere/revoke");
    assert.deepEqual(
      asked.map(({ url }) => url),
      [revoke, revoke],
    );
  });
});

suite("Signing out during a renewal", (claim) => {
  for (const storage of ["session", "local"]) {
    claim(
      `has what was renewed revoked, and no session comes back, with "${storage}"`,
      async (visit) => {
        const { page, options } = await signedInByPassword(visit, { storage });
        const old = await stored(page);
        await listen(page);
        const renewal = holdAnswers(visit, TOKEN_PATH);
        await page.evaluate(() => {
          window.waiting = [settled(auth.renew())];
        });
        await renewal.arrived;
        await page.evaluate(() => {
          window.waiting.push(settled(auth.token()));
          window.waiting.push(settled(auth.fetch("/api/engine/v2/systems")));
        });
        await page.evaluate(() => auth.logout({ local: true }));
        const outcomes = await page.evaluate(() => Promise.all(window.waiting));
        for (const { error } of outcomes) {
          assert.equal(error?.code, "login_required");
        }
        renewal.release();
        const renewed = JSON.parse(renewal.answers[0]);
        assert.notEqual(renewed.access_token, old.access_token);
        await until(() => revoked(visit).length === 4, "all are revoked");
        assert.deepEqual(revoked(visit), [
          old.refresh_token,
          old.access_token,
          renewed.refresh_token,
          renewed.access_token,
        ]);
        await until(
          async () => (await statusWith(visit, renewed.access_token)) === 401,
          "the server has heard of it",
        );
        await assertDead(visit, renewed);
        assert.deepEqual(await heard(page), [["signed-out"]]);
        assert.deepEqual(await keysOf(page), []);
        const { session } = await page.evaluate(() => plain(auth));
        assert.equal(session, null);
        await page.reload();
        await ready(page);
        assert.equal((await create(page, options)).session, null);
      },
    );
  }
});

import assert from "node:assert/strict";
import { throughCallback } from "./support/callback.js";
import {
  answerAt,
  answered,
  BARE,
  byCode,
  TOKEN_PATH,
  tokenPosts,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, historyOf, keysOf, ready } from "./support/visit.js";
import { nextElsewhere, sandboxHere } from "./support/worlds.js";

const DEEP = "/app/rooms/7?zipcode=1&code=mine&x=b%20c#/plan?a=1";
const APP_STATE = { step: [1, "zwei", null] };

/**
 * Signs in by code on this page, as far as the answer, with something in `history.state`.
 *
 * @param {import("./support/visit.js").Visit} visit
 * @param {string} path
 * @param {import("./support/visit.js").How} [how]
 */
async function begun(visit, path, { options, login } = {}) {
  const given = byCode(visit, {
    redirectUri: visit.world.app + BARE,
    ...options,
  });
  const page = await visit.open(path);
  await page.evaluate(() => history.replaceState({ scroll: 12 }, ""));
  await answered(visit, page, given, login);
  return { page, given };
}

/** The client on the page that this one leaves for. */
async function createAfter(page, given, address) {
  const left = page.waitForURL(address);
  // Its page goes away, and the promise with it.
  await create(page, given).catch(() => {});
  await left;
  await ready(page);
  return create(page, given);
}

for (const kind of [sandboxHere, nextElsewhere]) {
  suite(
    `Back from signing in by code, ${kind.name}`,
    (claim) => {
      claim(
        "the user is where they were: path, query, hash and history.state",
        async (visit) => {
          const address = visit.world.app + DEEP;
          const login = { appState: APP_STATE };
          const { page, given } = await begun(visit, DEEP, { login });
          const { session, redirect } = await createAfter(page, given, address);
          assert.equal(session.flow, "code");
          assert.deepEqual(redirect, {
            status: "signed-in",
            returnTo: address,
            appState: APP_STATE,
          });
          assert.equal(page.url(), address);
          assert.deepEqual(await page.evaluate(() => history.state), {
            scroll: 12,
          });
          const [{ form }] = tokenPosts(visit);
          for (const entry of await historyOf(page)) {
            assert.ok(!entry.includes(form.code), entry);
          }
          assert.equal((await keysOf(page)).length, 1, "but for the session");
        },
      );

      claim(
        "by a callback page of its own, the user is where they were",
        async (visit) => {
          const { page, session, redirect } = await throughCallback(
            visit,
            byCode(visit),
            { path: DEEP, login: { appState: APP_STATE }, isTyped: true },
          );
          assert.deepEqual(redirect.error, undefined);
          assert.equal(session.flow, "code");
          assert.equal(session.canRenew, true);
          assert.deepEqual(redirect.appState, APP_STATE);
          assert.deepEqual(await page.evaluate(() => history.state), {
            scroll: 12,
          });
          const [{ form }, ...more] = tokenPosts(visit);
          assert.deepEqual(more, []);
          for (const entry of await historyOf(page)) {
            assert.ok(!entry.includes(form.code), entry);
          }
        },
      );
    },
    { kind },
  );
}

suite("Back from signing in by code", (claim) => {
  claim(
    "on the same path, nothing is loaded to put query and hash back",
    async (visit) => {
      const path = `${BARE}?floor=2&code=mine#/rooms/7`;
      const { page, given } = await begun(visit, path);
      const loads = () =>
        visit.requests.filter(({ url }) => url.includes(BARE)).length;
      const before = loads();
      const { redirect } = await create(page, given);
      assert.equal(redirect.returnTo, visit.world.app + path);
      assert.equal(page.url(), visit.world.app + path);
      assert.deepEqual(await page.evaluate(() => history.state), {
        scroll: 12,
      });
      assert.equal(loads(), before);
    },
  );

  for (const returnTo of ["/app/rooms/9?a=1#b", "rooms/9?a=1#b"]) {
    claim(`the user is where the app wants: ${returnTo}`, async (visit) => {
      const address = `${visit.world.app}/app/rooms/9?a=1#b`;
      const login = { returnTo };
      const { page, given } = await begun(visit, BARE, { login });
      const { session, redirect } = await createAfter(page, given, address);
      assert.ok(session);
      assert.equal(redirect.returnTo, address);
    });
  }

  claim(
    "the app's own router goes there, once, and keeps its page",
    async (visit) => {
      const { page, given } = await begun(visit, DEEP);
      const seen = await page.evaluate(async (options) => {
        const views = [];
        const router = (url) => {
          const view = url.pathname + url.search + url.hash;
          history.replaceState({ view }, "", view);
          views.push([view, window.auth?.session ?? null]);
        };
        const auth = await createAuth({ ...options, navigate: router });
        return { views, ...plain(auth), here: location.href };
      }, given);
      assert.deepEqual(seen.views, [[DEEP, null]]);
      assert.ok(seen.session);
      assert.equal(seen.redirect.returnTo, visit.world.app + DEEP);
      assert.equal(seen.here, visit.world.app + DEEP);
      assert.deepEqual(await page.evaluate(() => history.state), {
        view: DEEP,
      });
      const [{ form }] = tokenPosts(visit);
      assert.ok(!(await historyOf(page)).join().includes(form.code));
    },
  );

  claim(
    "with a session that would not outlive the way, the page stays",
    async (visit) => {
      const options = { storage: "memory" };
      const { page, given } = await begun(visit, DEEP, { options });
      const { session, redirect } = await create(page, given);
      assert.ok(session.canRenew);
      assert.equal(redirect.returnTo, visit.world.app + DEEP);
      assert.equal(page.url(), visit.world.app + BARE);
    },
  );

  claim(
    "by a callback page, a refused code is told to the app where the user was",
    (visit) => refused(visit, 400, "invalid_grant"),
  );

  claim("and so is one that met a server in trouble, for good", (visit) =>
    refused(visit, 503, "temporarily_unavailable"),
  );
});

async function refused(visit, status, error) {
  answerAt(visit, TOKEN_PATH, (_req, res) =>
    res.status(status).json({ error }),
  );
  const how = { path: DEEP, isTyped: true };
  const { session, redirect } = await throughCallback(
    visit,
    byCode(visit),
    how,
  );
  assert.equal(session, null);
  const { code, retryable } = redirect.error;
  assert.deepEqual(
    { code, status: redirect.error.status, retryable },
    { code: error, status, retryable: false },
  );
}

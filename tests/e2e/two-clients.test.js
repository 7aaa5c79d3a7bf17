import assert from "node:assert/strict";
import {
  answerAt,
  answered,
  byCode,
  hold,
  TOKEN_PATH,
  tokenPosts,
  withClock,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, leave, ready, typePassword } from "./support/visit.js";

const DEEP = "/app/rooms/1?floor=2#/plan";
const LOGIN = { appState: { room: 1 } };

/** Where the package is: once, or a copy for each client. */
const COPIES = {
  "of one bundle": ["/placeos-auth/", "/placeos-auth/"],
  "of two bundles": ["/placeos-auth/", "/placeos-auth-again/"],
};

/** Two clients with these options, made at once; what each sees. */
const createBoth = (page, copies, options, isInOrder = false) =>
  page.evaluate(
    async ([copies, options, isInOrder]) => {
      const packages = await Promise.all(
        copies.map((copy) => import(`${copy}index.js`)),
      );
      const going = [];
      for (const [at, { createAuth }] of packages.entries()) {
        const log = (line) => console.debug(line);
        going.push(createAuth({ ...options[at], log }));
        // The next one begins when the first has taken the answer out of the address bar.
        while (isInOrder && location.search.includes("code="))
          await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return Promise.all(going.map(async (each) => plain(await each)));
    },
    [copies, options, isInOrder],
  );

/** The same server and client, and an option that differs. */
const two = (options) => [options, { ...options, renewBefore: 30 }];

for (const [which, copies] of Object.entries(COPIES)) {
  suite(`Two clients ${which}, on the answer to one sign-in`, (claim) => {
    for (const storage of ["session", "local"]) {
      claim(
        `are both signed in by one exchange, with storage "${storage}"`,
        async (visit) => {
          const options = byCode(visit, { storage });
          const page = await visit.open();
          await answered(visit, page, options, LOGIN);
          const exchange = hold(visit, TOKEN_PATH);
          const going = createBoth(page, copies, two(options));
          await exchange.arrived;
          await page.waitForTimeout(300);
          exchange.release();
          const [one, other] = await going;
          assert.equal(one.session?.flow, "code");
          assert.equal(one.redirect.status, "signed-in");
          assert.deepEqual(other, one);
          assert.deepEqual(one.redirect.appState, LOGIN.appState);
          assert.equal(tokenPosts(visit).length, 1);
        },
      );
    }

    claim("are both told why it failed", async (visit) => {
      const options = byCode(visit);
      const page = await visit.open();
      await answered(visit, page, options);
      answerAt(visit, TOKEN_PATH, (_req, res) =>
        res.status(503).json({ error: "temporarily_unavailable" }),
      );
      const [one, other] = await createBoth(page, copies, two(options));
      assert.equal(one.session, null);
      assert.equal(one.redirect.error.code, "temporarily_unavailable");
      // The code is spent.
      assert.equal(one.redirect.error.retryable, false);
      assert.deepEqual(other, one);
      assert.equal(tokenPosts(visit).length, 1);
    });

    claim("have an older session's place taken", async (visit) => {
      const options = byCode(visit);
      const page = await visit.open();
      await answered(visit, page, options);
      await create(page, options);
      await visit.signInUntilAnswered(page, options);
      const seen = await createBoth(page, copies, two(options));
      const [one, other] = seen.map(({ session }) => session);
      assert.deepEqual(other, one);
      const isSame = await page.evaluate(async () => {
        const texts = Object.keys(sessionStorage)
          .filter((key) => key.includes(":session:"))
          .map((key) => new URLSearchParams(sessionStorage[key]));
        return texts.map((text) => Number(text.get("expires_at")));
      });
      assert.deepEqual(isSame, [other.expiresAt]);
    });

    claim("have gone where the user was, once", async (visit) => {
      const options = byCode(visit, {
        redirectUri: `${visit.world.app}/app/bare.html`,
      });
      const page = await visit.open(DEEP);
      await create(page, options);
      await leave(page, LOGIN);
      await typePassword(page);
      await page.waitForURL(/[?&]code=/);
      await ready(page);
      const loads = () =>
        visit.requests.filter(({ url }) => url.includes("/app/rooms/1")).length;
      const before = loads();
      createBoth(page, copies, two(options)).catch(() => {});
      await page.waitForURL(visit.world.app + DEEP);
      await ready(page);
      const [one, other] = await createBoth(page, copies, two(options));
      assert.equal(one.redirect.status, "signed-in");
      assert.deepEqual(one.redirect.appState, LOGIN.appState);
      assert.deepEqual(other, one);
      assert.equal(loads(), before + 1);
      assert.equal(tokenPosts(visit).length, 1);
    });

    claim("of which one is of the implicit flow", async (visit) => {
      const options = byCode(visit);
      const page = await visit.open();
      await answered(visit, page, options);
      const given = [options, { ...options, flow: "implicit" }];
      const [one, other] = await createBoth(page, copies, given);
      assert.ok(one.session);
      assert.deepEqual(other, one);
      assert.equal(tokenPosts(visit).length, 1);
    });

    for (const at of [0, 1]) {
      claim(
        `of which ${["the first", "the second"][at]} is of another flow than the answer`,
        async (visit) => {
          const options = byCode(visit);
          const page = await visit.open();
          await answered(visit, page, options);
          const given = [options, options];
          given[at] = { ...options, flow: "implicit" };
          const [one, other] = await createBoth(page, copies, given, true);
          assert.ok(one.session);
          assert.deepEqual(other, one);
          assert.equal(tokenPosts(visit).length, 1);
        },
      );
    }
  });
}

suite("What a page puts in the place of an outcome", (claim) => {
  claim("doesn't stop a client, whatever it is", async (visit) => {
    await withClock(visit);
    const page = await visit.open();
    const ids = await page.evaluate(() => {
      const values = [
        new Promise(() => {}),
        Promise.reject(1),
        {
          get then() {
            throw 1;
          },
        },
        "v=1&sent=1&return_to=https://evil.test",
        {},
        Symbol("x"),
      ];
      return values.map((value, at) => {
        window[`placeos-auth:outcome:${location.origin}/any-${at}`] = value;
        return `any-${at}`;
      });
    });
    for (const clientId of ids) {
      const going = create(page, { clientId });
      await page.waitForTimeout(300);
      await visit.context.clock.runFor(30_000);
      const { session, redirect } = await going;
      assert.deepEqual([session, redirect], [null, { status: "none" }]);
    }
  });
});

import assert from "node:assert/strict";
import {
  answerAt,
  CREDENTIALS,
  renewals,
  signedInByPassword,
  stored,
  SYSTEMS,
  tokenPosts,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create } from "./support/visit.js";

/** @typedef {() => Promise<void>} Step */

/** The signatures of what was sent to the API, in turn. */
const signatures = (visit, path = SYSTEMS) =>
  visit.requests
    .filter(({ url }) => new URL(url).pathname === path)
    .map(({ headers }) => headers.authorization);

const bearer = async (page) => `Bearer ${(await stored(page)).access_token}`;

/** What the page's `fetch` answers. */
const status = (page, url = SYSTEMS) =>
  page.evaluate(async (address) => (await fetch(address)).status, url);

const installed = async (visit, more) => {
  const visited = await signedInByPassword(visit, more);
  await visited.page.evaluate(() => {
    window.original = window.fetch;
    window.undo = auth.install();
  });
  return visited;
};

suite("install()", (claim) => {
  claim(
    "has the page's fetch sign what belongs, and no more",
    async (visit) => {
      const { page } = await installed(visit);
      assert.equal(await status(page), 200);
      assert.deepEqual(signatures(visit), [await bearer(page)]);
      const other = "http://localhost:9/elsewhere";
      await assert.rejects(status(page, other));
      assert.deepEqual(signatures(visit, "/elsewhere"), [undefined]);
    },
  );

  claim("leaves a caller's own signature alone", async (visit) => {
    const { page } = await installed(visit);
    await page.evaluate((url) => {
      const headers = { authorization: "Basic own" };
      return fetch(url, { headers });
    }, SYSTEMS);
    assert.deepEqual(signatures(visit), ["Basic own"]);
  });

  claim(
    "passes everything untouched without a session, and signs again with one",
    async (visit) => {
      const { page } = await installed(visit);
      await page.evaluate(() => auth.logout({ local: true }));
      const seen = await page.evaluate(async (url) => {
        const request = new Request(url, { method: "POST", body: "mine" });
        const response = await fetch(request);
        return { status: response.status, used: request.bodyUsed };
      }, SYSTEMS);
      assert.deepEqual(seen, { status: 401, used: true });
      assert.equal(await status(page), 401);
      assert.deepEqual(signatures(visit), [undefined, undefined]);
      assert.equal(renewals(visit).length, 0);
    },
  );

  claim("is undone without a trace", async (visit) => {
    const { page } = await installed(visit);
    const same = await page.evaluate(() => {
      const changed = window.fetch !== original;
      undo();
      undo();
      return [changed, window.fetch === original];
    });
    assert.deepEqual(same, [true, true]);
    assert.equal(await status(page), 401);
    assert.deepEqual(signatures(visit), [undefined]);
  });

  claim(
    "that is undone leaves one who wrapped it meanwhile working, and unsigned",
    async (visit) => {
      const { page } = await installed(visit);
      await page.evaluate(() => {
        const inner = window.fetch;
        window.wrapped = 0;
        window.wrapper = (input, init) => {
          window.wrapped += 1;
          return inner(input, init);
        };
        window.fetch = wrapper;
      });
      assert.equal(await status(page), 200);
      const stays = await page.evaluate(() => {
        undo();
        return window.fetch === wrapper;
      });
      assert.equal(stays, true);
      assert.equal(await status(page), 401);
      assert.deepEqual(signatures(visit), [await bearer(page), undefined]);
      assert.equal(await page.evaluate(() => window.wrapped), 2);
    },
  );

  claim("serves an object that is handed to it", async (visit) => {
    const { page } = await signedInByPassword(visit);
    const seen = await page.evaluate(async (url) => {
      const seen = [];
      const target = {
        fetch(input, init) {
          seen.push(this === target);
          return window.fetch(input, init);
        },
      };
      const own = target.fetch;
      const undo = auth.install(target);
      const { status } = await target.fetch(url);
      undo();
      const after = await target.fetch(url);
      return {
        seen,
        statuses: [status, after.status],
        same: target.fetch === own,
      };
    }, SYSTEMS);
    assert.deepEqual(seen, {
      seen: [true, true],
      statuses: [200, 401],
      same: true,
    });
  });

  claim("keeps out of the way of its own renewals", async (visit) => {
    const { sandbox } = visit.world;
    Object.assign(sandbox, { strictRotation: true, tokenLifetime: 2 });
    const { page } = await installed(visit);
    const statuses = await page.evaluate(async (url) => {
      const { expiresAt } = auth.session;
      while (Date.now() < expiresAt);
      const calls = [fetch(url), auth.fetch(url), fetch(new Request(url))];
      return (await Promise.all(calls)).map(({ status }) => status);
    }, SYSTEMS);
    assert.deepEqual(statuses, [200, 200, 200]);
    assert.equal(renewals(visit).length, 1);
    for (const { headers } of tokenPosts(visit)) {
      assert.equal(headers.authorization, undefined);
    }
  });

  claim("retries after a 401 as `auth.fetch` does", async (visit) => {
    const { page } = await installed(visit);
    const refused = await bearer(page);
    const { sandbox } = visit.world;
    sandbox.intercept = (req, res, next) =>
      req.headers.authorization === refused ? res.status(401).json({}) : next();
    assert.equal(await status(page), 200);
    assert.deepEqual(signatures(visit), [refused, await bearer(page)]);
  });

  for (const [
    when,
    prepare,
  ] of /** @type {[string, (wrap: Step, install: Step) => Step[]][]} */ ([
    ["before", (wrap, install) => [wrap, install]],
    ["after", (wrap, install) => [install, wrap]],
  ])) {
    claim(
      `makes no loop with a wrapper that awaits, put on ${when} it`,
      async (visit) => {
        const { page } = await signedInByPassword(visit);
        const wrap = () =>
          page.evaluate(() => {
            const inner = window.fetch;
            window.passes = 0;
            window.fetch = async (input, init) => {
              window.passes += 1;
              await new Promise((resolve) => setTimeout(resolve, 5));
              return inner(input, init);
            };
          });
        const install = () =>
          page.evaluate(() => void (window.undo = auth.install()));
        for (const step of prepare(wrap, install)) await step();
        assert.equal(await status(page), 200);
        const own = await page.evaluate(
          async (url) => (await auth.fetch(url)).status,
          SYSTEMS,
        );
        assert.equal(own, 200);
        assert.ok((await page.evaluate(() => window.passes)) <= 2);
        assert.equal(signatures(visit).length, 2);
        assert.ok((await page.evaluate(() => auth.renew())).canRenew);
      },
    );
  }

  claim("may come twice, and go in any order", async (visit) => {
    const { page, options } = await installed(visit);
    const seen = await page.evaluate(
      async ({ given, url }) => {
        const other = await createAuth(given);
        const undoOther = other.install();
        const statuses = [(await fetch(url)).status];
        undo();
        statuses.push((await fetch(url)).status);
        undoOther();
        statuses.push((await fetch(url)).status);
        return [...statuses, /native code/.test(String(fetch))];
      },
      { given: options, url: SYSTEMS },
    );
    assert.deepEqual(seen, [200, 200, 401, true]);
    const own = await bearer(page);
    assert.deepEqual(signatures(visit), [own, own, undefined]);
  });

  claim("gives the app what fetch rejects with", async (visit) => {
    const { page } = await installed(visit);
    answerAt(visit, SYSTEMS, (_req, res) => res.destroy());
    const names = await page.evaluate(async (url) => {
      const signal = AbortSignal.abort();
      const calls = [fetch(url), fetch(url, { signal }), fetch("http://[")];
      return Promise.all(calls.map((call) => call.catch(({ name }) => name)));
    }, SYSTEMS);
    assert.deepEqual(names, ["TypeError", "AbortError", "TypeError"]);
  });

  claim("before the sign-in serves the session that comes", async (visit) => {
    const page = await visit.open();
    await create(page);
    await page.evaluate(() => void (window.undo = auth.install()));
    assert.equal(await status(page), 401);
    const after = await page.evaluate(
      async ({ url, credentials }) => {
        await auth.loginWithPassword(credentials);
        return (await fetch(url)).status;
      },
      { url: SYSTEMS, credentials: CREDENTIALS },
    );
    assert.equal(after, 200);
  });
});

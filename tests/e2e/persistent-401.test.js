import assert from "node:assert/strict";
import {
  answerAt,
  ECHO,
  heard,
  listen,
  renewals,
  signedInByPassword,
  signedInForLong,
  statusAt,
  stored,
  tokenPosts,
} from "./support/grants.js";
import { sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { keysOf } from "./support/visit.js";
import { nextElsewhere, sandboxHere } from "./support/worlds.js";

async function visited(visit) {
  const { page } = await signedInByPassword(visit);
  await listen(page);
  return { page };
}

suite("An endpoint that refuses whatever the token", (claim) => {
  claim("with 403 makes no renewal", async (visit) => {
    const { page } = await visited(visit);
    assert.equal(await statusAt(page, "/api/engine/v2/cluster"), 403);
    assert.equal(renewals(visit).length, 0);
    assert.deepEqual(await heard(page), []);
  });

  const always = (visit) =>
    answerAt(visit, ECHO, (_req, res) => res.status(401).json({}));

  claim("with 401 makes one renewal for 20 at once", async (visit) => {
    const { page } = await visited(visit);
    always(visit);
    const statuses = await page.evaluate(async (url) => {
      const calls = Array.from({ length: 20 }, () => auth.fetch(url));
      return (await Promise.all(calls)).map(({ status }) => status);
    }, ECHO);
    assert.deepEqual(statuses, Array(20).fill(401));
    assert.equal(renewals(visit).length, 1);
  });

  claim(
    "with 401 makes one renewal, whatever else is under way at the time",
    async (visit) => {
      const { page } = await visited(visit);
      always(visit);
      const statuses = await page.evaluate(async (url) => {
        const all = [];
        for (let n = 0; n < 10; n++) {
          const calls = [url, "/api/engine/v2/systems", url].map((path) =>
            auth.fetch(path),
          );
          all.push(...(await Promise.all(calls)));
        }
        return all.map(({ status }) => status);
      }, ECHO);
      assert.deepEqual(statuses, Array(10).fill([401, 200, 401]).flat());
      assert.equal(renewals(visit).length, 1);
    },
  );

  claim(
    "with 401 makes one renewal for what can't be sent again, whatever else succeeds",
    async (visit) => {
      const { page } = await visited(visit);
      always(visit);
      const statuses = await page.evaluate(async (url) => {
        const all = [];
        for (let n = 0; n < 8; n++) {
          const upload = new Request(url, { method: "POST", body: "once" });
          all.push((await auth.fetch(upload)).status);
          await auth.token();
          all.push((await auth.fetch("/api/engine/v2/systems")).status);
        }
        return all;
      }, ECHO);
      assert.deepEqual(statuses, Array(8).fill([401, 200]).flat());
      assert.equal(renewals(visit).length, 1);
    },
  );

  claim(
    "with a 401 whose body never ends doesn't keep its connection",
    async (visit) => {
      const { page } = await visited(visit);
      const seen = new Set();
      answerAt(visit, ECHO, ({ query: { n } }, res) => {
        if (seen.has(n)) return res.json({});
        seen.add(n);
        // When the page has newer tokens already.
        setTimeout(() => res.status(401).write("x"), 200);
      });
      // A browser has six connections to a host.
      for (let n = 0; n < 8; n++) {
        const status = await page.evaluate(async (url) => {
          const call = auth.fetch(url);
          await auth.renew();
          return (await call).status;
        }, `${ECHO}?n=${n}`);
        assert.equal(status, 200);
      }
      assert.equal(await statusAt(page, "/api/engine/v2/systems"), 200);
    },
  );

  claim(
    "with 401 makes one renewal, also among others that are fine",
    async (visit) => {
      const { page } = await visited(visit);
      always(visit);
      for (let n = 0; n < 10; n++) {
        assert.equal(await statusAt(page, ECHO), 401);
        assert.equal(await statusAt(page, "/api/engine/v2/systems"), 200);
      }
      tell("ten calls that are always refused, ten that are fine", {
        tabs: 1,
        calls: 20,
        renewals: renewals(visit).length,
        lost: 0,
      });
      assert.equal(renewals(visit).length, 1);
      assert.ok(await sessionOf(page));
    },
  );
});

for (const kind of [sandboxHere, nextElsewhere]) {
  suite(
    `An API that answers 511, ${kind.name}`,
    (claim) => {
      claim(
        "ends the session, once, unasked of the token endpoint, and the app gets its answer",
        async (visit) => {
          const { page } = await signedInForLong(visit);
          await listen(page);
          visit.world.sandbox.signInAgain = true;
          const seen = await page.evaluate(async (server) => {
            const reasons = [];
            auth.subscribe(({ reason }) =>
              reasons.push([reason?.code, reason?.status]),
            );
            const api = `${server}/api/engine/v2/systems`;
            const responses = await Promise.all([
              auth.fetch(api),
              auth.fetch(api, { method: "POST", body: "x" }),
            ]);
            return {
              statuses: responses.map(({ status }) => status),
              said: (await responses[0].json()).error,
              session: auth.session,
              reasons,
              codes: [
                (await settled(auth.fetch(api))).error?.code,
                (await settled(auth.token())).error?.code,
                (await settled(auth.renew())).error?.code,
              ],
            };
          }, visit.world.server);
          assert.deepEqual(seen, {
            statuses: [511, 511],
            said: "sign in again",
            session: null,
            reasons: [["login_required", 511]],
            codes: Array(3).fill("login_required"),
          });
          const types = (await heard(page)).map(([type]) => type);
          assert.deepEqual(types, ["expired"]);
          assert.equal(tokenPosts(visit).length, 1, "the sign-in's");
          assert.equal(await stored(page), undefined);
          assert.deepEqual(await keysOf(page), []);
        },
      );
    },
    { kind },
  );
}

import assert from "node:assert/strict";
import {
  answerAt,
  AUTHORIZE_PATH,
  heard,
  statusOf,
  stored,
  until,
  withClock,
} from "./support/grants.js";
import {
  assertFailed,
  foreignServer,
  framesIn,
  signedInAtServer,
  timed,
} from "./support/frames.js";
import { encode, refuseWith } from "./support/answers.js";
import { renew, sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { sandboxElsewhere, sandboxHere } from "./support/worlds.js";

/** What is left of a renewal that failed for now: the session, and no frame. */
async function assertKept(visit, page, before) {
  assert.equal(await framesIn(page), 0);
  assert.equal((await sessionOf(page))?.canRenew, true);
  assert.deepEqual(await stored(page), before);
}

for (const kind of [sandboxHere, sandboxElsewhere]) {
  suite(
    `A hidden frame that fails, ${kind.name}`,
    (claim) => {
      claim(
        "for it hangs, is given up after 15 seconds, and tried again",
        async (visit) => {
          await withClock(visit);
          const { page } = await signedInAtServer(visit);
          const before = await stored(page);
          let asked = 0;
          const end = answerAt(visit, AUTHORIZE_PATH, () => (asked += 1));
          const renewing = renew(page);
          await until(() => asked === 1, "the frame has asked");
          await page.clock.fastForward(14_000);
          await page.waitForTimeout(100);
          assert.equal(await framesIn(page), 1, "it is waited for");
          await page.clock.fastForward(1_100);
          const { error } = await renewing;
          assert.equal(error?.code, "timeout");
          assert.equal(error.retryable, true);
          assert.deepEqual(await heard(page), [["renewal-failed", "timeout"]]);
          await assertKept(visit, page, before);
          end();
          assert.equal((await renew(page)).error, undefined);
        },
      );

      for (const [
        how,
        handle,
        codes,
      ] of /** @type {[string, import("../servers/types.d.ts").Handler, string[]][]} */ ([
        [
          "503 on every path",
          (req, res) => {
            // Any page may read that, as of a server that allows this one.
            const origin = req.headers.origin ?? "*";
            res.set("Access-Control-Allow-Origin", origin);
            res.status(503).send("<h1>Back soon</h1>");
          },
          ["temporarily_unavailable", "server_error"],
        ],
        ["no answer on any path", (_req, res) => res.destroy(), ["network"]],
      ])) {
        claim(`for the server has ${how}, is no refusal`, async (visit) => {
          const { page } = await signedInAtServer(visit);
          const before = await stored(page);
          const { sandbox } = visit.world;
          sandbox.intercept = (req, res, next) =>
            /^\/(app|placeos-auth)\//.test(req.path)
              ? next()
              : handle(req, res, next);
          const { error } = await renew(page);
          assert.ok(codes.includes(error?.code), error?.code);
          assert.equal(error.retryable, true);
          assert.deepEqual(await heard(page), [["renewal-failed", error.code]]);
          await assertKept(visit, page, before);
          sandbox.intercept = undefined;
          assert.equal((await renew(page)).error, undefined);
          assert.equal(await statusOf(visit, page), 200);
        });
      }

      claim("for the network is gone, is no refusal", async (visit) => {
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        await visit.context.setOffline(true);
        const { error } = await renew(page);
        assert.equal(error?.code, "network");
        await assertKept(visit, page, before);
        await visit.context.setOffline(false);
        assert.equal((await renew(page)).error, undefined);
      });

      claim(
        "for a server of another origin wants the user, is `login_required` after a short grace",
        async (visit) => {
          const foreign = await foreignServer(() => "<h1>Sign in</h1>");
          try {
            const { page } = await signedInAtServer(visit);
            const before = await stored(page);
            visit.answer(() => foreign.origin);
            const begun = Date.now();
            const { error } = await renew(page);
            const took = Date.now() - begun;
            assert.equal(error?.code, "login_required");
            assert.ok(took > 1500 && took < 6000, `${took} ms`);
            assert.equal(await framesIn(page), 0);
            assert.equal((await sessionOf(page)).canRenew, false);
            assert.deepEqual(await stored(page), before);
            assert.equal(await statusOf(visit, page), 200);
            tell(`frame on a foreign page, ${kind.name}`, {
              tabs: 1,
              renewals: 0,
              lost: 0,
              "ms each": took,
            });
          } finally {
            await foreign.close();
          }
        },
      );
    },
    { kind },
  );
}

suite("A hidden frame", (claim) => {
  claim(
    "that goes by pages of another origin, as single sign-on does, arrives",
    async (visit) => {
      // Each in less than the grace, together in more.
      const foreign = await foreignServer(({ url }) => {
        const { searchParams } = new URL(url, "http://localhost");
        const left = Number(searchParams.get("left"));
        const back = searchParams.get("back");
        const next = left ? `/?${encode({ left: left - 1, back })}` : back;
        return `<script>setTimeout(() => location.replace(${JSON.stringify(next)}), 1000)</script>`;
      });
      try {
        const { page } = await signedInAtServer(visit);
        const end = visit.answer((asked) => {
          end();
          const back = `${visit.world.server}${AUTHORIZE_PATH}?${encode(asked)}`;
          return `${foreign.origin}/?${encode({ left: 2, back })}`;
        });
        const { error } = await renew(page);
        assert.equal(error, undefined, JSON.stringify(error));
        assert.equal(await framesIn(page), 0);
        assert.deepEqual(await heard(page), [["renewed"]]);
      } finally {
        await foreign.close();
      }
    },
  );

  claim("that is told of the server's trouble says so", async (visit) => {
    const { page } = await signedInAtServer(visit);
    const before = await stored(page);
    for (const name of ["temporarily_unavailable", "server_error"]) {
      const end = visit.answer(refuseWith({ error: name }));
      assert.equal((await renew(page)).error?.code, name);
      await assertKept(visit, page, before);
      assert.deepEqual((await heard(page)).at(-1), ["renewal-failed", name]);
      end();
    }
  });

  for (const [name, code] of [
    ["login_required", "other"],
    ["access_denied", "access_denied"],
  ]) {
    claim(`that is told ${name} is the last one`, async (visit) => {
      const { page } = await signedInAtServer(visit);
      const before = await stored(page);
      visit.answer(refuseWith({ error: name }));
      assert.equal((await renew(page)).error?.code, "login_required");
      await assertFailed(page, before, code, { canRenew: false });
    });
  }

  claim(
    "that ends on the server's own page of trouble is no refusal: 503, 429, 500",
    async (visit) => {
      const { page } = await signedInAtServer(visit);
      const before = await stored(page);
      for (const [status, code] of /** @type {[number, string][]} */ ([
        [503, "temporarily_unavailable"],
        [429, "temporarily_unavailable"],
        [500, "server_error"],
      ])) {
        const end = answerAt(visit, AUTHORIZE_PATH, (_req, res) =>
          res.status(status).send("<h1>Back soon</h1>"),
        );
        const { error } = await renew(page);
        assert.equal(error?.code, code);
        assert.equal(error.status, status);
        assert.deepEqual((await heard(page)).at(-1), ["renewal-failed", code]);
        await assertKept(visit, page, before);
        end();
      }
      assert.equal((await renew(page)).error, undefined);
    },
  );

  for (const [
    what,
    fields,
  ] of /** @type {[string, import("./support/answers.js").Fields][]} */ ([
    ["of another state", { state: `placeos-auth.${"0".repeat(64)}` }],
    ["without a state", { state: undefined }],
  ])) {
    claim(`doesn't take an answer ${what}`, async (visit) => {
      const { page } = await signedInAtServer(visit);
      const before = await stored(page);
      const token = "a-token-that-nobody-asked-for";
      visit.answer(({ redirect_uri, state }) => {
        const answer = { access_token: token, token_type: "Bearer", state };
        return `${redirect_uri}#${encode({ ...answer, ...fields })}`;
      });
      const { error } = await renew(page);
      assert.ok(error);
      assert.deepEqual(await stored(page), before);
      assert.equal(await framesIn(page), 0);
    });
  }

  for (const status of [400, 403]) {
    claim(
      `that ends on the server's error page, ${status}, is \`login_required\` at once`,
      async (visit) => {
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        // Where it was asked, as PlaceOS does it: the state is in its address.
        answerAt(visit, AUTHORIZE_PATH, (_req, res) =>
          res.status(status).send("<h1>An error has occurred</h1>"),
        );
        const [{ error }, took] = await timed(() => renew(page));
        assert.equal(error?.code, "login_required");
        assert.ok(took < 2000, `${took} ms`);
        await assertFailed(page, before, "login_required", { canRenew: false });
      },
    );
  }
});

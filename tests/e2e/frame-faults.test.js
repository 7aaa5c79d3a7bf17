import assert from "node:assert/strict";
import {
  answerAt,
  heard,
  statusOf,
  stored,
  until,
  withClock,
} from "./support/grants.js";
import {
  AUTHORIZE_PATH,
  foreignServer,
  framesIn,
  signedInAtServer,
} from "./support/frames.js";
import { encode } from "./support/answers.js";
import { renew, sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { sandboxElsewhere, sandboxHere } from "./support/worlds.js";

/** Has every authorization request answered with a redirect to this place. */
const sendTo = (visit, locate) =>
  answerAt(visit, AUTHORIZE_PATH, (req, res) => {
    res.writeHead(302, { location: locate(req.query) }).end();
  });

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
            sendTo(visit, () => foreign.origin);
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
        const end = sendTo(visit, (asked) => {
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

  for (const [
    name,
    code,
    isFinal,
  ] of /** @type {[string, string, boolean][]} */ ([
    ["login_required", "other", true],
    ["access_denied", "access_denied", true],
    ["temporarily_unavailable", "temporarily_unavailable", false],
    ["server_error", "server_error", false],
  ])) {
    claim(`that is told ${name} says so`, async (visit) => {
      const { page } = await signedInAtServer(visit);
      const before = await stored(page);
      sendTo(
        visit,
        ({ redirect_uri, state }) =>
          `${redirect_uri}#${encode({ error: name, state })}`,
      );
      const { error } = await renew(page);
      assert.equal(error?.code, isFinal ? "login_required" : code);
      assert.equal(await framesIn(page), 0);
      const session = await sessionOf(page);
      assert.equal(session.canRenew, !isFinal);
      assert.deepEqual(await stored(page), before);
      assert.deepEqual(await heard(page), [["renewal-failed", code]]);
    });
  }

  for (const [status, code] of /** @type {[number, string][]} */ ([
    [503, "temporarily_unavailable"],
    [429, "temporarily_unavailable"],
    [500, "server_error"],
  ])) {
    claim(
      `that ends on the server's own ${status} page is no refusal`,
      async (visit) => {
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        const end = answerAt(visit, AUTHORIZE_PATH, (_req, res) =>
          res.status(status).send("<h1>Back soon</h1>"),
        );
        const { error } = await renew(page);
        assert.equal(error?.code, code);
        assert.equal(error.status, status);
        assert.deepEqual(await heard(page), [["renewal-failed", code]]);
        await assertKept(visit, page, before);
        end();
        assert.equal((await renew(page)).error, undefined);
      },
    );
  }

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
      sendTo(visit, ({ redirect_uri, state }) => {
        const answer = { access_token: token, token_type: "Bearer", state };
        return `${redirect_uri}#${encode({ ...answer, ...fields })}`;
      });
      const { error } = await renew(page);
      assert.ok(error);
      assert.deepEqual(await stored(page), before);
      assert.equal(await framesIn(page), 0);
    });
  }

  for (const status of [400, 401, 403]) {
    claim(
      `that ends on the server's error page, ${status}, is \`login_required\` at once`,
      async (visit) => {
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        // Where it was asked, as PlaceOS does it: the state is in its address.
        answerAt(visit, AUTHORIZE_PATH, (_req, res) =>
          res.status(status).send("<h1>An error has occurred</h1>"),
        );
        const begun = Date.now();
        const { error } = await renew(page);
        const took = Date.now() - begun;
        assert.equal(error?.code, "login_required");
        assert.ok(took < 2000, `${took} ms`);
        assert.equal(await framesIn(page), 0);
        assert.equal((await sessionOf(page)).canRenew, false);
        assert.deepEqual(await stored(page), before);
        assert.deepEqual(await heard(page), [
          ["renewal-failed", "login_required"],
        ]);
      },
    );
  }

  claim("that the page's policy forbids is no loop", async (visit) => {
    const { page, options } = await signedInAtServer(visit);
    await visit.withPolicy("**/app/framed.html", (policy) =>
      policy.replace(/frame-src [^;]*;/, ""),
    );
    await page.reload();
    await page.waitForFunction(() => window.create);
    await page.evaluate((given) => window.create(given), options);
    const { error } = await renew(page);
    assert.ok(error);
    assert.equal(await framesIn(page), 0);
    assert.ok(await sessionOf(page));
    assert.equal(await statusOf(visit, page), 200);
  });
});

import assert from "node:assert/strict";
import { answerWith } from "./support/answers.js";
import {
  answerAt,
  heard,
  postsTo,
  REVOKE_PATH,
  stored,
} from "./support/grants.js";
import {
  AUTHORIZE_PATH,
  FRAMED,
  framesIn,
  signedInAtServer,
} from "./support/frames.js";
import { renew, sessionOf } from "./support/staying.js";
import { suite } from "./support/suite.js";
import {
  doorkeeperHere,
  sandboxElsewhere,
  sandboxHere,
} from "./support/worlds.js";

const AUTHORITY_PATH = "/auth/authority";

/** As in Safari, and in Firefox before 109: a page's status isn't told. */
const withoutStatus = ({ context }) =>
  context.addInitScript(() => {
    for (const { prototype } of [
      PerformanceResourceTiming,
      PerformanceNavigationTiming,
    ]) {
      Reflect.deleteProperty(prototype, "responseStatus");
    }
  });

/** As where the browser shows a page of its own in a frame and says nothing of it: what it shows, and no `load`. */
const mute = (page, shown) =>
  page.evaluate((shown) => {
    const { prototype } = HTMLIFrameElement;
    const listen = prototype.addEventListener;
    prototype.addEventListener = function (type, listener, options) {
      if (type !== "load") listen.call(this, type, listener, options);
    };
    const location = {
      get href() {
        if (shown === "a foreign page") throw new DOMException("no");
        return "about:blank";
      },
    };
    Object.defineProperty(prototype, "contentWindow", {
      get() {
        return this.isConnected ? { location } : null;
      },
    });
  }, shown);

/** Any page may read that, as of a server that allows this one. */
const readable = (req, res) =>
  res.set("Access-Control-Allow-Origin", req.headers.origin ?? "*");

const timed = async (action) => {
  const begun = Date.now();
  const outcome = await action();
  return [outcome, Date.now() - begun];
};

async function assertFailed(page, before, code, { canRenew }) {
  assert.deepEqual(await heard(page), [["renewal-failed", code]]);
  assert.equal((await sessionOf(page))?.canRenew, canRenew);
  assert.deepEqual(await stored(page), before);
  assert.equal(await framesIn(page), 0);
}

const withStatus = (status) => (req, res) =>
  readable(req, res).status(status).send("<h1>Back soon</h1>");

for (const kind of [sandboxHere, sandboxElsewhere]) {
  suite(
    `A frame that doesn't tell a page's status, ${kind.name},`,
    (claim) => {
      for (const [status, code] of /** @type {[number, string][]} */ ([
        [503, "temporarily_unavailable"],
        [429, "temporarily_unavailable"],
        [500, "server_error"],
      ])) {
        claim(`is no word of the server's: ${status}`, async (visit) => {
          await withoutStatus(visit);
          const { page } = await signedInAtServer(visit);
          const before = await stored(page);
          const end = answerAt(visit, AUTHORIZE_PATH, withStatus(status));
          const { error } = await renew(page);
          assert.equal(error?.code, code);
          assert.equal(error.status, status);
          await assertFailed(page, before, code, { canRenew: true });
          end();
          assert.equal((await renew(page)).error, undefined);
        });
      }

      claim("is the server's word where it has one: 403", async (visit) => {
        await withoutStatus(visit);
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        answerAt(visit, AUTHORIZE_PATH, withStatus(403));
        assert.equal((await renew(page)).error?.code, "login_required");
        await assertFailed(page, before, "login_required", { canRenew: false });
      });
    },
    { kind },
  );

  suite(
    `A server that has dropped the implicit flow, ${kind.name},`,
    (claim) => {
      claim("says so by the frame", async (visit) => {
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        answerAt(visit, AUTHORIZE_PATH, (req, res) =>
          readable(req, res).status(400).json({
            error: "unsupported_response_type",
            error_description: "response_type=token",
          }),
        );
        const { error } = await renew(page);
        assert.equal(error?.code, "unsupported_response_type");
        await assertFailed(page, before, "unsupported_response_type", {
          canRenew: false,
        });
      });
    },
    { kind },
  );

  suite(
    `A frame that never loads, ${kind.name},`,
    (claim) => {
      for (const shown of ["nothing", "a foreign page"]) {
        for (const [
          how,
          answer,
          codes,
        ] of /** @type {[string, import("../servers/types.d.ts").Handler, string[]][]} */ ([
          ["is out of reach", (_req, res) => res.destroy(), ["network"]],
          ["has a bad time", withStatus(503), ["temporarily_unavailable"]],
        ])) {
          claim(
            `and shows ${shown} is not waited for if the server ${how}`,
            async (visit) => {
              const { page } = await signedInAtServer(visit);
              const before = await stored(page);
              answerAt(visit, AUTHORIZE_PATH, () => {});
              answerAt(visit, AUTHORITY_PATH, answer);
              await mute(page, shown);
              const [{ error }, took] = await timed(() => renew(page));
              assert.ok(codes.includes(error?.code), error?.code);
              assert.ok(took > 1500 && took < 6000, `${took} ms`);
              await assertFailed(page, before, error.code, { canRenew: true });
            },
          );
        }
      }

      claim(
        "for it shows the browser's page about one that may not be framed, is the server's wish for the user",
        async (visit) => {
          const { page } = await signedInAtServer(visit);
          const before = await stored(page);
          answerAt(visit, AUTHORIZE_PATH, withStatus(200));
          await mute(page, "a foreign page");
          const [{ error }, took] = await timed(() => renew(page));
          assert.equal(error?.code, "login_required");
          assert.ok(took > 5000 && took < 11000, `${took} ms`);
          await assertFailed(page, before, "login_required", {
            canRenew: false,
          });
        },
      );
    },
    { kind },
  );
}

suite("A server that answers a frame late", (claim) => {
  for (const [
    how,
    answer,
  ] of /** @type {[string, import("../servers/types.d.ts").Handler][]} */ ([
    ["and is well otherwise", (_req, _res, next) => next()],
    ["and nothing else", () => {}],
  ])) {
    claim(`${how} is waited for`, async (visit) => {
      const { page } = await signedInAtServer(visit);
      answerAt(visit, AUTHORIZE_PATH, (_req, _res, next) =>
        setTimeout(next, 4000),
      );
      answerAt(visit, AUTHORITY_PATH, answer);
      const { error } = await renew(page);
      assert.equal(error, undefined, JSON.stringify(error));
      assert.deepEqual(await heard(page), [["renewed"]]);
    });
  }
});

suite(
  "A server of another origin whose answers can't be read",
  (claim) => {
    claim(
      "is asked again while the token is good, for it may be in trouble; then the session ends",
      async (visit) => {
        visit.world.sandbox.tokenLifetime = 12;
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        // A proxy's page, without a word on who may read it.
        visit.world.sandbox.intercept = (_req, res) =>
          res.status(503).send("<h1>Back soon</h1>");
        const { error } = await renew(page);
        assert.equal(error?.code, "network");
        await assertFailed(page, before, "network", { canRenew: true });
        await page.waitForFunction(() => auth.session === null, null, {
          timeout: 20_000,
        });
        const last = (await heard(page)).pop();
        assert.deepEqual(last, ["expired"]);
      },
    );
  },
  { kind: sandboxElsewhere },
);

suite("A frame that gets the token of another person", (claim) => {
  const jwt = (claims) =>
    [
      "e30",
      Buffer.from(JSON.stringify(claims)).toString("base64url"),
      "sig",
    ].join(".");
  const ada = (number) => jwt({ sub: "user-Ada", number });

  const signedInWith = async (visit, token) => {
    visit.answer(answerWith({ access_token: token }));
    const page = await visit.open(FRAMED);
    await visit.signInUntilAnswered(page);
    await page.evaluate(() => create());
    await page.evaluate(() => {
      window.heard = [];
      auth.subscribe(({ type, error }) =>
        window.heard.push(error ? [type, error.code] : [type]),
      );
    });
    return page;
  };

  claim("doesn't take it", async (visit) => {
    const page = await signedInWith(visit, ada(1));
    const before = await stored(page);
    const other = jwt({ sub: "user-Bob" });
    visit.answer(answerWith({ access_token: other }));
    const { error } = await renew(page);
    assert.equal(error?.code, "login_required");
    await assertFailed(page, before, "login_required", { canRenew: false });
    assert.equal(await page.evaluate(() => auth.token()), ada(1));
    const [{ form }] = postsTo(visit, REVOKE_PATH);
    assert.equal(form.token, other);
  });

  for (const [whose, first, second] of [
    ["the same person's", ada(1), ada(2)],
    ["one that doesn't say whose it is", ada(1), "opaque"],
    ["one that says nothing of a person", ada(1), jwt({})],
    ["one after one that didn't say", "opaque", ada(1)],
    ["no JSON", ada(1), "e30.!!!.sig"],
  ]) {
    claim(`is one that takes ${whose}`, async (visit) => {
      const page = await signedInWith(visit, first);
      visit.answer(answerWith({ access_token: second }));
      assert.equal((await renew(page)).error, undefined);
      assert.equal(await page.evaluate(() => auth.token()), second);
    });
  }
});

suite(
  "Doorkeeper, asked by a frame and then by a request,",
  (claim) => {
    claim("is believed that it wants the user", async (visit) => {
      await withoutStatus(visit);
      const { page } = await signedInAtServer(visit);
      const before = await stored(page);
      await visit.context.clearCookies();
      assert.equal((await renew(page)).error?.code, "login_required");
      await assertFailed(page, before, "login_required", { canRenew: false });
    });
  },
  { kind: doorkeeperHere },
);

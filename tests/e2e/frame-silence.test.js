import assert from "node:assert/strict";
import { answerWith } from "./support/answers.js";
import {
  answerAt,
  AUTHORITY_PATH,
  AUTHORIZE_PATH,
  heard,
  listen,
  postsTo,
  REVOKE_PATH,
  stored,
} from "./support/grants.js";
import {
  assertFailed,
  FRAMED,
  signedInAtServer,
  timed,
} from "./support/frames.js";
import { renew } from "./support/staying.js";
import { suite } from "./support/suite.js";
import {
  doorkeeperHere,
  sandboxElsewhere,
  sandboxHere,
} from "./support/worlds.js";

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

const withStatus = (status) => (req, res) =>
  readable(req, res).status(status).send("<h1>Back soon</h1>");

/** @typedef {[how: string, answer: import("../servers/types.d.ts").Handler, code: string]} Trouble */

/** @type {Trouble} */
const OUT_OF_REACH = [
  "is out of reach",
  (_req, res) => res.destroy(),
  "network",
];
/** @type {Trouble} */
const IN_TROUBLE = [
  "has a bad time",
  withStatus(503),
  "temporarily_unavailable",
];

/**
 * What a frame shows that never loads, and what is wrong with the server: every pair in one of the two worlds.
 *
 * @type {Map<import("./support/worlds.js").Kind, [shown: string, ...Trouble][]>}
 */
const NEVER_LOADS = new Map([
  [
    sandboxHere,
    [
      ["nothing", ...OUT_OF_REACH],
      ["a foreign page", ...IN_TROUBLE],
    ],
  ],
  [
    sandboxElsewhere,
    [
      ["nothing", ...IN_TROUBLE],
      ["a foreign page", ...OUT_OF_REACH],
    ],
  ],
]);

for (const kind of NEVER_LOADS.keys()) {
  suite(
    `A frame that doesn't tell a page's status, ${kind.name},`,
    (claim) => {
      claim("is no word of the server's: 503, 429, 500", async (visit) => {
        await withoutStatus(visit);
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        for (const [status, code] of /** @type {[number, string][]} */ ([
          [503, "temporarily_unavailable"],
          [429, "temporarily_unavailable"],
          [500, "server_error"],
        ])) {
          await page.evaluate(() => window.heard.splice(0));
          const end = answerAt(visit, AUTHORIZE_PATH, withStatus(status));
          const { error } = await renew(page);
          assert.equal(error?.code, code);
          assert.equal(error.status, status);
          await assertFailed(page, before, code, { canRenew: true });
          end();
        }
        assert.equal((await renew(page)).error, undefined);
      });

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
      for (const [shown, how, answer, code] of NEVER_LOADS.get(kind)) {
        claim(
          `and shows ${shown} is not waited for if the server ${how}`,
          async (visit) => {
            const { page } = await signedInAtServer(visit);
            const before = await stored(page);
            answerAt(visit, AUTHORIZE_PATH, () => {});
            answerAt(visit, AUTHORITY_PATH, answer);
            await mute(page, shown);
            const [{ error }, took] = await timed(() => renew(page));
            assert.equal(error?.code, code);
            assert.ok(took > 1500 && took < 6000, `${took} ms`);
            await assertFailed(page, before, code, { canRenew: true });
          },
        );
      }
    },
    { kind },
  );
}

suite(
  `A frame that never loads, ${sandboxElsewhere.name},`,
  (claim) => {
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
        await assertFailed(page, before, "login_required", { canRenew: false });
      },
    );
  },
  { kind: sandboxElsewhere },
);

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
    await listen(page);
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

  claim("takes one that may be the same person's", async (visit) => {
    const page = await signedInWith(visit, ada(1));
    for (const [whose, token] of [
      ["the same person's", ada(2)],
      ["one that doesn't say whose it is", "opaque"],
      ["one after one that didn't say", ada(3)],
      ["one that says nothing of a person", jwt({})],
      ["one after one that said nothing", ada(4)],
      ["no JSON", "e30.!!!.sig"],
    ]) {
      visit.answer(answerWith({ access_token: token }));
      assert.equal((await renew(page)).error, undefined, whose);
      assert.equal(await page.evaluate(() => auth.token()), token, whose);
    }
  });
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

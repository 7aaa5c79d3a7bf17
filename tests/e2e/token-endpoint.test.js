import assert from "node:assert/strict";
import { createServer } from "node:http";
import { account } from "../servers/building.js";
import { listen as listenAt } from "../servers/listen.js";
import { encode, TOKEN } from "./support/answers.js";
import {
  DELAYS,
  FAULTS,
  GOOD,
  MORE_FAULTS,
  ODDITIES,
  REFRESH_TOKEN,
} from "./support/faults.js";
import {
  answerAt,
  BARE,
  byCode,
  CREDENTIALS,
  heard,
  listen,
  REVOKE_PATH,
  signedInByPassword,
  stored,
  TOKEN_PATH,
  tokenPosts,
  until,
  withClock,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, keysOf, typePassword } from "./support/visit.js";

const CODE = "a-code-that-must-not-leak";

/** What a call on the page gives, as far as it may be told: `{ value }` or `{ error }`. */
const calling = {
  "a refresh token": (page) => page.evaluate(() => settled(auth.renew())),
  "a password": (page) =>
    page.evaluate(
      (credentials) => settled(auth.loginWithPassword(credentials)),
      CREDENTIALS,
    ),
};

/** The same for a sign-in by code, from a page with a session of before; which is given back. */
async function byCodeFrom(visit, page, meanwhile) {
  const options = byCode(visit);
  visit.answer(
    ({ redirect_uri, state }) =>
      `${redirect_uri}?${encode({ code: CODE, state })}`,
  );
  await visit.signInUntilAnswered(page, options);
  const done = create(page, options);
  await meanwhile();
  const { session, redirect } = await done;
  return { value: session, error: redirect.error };
}

/** Has each grant meet with this answer, and sees that the session of before stays. */
async function meet(
  visit,
  answer,
  expected,
  meanwhile = async (_page, _posts) => {},
) {
  visit.secrets.push(REFRESH_TOKEN);
  const { page, options } = await signedInByPassword(visit);
  const before = await stored(page);
  await listen(page);
  const end = answerAt(visit, TOKEN_PATH, answer);
  for (const [grant, call] of Object.entries(calling)) {
    const sent = tokenPosts(visit).length;
    const done = call(page);
    await meanwhile(page, sent + 1);
    assertError(await done, expected, grant);
    assert.equal(tokenPosts(visit).length, sent + 1, `${grant} goes once`);
    assert.deepEqual(await stored(page), before, grant);
    const token = await page.evaluate(() => auth.token());
    assert.equal(token, before.access_token, grant);
  }
  assert.deepEqual(await heard(page), [["renewal-failed", expected.code]]);

  const sent = tokenPosts(visit).length;
  const code = await byCodeFrom(visit, page, () => meanwhile(page, sent + 1));
  assertError(code, { ...expected, retryable: false }, "a code");
  assert.equal(tokenPosts(visit).length, sent + 1, "a code goes once");
  assert.equal(code.value?.flow, "password", "the session of before stays");
  assert.deepEqual(await stored(page), before);
  assert.equal(page.url(), visit.world.app + BARE);
  const pending = (await keysOf(page)).filter((key) => /:sign-in:/.test(key));
  assert.deepEqual(pending, []);

  end();
  await create(page, options);
  const { value } = await calling["a refresh token"](page);
  assert.equal(value?.canRenew, true, "and can be renewed after all");
}

function assertError({ error }, expected, grant) {
  assert.ok(error, `${grant} fails`);
  assert.equal(error.name, "AuthError");
  assert.equal(error.code, expected.code, grant);
  assert.equal(error.retryable, expected.retryable, grant);
  assert.equal(error.status, expected.status, grant);
  const secrets = [TOKEN, REFRESH_TOKEN, CODE, account.password];
  for (const secret of secrets) {
    assert.ok(!JSON.stringify(error).includes(secret), grant);
  }
}

/** Has one session meet all of these answers, by refresh token and password: each goes once, and the session stays. */
async function meetEach(visit, faults) {
  visit.secrets.push(REFRESH_TOKEN);
  const { page } = await signedInByPassword(visit);
  const before = await stored(page);
  for (const [how, { answer, ...expected }] of faults) {
    const end = answerAt(visit, TOKEN_PATH, answer);
    for (const [grant, call] of Object.entries(calling)) {
      const sent = tokenPosts(visit).length;
      assertError(await call(page), expected, `${how}, ${grant}`);
      assert.equal(tokenPosts(visit).length, sent + 1, `${how}, ${grant}`);
      assert.deepEqual(await stored(page), before, `${how}, ${grant}`);
    }
    end();
  }
  const { value } = await calling["a refresh token"](page);
  assert.equal(value?.canRenew, true, "and can be renewed after all");
}

suite(
  "A token endpoint that answers code, refresh token and password with",
  (claim) => {
    for (const [how, { answer, ...expected }] of FAULTS) {
      const { code, status } = expected;
      const told = [code, status].filter(Boolean).join(" ");
      claim(`${how} fails as ${told}, and loses no session`, (visit) =>
        meet(visit, answer, expected),
      );
    }

    claim(
      "what else is no token response fails, and loses no session",
      (visit) => meetEach(visit, MORE_FAULTS),
    );

    for (const [how, answer] of DELAYS) {
      claim(
        `${how} is given up after 15 seconds, and loses no session`,
        async (visit) => {
          await withClock(visit);
          // Of those that have begun: before, Chromium keeps a request that is to outlive its page.
          let begun = 0;
          let ended = 0;
          const noting = (req, res, next) => {
            answer(req, res, next);
            if (!res.headersSent) return;
            begun += 1;
            res.once("close", () => (ended += 1));
          };
          const expected = {
            code: "timeout",
            status: undefined,
            retryable: true,
          };
          await meet(visit, noting, expected, async (page, posts) => {
            const before = ended;
            const asked = () => tokenPosts(visit).length === posts;
            await until(asked, "it was sent");
            await page.waitForTimeout(100);
            await page.clock.fastForward(11_000);
            await page.waitForTimeout(50);
            assert.equal(ended, before, "it is waited for");
            await page.clock.fastForward(4_100);
            await until(() => ended === begun, "it was given up");
          });
        },
      );
    }
  },
);

suite("A token endpoint that redirects", (claim) => {
  const expected = {
    code: "invalid_response",
    status: undefined,
    retryable: false,
  };

  /** Runs this with the URL of another origin that would give tokens, and asserts that nothing arrives there. */
  async function withOther(prove) {
    const arrived = [];
    const other = await listenAt(
      createServer((req, res) => {
        arrived.push(`${req.method} ${req.url}`);
        res.writeHead(200, {
          "access-control-allow-origin": "*",
          "content-type": "application/json",
        });
        res.end(JSON.stringify(GOOD));
      }),
      { port: 0, host: "localhost" },
    );
    try {
      await prove(`${other.origin}/token`);
      assert.deepEqual(arrived, []);
    } finally {
      await other.close();
    }
  }

  claim(
    "to another origin is not followed, and what was posted doesn't arrive: code, refresh token and password",
    (visit) =>
      withOther((url) =>
        meet(visit, (_req, res) => res.redirect(307, url), expected),
      ),
  );

  claim("is not followed, whatever its status and place", (visit) =>
    withOther(async (url) => {
      const redirect = (status, place) => ({
        answer: (_req, res) => res.redirect(status, place),
        ...expected,
      });
      const all = [301, 302, 303, 307, 308].map((status) => [
        String(status),
        redirect(status, url),
      ]);
      all.push(["to itself", redirect(307, "/auth/token")]);
      await meetEach(visit, all);
      const { requests } = visit.world.sandbox;
      assert.ok(!requests.some(({ url }) => url === "/auth/token"));
    }),
  );
});

suite("A token endpoint that gives a good answer", (claim) => {
  claim("in an unusual way is understood", async (visit) => {
    visit.secrets.push(REFRESH_TOKEN);
    const { page } = await signedInByPassword(visit);
    for (const [how, answer] of ODDITIES) {
      answerAt(visit, TOKEN_PATH, answer);
      for (const [grant, call] of Object.entries(calling)) {
        const { value, error } = await call(page);
        assert.equal(error, undefined, `${how}, ${grant}`);
        assert.equal(value.canRenew, true, `${how}, ${grant}`);
        const inTwoHours = Date.now() + 7200_000;
        assert.ok(Math.abs(value.expiresAt - inTwoHours) < 60_000, how);
        assert.equal(await page.evaluate(() => auth.token()), TOKEN, how);
      }
      const { value } = await byCodeFrom(visit, page, async () => {});
      assert.equal(value?.flow, "code", how);
      visit.world.sandbox.intercept = undefined;
    }
  });
});

suite("The server's own refusal", (claim) => {
  for (const [
    status,
    name,
    code,
  ] of /** @type {[number, string, string][]} */ ([
    [401, "invalid_client", "invalid_client"],
    [400, "login_required", "other"],
  ])) {
    claim(
      `of a code and a password is told as it is: ${status} ${name}`,
      async (visit) => {
        const description = "What the server says to it.";
        const uri = "https://placeos.test/why";
        const { page } = await signedInByPassword(visit);
        const before = await stored(page);
        answerAt(visit, TOKEN_PATH, (_req, res) =>
          res.status(status).json({
            error: name,
            error_description: description,
            error_uri: uri,
          }),
        );
        const outcomes = [
          await calling["a password"](page),
          await byCodeFrom(visit, page, async () => {}),
        ];
        const own = code === "other" ? `${name}: ` : "";
        for (const outcome of outcomes) {
          assertError(outcome, { code, status, retryable: false });
          assert.equal(outcome.error.description, own + description);
          assert.equal(outcome.error.uri, uri);
          assert.deepEqual(await stored(page), before);
        }
      },
    );
  }

  claim("of a code that is out of date leaves a way back in", async (visit) => {
    const page = await visit.open();
    const { code } = (await byCodeFrom(visit, page, async () => {})).error;
    assert.ok(["invalid_grant", "invalid_client"].includes(code), code);
    visit.world.sandbox.intercept = undefined;
    const options = byCode(visit);
    await Promise.all([
      visit.signInUntilAnswered(page, options),
      typePassword(page),
    ]);
    assert.ok((await create(page, options)).session);
  });
});

suite("A token endpoint that wants a password of its own", (claim) => {
  claim("has the user asked for none: it fails at once", async (visit) => {
    const { page } = await signedInByPassword(visit);
    answerAt(visit, TOKEN_PATH, (_req, res) =>
      res.status(401).set("WWW-Authenticate", 'Basic realm="x"').end(),
    );
    for (const call of Object.values(calling)) {
      const began = Date.now();
      const { error } = await call(page);
      assert.equal(error.code, "invalid_response");
      assert.equal(error.status, 401);
      assert.ok(Date.now() - began < 5_000);
    }
  });

  claim(
    "gets no cookies, nor does revocation; the domain's settings do",
    async (visit) => {
      const cookies = {};
      for (const path of [TOKEN_PATH, REVOKE_PATH, "/auth/authority"])
        answerAt(visit, path, (req, res, next) => {
          cookies[path] = req.headers.cookie;
          next();
        });
      const value = "1";
      const { app } = visit.world;
      await visit.context.addCookies([{ name: "theirs", value, url: app }]);
      const { page } = await signedInByPassword(visit);
      await page.evaluate(() => auth.authority());
      await page.evaluate(() => auth.logout({ local: true }));
      assert.deepEqual(cookies, {
        [TOKEN_PATH]: undefined,
        [REVOKE_PATH]: undefined,
        "/auth/authority": "theirs=1",
      });
    },
  );
});

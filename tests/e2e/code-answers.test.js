import assert from "node:assert/strict";
import { encode, FOREIGN_STATE, GOOD } from "./support/answers.js";
import {
  answerAt,
  answered,
  BARE,
  byCode,
  hold,
  signedInByCode,
  stored,
  TOKEN_PATH,
  tokenPosts,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, historyOf, keysOf, ready, reopen } from "./support/visit.js";
import {
  doorkeeperElsewhere,
  nextElsewhere,
  sandboxHere,
} from "./support/worlds.js";

const query = (fields) => (asked) =>
  `${asked.redirect_uri}?${encode({ state: asked.state, ...fields })}`;
const fragment = (fields) => (asked) =>
  `${asked.redirect_uri}#${encode({ state: asked.state, ...fields })}`;

/**
 * Answers that give no code, and what the app is told.
 *
 * @type {Record<string, [locate: import("./support/answers.js").Locate, code: string]>}
 */
const UNFIT = {
  "has two codes": [
    (asked) => `${query({ code: "one" })(asked)}&code=two`,
    "invalid_response",
  ],
  "is a token in the fragment": [fragment(GOOD), "invalid_response"],
  "is a refusal with a code": [
    query({ error: "access_denied", code: "one" }),
    "access_denied",
  ],
};

suite(
  "An answer to a sign-in by code is refused, unasked of the server",
  (claim) => {
    for (const [how, [locate, code]] of Object.entries(UNFIT)) {
      claim(`that ${how}`, async (visit) => {
        const options = byCode(visit);
        const given = { options };
        const { page, session, redirect } = await visit.outcome(locate, given);
        assert.equal(session, null);
        assert.equal(redirect.error?.code, code);
        assert.equal(tokenPosts(visit).length, 0);
        assert.equal(page.url(), visit.world.app + BARE);
        assert.deepEqual(
          (await keysOf(page)).filter((key) => !key.includes(":begun:")),
          [],
        );
        assert.equal((await create(page, options)).session, null);
      });
    }

    claim("that has a state of nobody's", async (visit) => {
      const { page, options } = await signedInByCode(visit);
      const before = await stored(page);
      await reopen(page, `${BARE}?code=theirs&state=${FOREIGN_STATE}`);
      const { redirect } = await create(page, options);
      assert.equal(redirect.error?.code, "state_mismatch");
      assert.equal(tokenPosts(visit).length, 1, "that of the first sign-in");
      assert.deepEqual(await stored(page), before);
      assert.equal(page.url(), visit.world.app + BARE);
    });

    claim("and left alone if it isn't ours", async (visit) => {
      const address = `${BARE}?code=theirs&state=of-another-provider`;
      const page = await visit.open(address);
      assert.deepEqual(await create(page, byCode(visit)), {
        session: null,
        redirect: { status: "none" },
      });
      assert.equal(tokenPosts(visit).length, 0);
      assert.equal(page.url(), visit.world.app + address);
    });

    claim("that was taken already", async (visit) => {
      const page = await visit.open();
      const options = byCode(visit);
      await answered(visit, page, options);
      const answer = page.url();
      const { session } = await create(page, options);
      await reopen(page, answer);
      const again = await create(page, options);
      assert.equal(again.redirect.error?.code, "state_mismatch");
      assert.deepEqual(again.session, session);
      assert.equal(tokenPosts(visit).length, 1);
    });
  },
);

suite("The issuer in an answer by code", (claim) => {
  claim("is the one that the app names, where it does", async (visit) => {
    const { sandbox, server } = visit.world;
    const issuer = "https://placeos.example.com/auth";
    const options = byCode(visit, { issuer });
    sandbox.issuer = issuer;
    const page = await visit.open();
    await answered(visit, page, options);
    assert.equal((await create(page, options)).redirect.status, "signed-in");
    for (const other of [`${issuer}/`, server]) {
      sandbox.issuer = other;
      await page.evaluate(() => sessionStorage.clear());
      await visit.signInUntilAnswered(page, options);
      const { redirect } = await create(page, options);
      assert.equal(redirect.error?.code, "invalid_response", other);
    }
    assert.equal(tokenPosts(visit).length, 1);
  });

  claim("is not what the server's metadata say", async (visit) => {
    const { sandbox } = visit.world;
    sandbox.issuer = "https://victim.test";
    answerAt(visit, "/.well-known/oauth-authorization-server", (_req, res) =>
      res.json({
        issuer: "https://victim.test",
        response_types_supported: ["code"],
      }),
    );
    const page = await visit.open();
    await answered(visit, page);
    const { redirect } = await create(page);
    assert.equal(redirect.error?.code, "invalid_response");
    assert.equal(tokenPosts(visit).length, 0);
  });

  claim("may be the server: its origin and a path", async (visit) => {
    const { sandbox, server } = visit.world;
    sandbox.issuer = `${server}/auth`;
    const { page, redirect } = await signedInByCode(visit);
    assert.equal(redirect.status, "signed-in");
    assert.equal(page.url(), visit.world.app + BARE);
  });

  claim("must not be another, and then no code is sent", async (visit) => {
    const { sandbox, server } = visit.world;
    const page = await visit.open();
    const options = byCode(visit);
    sandbox.issuer = `${server}.attacker.test`;
    await answered(visit, page, options);
    const { session, redirect } = await create(page, options);
    assert.equal(session, null);
    assert.equal(redirect.error?.code, "invalid_response");
    assert.equal(tokenPosts(visit).length, 0);
  });
});

for (const kind of [sandboxHere, doorkeeperElsewhere, nextElsewhere]) {
  suite(
    `A code that isn't this sign-in's, ${kind.name}`,
    (claim) => {
      claim(
        "is refused by the server for its verifier, and there is no session",
        async (visit) => {
          const options = byCode(visit);
          const [one, two] = [await visit.open(), await visit.open()];
          await answered(visit, one, options);
          await visit.signInUntilAnswered(two, options);
          const foreign = new URL(one.url()).searchParams.get("code");
          const answer = new URL(two.url());
          answer.searchParams.set("code", foreign);
          await reopen(two, answer.href);
          await assertRefused(visit, two, options);
          assert.equal(tokenPosts(visit)[0].form.code, foreign);
        },
      );
    },
    { kind },
  );
}

/** What the two generations of servers say of a code with another's verifier. */
const REFUSED = /** @type {const} */ ([
  "invalid_grant",
  400,
  /authorization grant is invalid/,
]);
const NEWEST = /** @type {const} */ ([
  "unauthorized_client",
  401,
  /code_verifier is not the one/,
]);

async function assertRefused(visit, page, options) {
  const { session, redirect } = await create(page, options);
  assert.equal(session, null);
  const { code, status, retryable, description } = redirect.error;
  const [name, number, words] = visit.world.isNewest ? NEWEST : REFUSED;
  assert.deepEqual(
    { code, status, retryable },
    { code: name, status: number, retryable: false },
  );
  assert.match(description, words);
  assert.equal(tokenPosts(visit).length, 1);
  assert.equal(page.url(), visit.world.app + BARE);
  assert.equal(await stored(page), undefined);
}

suite("The exchange of a code happens once", (claim) => {
  claim("for a framework that mounts twice", async (visit) => {
    const options = byCode(visit);
    const page = await visit.open();
    await answered(visit, page, options);
    const seen = await page.evaluate(async (given) => {
      const clients = await Promise.all([createAuth(given), createAuth(given)]);
      clients[0].close();
      clients.push(await createAuth(given));
      return {
        answers: clients.map(plain),
        tokens: await Promise.all(clients.map((client) => client.token())),
      };
    }, options);
    const [first, ...others] = seen.answers;
    assert.equal(first.redirect.status, "signed-in");
    assert.ok(first.session);
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(new Set(seen.tokens).size, 1);
    visit.secrets.push(seen.tokens[0]);
    assert.equal(tokenPosts(visit).length, 1);
  });

  claim("also where it is refused", async (visit) => {
    const options = byCode(visit);
    const page = await visit.open();
    await answered(visit, page, options);
    await reopen(page, page.url().replace(/code=[^&]*/, "code=made-up"));
    const codes = await page.evaluate(async (given) => {
      const clients = await Promise.all([createAuth(given), createAuth(given)]);
      return clients.map(({ redirect }) => redirect.error?.code);
    }, options);
    assert.deepEqual(codes, ["invalid_grant", "invalid_grant"]);
    assert.equal(tokenPosts(visit).length, 1);
  });

  claim("also where the page is loaded anew meanwhile", async (visit) => {
    const options = byCode(visit);
    const page = await visit.open();
    await answered(visit, page, options);
    const exchange = hold(visit, TOKEN_PATH);
    create(page, options).catch(() => {});
    await exchange.arrived;
    await page.reload();
    await ready(page);
    const { session, redirect } = await create(page, options);
    assert.equal(session, null);
    assert.deepEqual(redirect, { status: "none" });
    exchange.release();
    assert.equal(tokenPosts(visit).length, 1);
    const entries = await historyOf(page);
    assert.ok(!entries.some((entry) => /code=/.test(entry)));

    await visit.signInUntilAnswered(page, options);
    assert.ok((await create(page, options)).session, "the next one succeeds");
  });

  claim("and a client of the implicit flow leaves it alone", async (visit) => {
    const options = byCode(visit);
    const page = await visit.open();
    await answered(visit, page, options);
    const implicit = { ...visit.world.options, flow: "implicit" };
    const { session, redirect } = await create(page, implicit);
    assert.deepEqual([session, redirect], [null, { status: "none" }]);
    assert.equal(tokenPosts(visit).length, 0);
    assert.equal(page.url(), visit.world.app + BARE, "though it is taken out");
    assert.ok((await create(page, options)).session);
    assert.equal(tokenPosts(visit).length, 1);
  });
});

import assert from "node:assert/strict";
import { answerWith } from "./support/answers.js";
import { throughCallback } from "./support/callback.js";
import {
  answerAt,
  authorizations,
  byCode,
  stored,
  tokenPosts,
} from "./support/grants.js";
import { signedInAtServer } from "./support/frames.js";
import { renew } from "./support/staying.js";
import { suite } from "./support/suite.js";
import {
  create,
  leave,
  leaveAndComeBack,
  ready,
  reopen,
  typePassword,
} from "./support/visit.js";
import {
  nextElsewhere,
  nextHere,
  sandboxElsewhere,
  sandboxHere,
} from "./support/worlds.js";

const METADATA = "/.well-known/oauth-authorization-server";
const UNDER_AUTH = `/auth${METADATA}`;

const CODE = { response_types_supported: ["code"] };

/** Has the server say this of itself. */
const tell = (visit, document, path = METADATA) =>
  answerAt(visit, path, (_req, res) => {
    res.set("Access-Control-Allow-Origin", "*").json(document);
  });

/** The paths of metadata that the browser asked for so far, in order. */
const questions = ({ requests }) =>
  requests
    .map(({ url }) => new URL(url).pathname)
    .filter((path) => path.endsWith(METADATA));

/** The grants the browser asked the authorization endpoint for. */
const grants = (visit) =>
  authorizations(visit).map(({ response_type: type }) => type);

/** Signs in as a person does, with default options but for these. */
async function signIn(visit, more) {
  const options = { ...visit.world.options, ...more };
  const page = await visit.open();
  await create(page, options);
  await leave(page);
  await typePassword(page);
  await page.waitForURL(/[?#&]state=/);
  await ready(page);
  return { page, options, ...(await create(page, options)) };
}

for (const kind of [sandboxHere, sandboxElsewhere]) {
  suite(
    `Signing in without naming a flow, ${kind.name}`,
    (claim) => {
      claim("goes by code where the server offers no other", async (visit) => {
        tell(visit, CODE);
        const { page, options, session } = await signIn(visit);
        assert.equal(session.flow, "code");
        assert.equal(session.canRenew, true);
        assert.ok(grants(visit).every((type) => type === "code"));
        assert.equal(tokenPosts(visit).length, 1);
        assert.deepEqual(questions(visit), [METADATA]);
        await page.reload();
        await ready(page);
        assert.deepEqual((await create(page, options)).session, session);
        assert.deepEqual(questions(visit), [METADATA], "once");
      });
    },
    { kind },
  );
}

suite("Signing in without naming a flow", (claim) => {
  claim("is implicit where the server offers that, too", async (visit) => {
    tell(visit, { response_types_supported: ["code", "token"] });
    const { session } = await signIn(visit);
    assert.equal(session.flow, "implicit");
    assert.equal(tokenPosts(visit).length, 0);
    assert.deepEqual(questions(visit), [METADATA]);
  });

  claim("is implicit where the server says nothing", async (visit) => {
    const { session } = await signIn(visit);
    assert.equal(session.flow, "implicit");
    assert.deepEqual(questions(visit), [METADATA, UNDER_AUTH]);
  });
});

for (const kind of [nextHere, nextElsewhere]) {
  suite(
    `Signing in without naming a flow, ${kind.name}`,
    (claim) => {
      claim("goes by code", async (visit) => {
        const { session, redirect } = await signIn(visit, { flow: undefined });
        assert.equal(redirect.status, "signed-in");
        assert.equal(session.flow, "code");
        assert.equal(session.canRenew, true);
        assert.ok(grants(visit).every((type) => type === "code"));
        assert.deepEqual(questions(visit), [METADATA]);
      });
    },
    { kind },
  );
}

suite("The server's metadata", (claim) => {
  claim("may be under /auth, which proxies forward", async (visit) => {
    // As a development server answers what it doesn't know.
    answerAt(visit, METADATA, (_req, res) => res.send("<!doctype html>app"));
    tell(visit, CODE, UNDER_AUTH);
    const { session } = await signIn(visit);
    assert.equal(session.flow, "code");
    assert.deepEqual(questions(visit), [METADATA, UNDER_AUTH]);
  });

  const useless = {
    "are a redirect": (_req, res) => res.redirect(302, "/elsewhere"),
    "break off": (_req, res) => res.destroy(),
  };
  for (const [how, answer] of Object.entries(useless)) {
    claim(`that ${how} leave it implicit`, async (visit) => {
      for (const path of [METADATA, UNDER_AUTH]) answerAt(visit, path, answer);
      visit.answer(answerWith());
      const page = await visit.open();
      await visit.signInUntilAnswered(page);
      const { session } = await create(page);
      assert.equal(session.flow, "implicit");
      assert.deepEqual(questions(visit), [METADATA, UNDER_AUTH]);
    });
  }

  claim("are waited for three seconds at most, in all", async (visit) => {
    answerAt(visit, METADATA, (_req, res) =>
      setTimeout(() => res.status(404).end(), 2_000),
    );
    answerAt(visit, UNDER_AUTH, () => {});
    visit.answer(answerWith());
    const page = await visit.open();
    await create(page);
    const begun = Date.now();
    await leave(page);
    await page.waitForURL(/[?#&]state=/);
    const took = Date.now() - begun;
    assert.ok(took >= 2_900 && took < 5_500, `${took} ms`);
    assert.deepEqual(grants(visit), ["token"]);
  });

  claim("are asked for by nobody who names a flow", async (visit) => {
    tell(visit, { response_types_supported: ["none"] });
    const page = await visit.open();
    for (const flow of ["implicit", "code"]) {
      await create(page, { flow });
      visit.answer(({ redirect_uri }) => redirect_uri);
      await leave(page);
      await page.waitForFunction(() => !window.leaving);
      await ready(page);
    }
    assert.deepEqual(grants(visit), ["token", "code"]);
    assert.deepEqual(questions(visit), []);
  });

  claim("are asked for without cookies, and never at start", async (visit) => {
    const { page } = await signIn(visit, { flow: "implicit" });
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await ready(page);
    await create(page);
    await page.evaluate(() => auth.authority());
    assert.deepEqual(questions(visit), []);
    visit.answer(answerWith());
    await leave(page);
    await page.waitForURL(/[?#&]state=/);
    const asked = visit.world.sandbox.requests.filter(({ url }) =>
      url.endsWith(METADATA),
    );
    assert.equal(asked.length, 2);
    for (const { headers } of asked) {
      assert.equal(headers.cookie, undefined);
      assert.equal(headers.authorization, undefined);
      assert.equal(headers.referer, undefined);
    }
  });
});

suite(
  "Metadata, on a page that is kept while the user is away",
  (claim) => {
    claim("are asked for once, also if there are none", async (visit) => {
      const page = await visit.open();
      await create(page);
      for (const _ of [1, 2]) await leaveAndComeBack(page);
      assert.deepEqual(questions(visit), [METADATA, UNDER_AUTH]);
    });

    claim(
      "are asked for again after a failure of the network",
      async (visit) => {
        const ends = [METADATA, UNDER_AUTH].map((path) =>
          answerAt(visit, path, (_req, res) => res.destroy()),
        );
        const page = await visit.open();
        await create(page);
        await leaveAndComeBack(page);
        for (const end of ends.reverse()) end();
        tell(visit, CODE);
        await leave(page);
        await page.waitForURL("**/login?**");
        assert.equal(grants(visit).at(-1), "code");
      },
    );

    claim("that come after the user left begin no sign-in", async (visit) => {
      let answer;
      /** @type {Promise<void>} */
      const asked = new Promise((resolve) => {
        answerAt(visit, METADATA, (_req, res) => {
          answer = () => res.json(CODE);
          resolve();
        });
      });
      const page = await visit.open();
      await create(page);
      await leave(page);
      await asked;
      await page.evaluate(() => auth.logout({ local: true }));
      answer();
      const { error } = await page.evaluate(() => window.leaving);
      assert.equal(error.code, "login_required");
      assert.deepEqual(grants(visit), []);
    });
  },
  { keepsPages: true },
);

suite(
  "What another origin doesn't let be read",
  (claim) => {
    claim("leaves it implicit", async (visit) => {
      for (const path of [METADATA, UNDER_AUTH])
        answerAt(visit, path, (_req, res) => res.json(CODE));
      const { session } = await signIn(visit);
      assert.equal(session.flow, "implicit");
    });
  },
  { kind: sandboxElsewhere },
);

suite("The flow that was used", (claim) => {
  claim("is the one an answer is judged by", async (visit) => {
    tell(visit, CODE);
    const { session, redirect } = await visit.outcome(answerWith());
    assert.equal(session, null);
    assert.equal(redirect.error.code, "invalid_response");
    assert.equal(tokenPosts(visit).length, 0);
  });

  claim("is a callback page's, too", async (visit) => {
    tell(visit, CODE);
    const how = { path: "/app/bare.html#/deep", isTyped: true };
    const { session, redirect } = await throughCallback(visit, {}, how);
    assert.equal(session.flow, "code");
    assert.equal(redirect.status, "signed-in");
  });

  for (const [flow, given] of [
    ["code", "implicit"],
    ["implicit", "code"],
  ]) {
    claim(
      `by ${flow} renews the session in a hidden frame, whatever the client says (${given})`,
      async (visit) => {
        // Without a refresh token.
        const { page, options } = await signedInAtServer(visit, { flow });
        await page.reload();
        await ready(page);
        const { session } = await create(page, { ...options, flow: given });
        assert.equal(session.flow, flow);
        const before = grants(visit).length;
        const { value, error } = await renew(page);
        assert.equal(value?.flow, flow, error?.code);
        const type = flow === "code" ? "code" : "token";
        assert.deepEqual(grants(visit).slice(before), [type]);
        assert.deepEqual(questions(visit), []);
      },
    );
  }

  claim("is taken by a client that doesn't name one", async (visit) => {
    const page = await visit.open();
    await create(page, byCode(visit));
    await leave(page);
    await typePassword(page);
    await page.waitForURL(/[?&]code=/);
    await reopen(page, page.url());
    const { session, redirect } = await create(page);
    assert.equal(session.flow, "code");
    assert.equal(redirect.status, "signed-in");
    assert.equal((await stored(page)).flow, "code");
  });
});

import assert from "node:assert/strict";
import {
  answerWith,
  encode,
  GOOD,
  refuseWith,
  TOKEN,
} from "./support/answers.js";
import { suite } from "./support/suite.js";
import { create, reopen } from "./support/visit.js";

const LAST_DATE = 8.64e15;

suite("What an answer may say", (claim) => {
  claim(
    "a lifetime is a number of seconds above zero, or left out",
    async (visit) => {
      const page = await visit.open();
      for (const [
        expires_in,
        seconds,
      ] of /** @type {[string | undefined, number | null][]} */ ([
        [undefined, null],
        ["", null],
        ["7200", 7200],
        ["7200.5", 7200.5],
        ["99999999999999999999", Infinity],
      ])) {
        const asked = Date.now();
        const answer = answerWith({ expires_in });
        const { session } = await visit.outcome(answer, { page });
        assert.ok(session, `expires_in=${expires_in}`);
        const { expiresAt } = session;
        if (seconds === null) assert.equal(expiresAt, null);
        else if (seconds === Infinity) assert.equal(expiresAt, LAST_DATE);
        else {
          const earliest = asked + seconds * 1000;
          assert.ok(earliest <= expiresAt && expiresAt <= earliest + 8000);
        }
      }
    },
  );

  claim("any other lifetime is refused", async (visit) => {
    const page = await visit.open();
    for (const expires_in of ["0", "-1", "NaN", "Infinity", "1e3"]) {
      await assertRefused(
        visit,
        page,
        answerWith({ expires_in }),
        "expires_in",
      );
    }
  });

  claim("the type is bearer, in any case", async (visit) => {
    const page = await visit.open();
    for (const token_type of ["Bearer", "bearer", "BEARER"]) {
      const answer = answerWith({ token_type });
      const { session } = await visit.outcome(answer, { page });
      assert.equal(session?.tokenType, "Bearer", token_type);
    }
    for (const token_type of [undefined, "mac", "Bearer "]) {
      await assertRefused(
        visit,
        page,
        answerWith({ token_type }),
        "token_type",
      );
    }
  });

  claim("a token is what fits in a header", async (visit) => {
    const page = await visit.open();
    for (const [written, token] of [
      ["a=b=c", "a=b=c"],
      ["a%2Bb%2F%3D", "a+b/="],
      ["100%", "100%"],
      ["a".repeat(16_000), "a".repeat(16_000)],
    ]) {
      const { session } = await visit.outcome(rawToken(written), { page });
      assert.ok(session, written.slice(0, 20));
      assert.equal(await page.evaluate(() => auth.token()), token);
    }
    for (const written of [
      "",
      "a+b",
      "%0d%0aX: y",
      "%C3%A4",
      "a".repeat(17_000),
    ]) {
      await assertRefused(visit, page, rawToken(written), "access_token");
    }
  });

  claim("a scope that is narrower than asked for is shown", async (visit) => {
    const options = { scope: "public admin" };
    const narrow = answerWith({ scope: "public" });
    const { session } = await visit.outcome(narrow, { options });
    assert.equal(session.scope, "public");
    const same = await visit.outcome(answerWith(), { options });
    assert.equal(same.session.scope, "public admin");
  });

  claim(
    "a parameter that comes twice is refused, wherever it stands",
    async (visit) => {
      const page = await visit.open();
      for (const again of [
        `access_token=${TOKEN}`,
        "state=theirs",
        "scope=&scope=",
      ]) {
        const twice = (asked) => `${answerWith()(asked)}&${again}`;
        await assertRefused(visit, page, twice, "twice");
        const first = (asked) => twice(asked).replace("#", `#${again}&`);
        await assertRefused(visit, page, first, "twice");
      }
    },
  );

  claim("parameters it doesn't know are nothing to it", async (visit) => {
    const page = await visit.open();
    const extra =
      "__proto__=x&constructor=y&prototype=&__proto__[polluted]=1&toString=z&x=1&x=2&&=&%&a=b=c";
    const { session } = await visit.outcome(
      (asked) => `${answerWith()(asked)}&${extra}`,
      { page },
    );
    assert.ok(session);
    assert.equal(await page.evaluate(() => ({}).polluted), undefined);
    assert.equal(page.url(), `${visit.world.app}/app/bare.html`);
  });

  claim("one of a megabyte is taken in like any other", async (visit) => {
    const page = await visit.open();
    const mega = "m".repeat(1_000_000);
    const padded = `${await visit.begin(page)}&pad=${mega}`;
    await reopen(page, padded);
    assert.ok((await create(page)).session);
    assert.equal(page.url(), `${visit.world.app}/app/bare.html`);

    const huge = (await visit.begin(page)).replace(TOKEN, mega);
    await reopen(page, huge);
    const { redirect } = await create(page);
    assert.equal(redirect.error.code, "invalid_response");
    assert.ok(redirect.error.message.length < 1000);
  });

  async function assertRefused(visit, page, answer, why) {
    const { session, redirect } = await visit.outcome(answer, { page });
    assert.equal(session, null, why);
    assert.equal(redirect.status, "failed");
    assert.equal(redirect.error.code, "invalid_response");
    assert.match(redirect.error.message, new RegExp(why));
    assert.equal(page.url(), `${visit.world.app}/app/bare.html`);
  }

  const rawToken = (text) => (asked) =>
    `${asked.redirect_uri}#access_token=${text}&token_type=Bearer&state=${asked.state}`;
});

suite("What a refusal may say", (claim) => {
  claim(
    "the names of RFC 6749 are the codes, any other is `other`",
    async (visit) => {
      const page = await visit.open();
      for (const [error, code] of [
        ["access_denied", "access_denied"],
        ["temporarily_unavailable", "temporarily_unavailable"],
        ["login_required", "other"],
      ]) {
        const { redirect, session } = await visit.outcome(
          refuseWith({ error }),
          { page },
        );
        assert.equal(session, null);
        assert.equal(redirect.error.code, code);
        assert.equal(
          redirect.error.description,
          code === "other" ? error : undefined,
        );
        assert.equal(
          redirect.error.retryable,
          code === "temporarily_unavailable",
        );
      }
    },
  );

  claim(
    "its description is decoded, and cut where it is long",
    async (visit) => {
      const page = await visit.open();
      const say = (text) => (asked) =>
        `${asked.redirect_uri}#error=access_denied&error_description=${text}&state=${asked.state}`;
      for (const [written, read] of [
        ["The+owner%20said+no%3B+100%", "The owner said no; 100%"],
        ["a=b=c", "a=b=c"],
        ["%0d%0a%00x", "x"],
        ["d".repeat(10_000), "d".repeat(500)],
      ]) {
        const { redirect } = await visit.outcome(say(written), { page });
        assert.equal(redirect.error.description, read);
      }
    },
  );

  claim("its address is kept only if it is http(s)", async (visit) => {
    const page = await visit.open();
    for (const [error_uri, uri] of [
      ["https://placeos.test/why?a=b", "https://placeos.test/why?a=b"],
      ["javascript:alert(1)", undefined],
      ["data:text/html,x", undefined],
      ["//placeos.test", undefined],
    ]) {
      const { redirect } = await visit.outcome(refuseWith({ error_uri }), {
        page,
      });
      assert.equal(redirect.error.uri, uri);
    }
  });

  claim("a token beside it is not taken", async (visit) => {
    const { session, redirect } = await visit.outcome(refuseWith(GOOD));
    assert.equal(session, null);
    assert.equal(redirect.error.code, "access_denied");
  });

  claim("the app shows it, and nothing navigates by itself", async (visit) => {
    visit.answer(refuseWith({ error_description: "No." }));
    const page = await visit.open("/app/");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("access_denied").waitFor();
    await page.waitForTimeout(500);
    const asked = visit.requests.filter(({ url }) =>
      url.includes("/oauth/authorize"),
    );
    assert.equal(asked.length, 1);
    assert.equal(page.url(), `${visit.world.app}/app/`);
  });

  claim(
    "one answer in the query and one in the fragment are both refused",
    async (visit) => {
      const both = (asked) =>
        `${asked.redirect_uri}?${encode({ error: "access_denied", state: asked.state })}#${encode({ ...GOOD, state: asked.state })}`;
      const { session, redirect, page } = await visit.outcome(both);
      assert.equal(session, null);
      assert.equal(redirect.error.code, "invalid_response");
      assert.equal(page.url(), `${visit.world.app}/app/bare.html`);
    },
  );
});

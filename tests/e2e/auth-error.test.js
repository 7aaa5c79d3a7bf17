import assert from "node:assert/strict";
import { answerWith, refuseWith, TOKEN } from "./support/answers.js";
import { suite } from "./support/suite.js";

/** What can be seen of an error, in any way there is. */
const everything = () =>
  [auth.redirect.error].map((error) => ({
    isAuthError: error instanceof AuthError,
    isError: error instanceof Error,
    named: [error.name, Object.prototype.toString.call(error), String(error)],
    enumerable: Object.keys(error),
    code: error.code,
    retryable: error.retryable,
    docs: error.docs,
    text: [
      error.message,
      error.stack,
      String(error),
      JSON.stringify(error),
      JSON.stringify(Object.getOwnPropertyDescriptors(error)),
    ].join("\n"),
  }))[0];

suite("An AuthError", (claim) => {
  claim("is an Error with a name, a code and a sentence", async (visit) => {
    const { page } = await visit.outcome(
      refuseWith({ error_description: "No." }),
    );
    const seen = await page.evaluate(everything);
    assert.equal(seen.isAuthError, true);
    assert.equal(seen.isError, true);
    assert.deepEqual(seen.named.slice(0, 2), ["AuthError", "[object Error]"]);
    assert.match(seen.named[2], /^AuthError: .*access_denied.*No\./);
    assert.match(seen.docs, /\/errors\/access_denied\.md$/);
    assert.ok(seen.named[2].endsWith(`. See ${seen.docs}`), seen.named[2]);
    assert.deepEqual(seen.enumerable.sort(), [
      "code",
      "description",
      "retryable",
    ]);
    assert.equal(seen.retryable, false);
    assert.match(
      seen.text,
      /auth-error|core\.js/,
      "its stack tells where it came from",
    );
  });

  claim(
    "of the network has what the browser said as its cause",
    async (visit) => {
      const page = await visit.signedIn();
      await page.route("**/auth/authority", (route) => route.abort());
      const seen = await page.evaluate(async () => {
        const error = await auth.authority().catch((error) => error);
        return { ...error, cause: error.cause, keys: Object.keys(error) };
      });
      assert.equal(seen.code, "network");
      assert.equal(seen.cause, "Failed to fetch");
      assert.ok(!seen.keys.includes("cause"));
    },
  );

  claim("of a refused answer holds no token, and no state", async (visit) => {
    const page = await visit.open();
    for (const answer of [
      answerWith({ token_type: TOKEN }),
      (asked) => `${answerWith()(asked)}&access_token=${TOKEN}`,
      (asked) => answerWith()(asked).replace(asked.state, `${asked.state}x`),
      refuseWith({ access_token: TOKEN, refresh_token: TOKEN, code: TOKEN }),
    ]) {
      const { redirect } = await visit.outcome(answer, { page });
      assert.equal(redirect.status, "failed");
      const { text } = await page.evaluate(everything);
      assert.ok(!text.includes(TOKEN), text);
      assert.doesNotMatch(text, /placeos-auth\.[0-9a-f]{64}/);
    }
  });

  claim("of every call is one: rejected, never thrown", async (visit) => {
    const page = await visit.signedIn();
    const seen = await page.evaluate(async () => {
      await auth.logout({ local: true });
      const calls = [
        () => createAuth({ scope: "" }),
        () => completeSignIn(),
        () => auth.login({ returnTo: "https://attacker.test" }),
        () => auth.logout({ returnTo: "https://attacker.test" }),
        () => auth.token(),
        () => auth.fetch("/api/x"),
        () => auth.signUrl("/api/x"),
        () => auth.signUrl("https://attacker.test"),
      ];
      return Promise.all(
        calls.map((call) =>
          call().then(
            () => "none",
            (error) => [error instanceof AuthError, error.code],
          ),
        ),
      );
    });
    assert.deepEqual(seen, [
      [true, "configuration"],
      [true, "state_mismatch"],
      [true, "untrusted_url"],
      [true, "untrusted_url"],
      [true, "login_required"],
      [true, "login_required"],
      [true, "login_required"],
      [true, "untrusted_url"],
    ]);
  });
});

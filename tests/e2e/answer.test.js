import assert from "node:assert/strict";
import { answerWith, refuseWith, TOKEN } from "./support/answers.js";
import { suite } from "./support/suite.js";
import { create, reopen } from "./support/visit.js";

// How the fields of an answer are read is tested on the host: `tests/host/fragment.rs`.

suite("What an answer says", (claim) => {
  claim("is what the app gets", async (visit) => {
    const token = "a=b+c/".repeat(2_500);
    const begun = Date.now();
    const { page, session } = await visit.outcome(
      answerWith({
        access_token: token,
        token_type: "bearer",
        expires_in: "7200.5",
        scope: "public",
        created_at: "1",
        __proto__x: "y",
      }),
      { options: { scope: "public admin" } },
    );
    const { flow, tokenType, scope, expiresAt } = session;
    assert.deepEqual(
      [flow, tokenType, scope],
      ["implicit", "Bearer", "public"],
    );
    const earliest = begun + 7_200_500;
    assert.ok(earliest <= expiresAt && expiresAt <= earliest + 8000);
    assert.equal(await page.evaluate(() => auth.token()), token);
  });

  claim("may be a megabyte", async (visit) => {
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
});

suite("What a refusal says", (claim) => {
  claim("is what the app gets", async (visit) => {
    const { redirect } = await visit.outcome(
      refuseWith({
        error: "temporarily_unavailable",
        error_description: "The owner said no; 100%",
        error_uri: "https://placeos.test/why?a=b",
      }),
    );
    const { code, description, uri, retryable } = redirect.error;
    assert.deepEqual(
      { code, description, uri, retryable },
      {
        code: "temporarily_unavailable",
        description: "The owner said no; 100%",
        uri: "https://placeos.test/why?a=b",
        retryable: true,
      },
    );
  });

  claim(
    "is shown by the app, and nothing navigates by itself",
    async (visit) => {
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
    },
  );
});

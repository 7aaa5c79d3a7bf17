import assert from "node:assert/strict";
import {
  assertHidden,
  heard,
  listen,
  renewals,
  signedInByPassword,
  statusOf,
  stored,
  TOKEN_PATH,
  tokenPosts,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";
import {
  nextElsewhere,
  nextHere,
  sandboxHere,
  sandboxOf,
} from "./support/worlds.js";

/** What comes of `exchangeToken`, the error with all that it holds as `text`. */
const exchange = (page, given) =>
  page.evaluate(async (options) => {
    const { value, error } = await settled(auth.exchangeToken(options));
    return { value, error, text: JSON.stringify(error ?? null) };
  }, given);

for (const kind of [nextHere, nextElsewhere]) {
  suite(
    `A token of another issuer, ${kind.name}`,
    (claim) => {
      claim(
        "gives a session that renews, without leaving the page",
        async (visit) => {
          const { options } = visit.world;
          const subjectToken = await sandboxOf(visit.world).mintSubjectToken();
          const page = await visit.open();
          await create(page, options);
          await listen(page);
          const { value: session, error } = await exchange(page, {
            subjectToken,
          });
          assert.equal(error, undefined);
          const { expiresAt, ...others } = session;
          assert.deepEqual(others, {
            flow: "exchange",
            tokenType: "Bearer",
            scope: "public",
            canRenew: true,
          });
          assert.ok(Math.abs(expiresAt - Date.now() - 7200_000) < 60_000);
          assert.deepEqual(await heard(page), [["signed-in"]]);
          assert.equal(await statusOf(visit, page), 200);
          await page.evaluate(() => auth.renew());
          assert.equal(renewals(visit).length, 1);
          assert.equal(await statusOf(visit, page), 200);
          await page.reload();
          await ready(page);
          const again = await create(page, options);
          assert.equal(again.session.flow, "exchange");
        },
      );

      claim("is posted in one form, and is nowhere else", async (visit) => {
        const subjectToken = await sandboxOf(visit.world).mintSubjectToken();
        const page = await visit.open();
        await create(page, visit.world.options);
        await exchange(page, { subjectToken });
        const [{ url, form, headers }, ...more] = tokenPosts(visit);
        assert.deepEqual(more, []);
        assert.equal(url, visit.world.server + TOKEN_PATH);
        const { client_id, ...others } = form;
        assert.match(client_id, /^[0-9a-f]{32}$/);
        assert.deepEqual(others, {
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          subject_token: subjectToken,
          subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
          scope: "public",
        });
        assert.equal(headers.authorization, undefined);
        await assertHidden(visit, page, [subjectToken]);
        const kept = await page.evaluate(() =>
          JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
        );
        assert.ok(!kept.includes(subjectToken));
      });

      claim(
        "that is refused is invalid_grant, and a session there was stays",
        async (visit) => {
          const { mintSubjectToken } = sandboxOf(visit.world);
          const page = await visit.open();
          await create(page, visit.world.options);
          await exchange(page, { subjectToken: await mintSubjectToken() });
          const before = await stored(page);
          await listen(page);
          const forged = await mintSubjectToken({}, { forged: true });
          const { error, text } = await exchange(page, {
            subjectToken: forged,
          });
          const { code, status, retryable } = error;
          assert.deepEqual(
            [code, status, retryable],
            ["invalid_grant", 400, false],
          );
          assert.ok(!text.includes(forged));
          assert.deepEqual(await stored(page), before);
          assert.deepEqual(await heard(page), []);
        },
      );
    },
    { kind },
  );
}

suite(
  "What `exchangeToken` is given",
  (claim) => {
    claim("goes to the server as it is", async (visit) => {
      const page = await visit.open();
      await create(page);
      const given = {
        subjectToken: "a b+c&d=é",
        subjectTokenType: "urn:ietf:params:oauth:token-type:id_token",
        scope: "public admin",
      };
      const { error } = await exchange(page, given);
      assert.equal(error.code, "invalid_request");
      const [{ form }] = tokenPosts(visit);
      assert.equal(form.subject_token, given.subjectToken);
      assert.equal(form.subject_token_type, given.subjectTokenType);
      assert.equal(form.scope, given.scope);
    });

    claim("is refused by name where it can't be", async (visit) => {
      const page = await visit.open();
      await create(page);
      /** @type {[unknown, string][]} */
      const wrong = [
        [undefined, "subjectToken"],
        [{}, "subjectToken"],
        [{ subjectToken: "" }, "subjectToken"],
        [{ subjectToken: 1 }, "subjectToken"],
        [{ subjectToken: "x", subjectTokenType: 1 }, "subjectTokenType"],
        [{ subjectToken: "x", scope: "a  b" }, "scope"],
        [{ subjectToken: "x", subject_token: "x" }, "subject_token"],
        ["x", "options"],
      ];
      for (const [given, named] of wrong) {
        const { error } = await exchange(page, given);
        assert.equal(error?.code, "configuration", named);
        assert.match(error.message, new RegExp(`\`${named}\``));
      }
      assert.equal(tokenPosts(visit).length, 0);
    });
  },
  { kind: nextHere },
);

suite(
  "A server that exchanges no tokens",
  (claim) => {
    claim("says so", async (visit) => {
      const { page, session } = await signedInByPassword(visit);
      const { error } = await exchange(page, { subjectToken: "x" });
      assert.equal(error.code, "unsupported_grant_type");
      assert.deepEqual(await page.evaluate(() => auth.session), session);
    });
  },
  { kind: sandboxHere },
);

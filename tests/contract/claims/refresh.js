import assert from "node:assert/strict";
import { answerOf } from "../answer.js";
import { idOf, LOOPBACK } from "../apps.js";
import { but, PASSWORD, refreshOf, tokensFrom } from "../grants.js";
import { contract } from "../pair.js";

/** @import { Fields } from "../../servers/types.d.ts" */
/** @import { Answer, Client } from "../client.js" */

/**
 * What a story of several requests came to: statuses and error names.
 *
 * @param {Answer} answer
 */
const outcome = ({ response, text }) => {
  const { error } = text ? JSON.parse(text) : {};
  return [response.status, ...(error ? [error] : [])].join(" ");
};

/** @param {Client} client @param {Fields} [changes] */
const firstTokens = (client, changes = {}) =>
  tokensFrom(client.token({ ...PASSWORD, ...changes }));

contract("refresh token grant", (claim) => {
  /** @type {(changes?: Fields) => (client: Client) => Promise<ReturnType<typeof answerOf>>} */
  const refresh =
    (changes = {}) =>
    async (client) => {
      const form = refreshOf(await firstTokens(client));
      return answerOf(await client.token(but(form, changes)));
    };

  claim(
    "a refresh token gives new tokens of the same scope",
    refresh(),
    ({ status, json }) => {
      assert.equal(status, 200);
      assert.equal(
        json,
        '{"access_token":"<secret>","token_type":"Bearer","expires_in":7200,"refresh_token":"<secret>","scope":"public","created_at":"<now>"}',
      );
    },
  );
  claim(
    "the new refresh token is another one",
    async (client) => {
      const old = await firstTokens(client);
      const next = await tokensFrom(client.token(refreshOf(old)));
      return [
        old.refresh_token === next.refresh_token,
        old.access_token === next.access_token,
      ];
    },
    (same) => assert.deepEqual(same, [false, false]),
  );

  /** @type {Record<string, [changes: Fields, error: string]>} */
  const refusals = {
    "no refresh token": [{ refresh_token: undefined }, "invalid_request"],
    "an empty one": [{ refresh_token: "" }, "invalid_request"],
    "one nobody issued": [{ refresh_token: "made-up" }, "invalid_grant"],
    "another app": [{ client_id: idOf(LOOPBACK) }, "invalid_grant"],
    "no app": [{ client_id: undefined }, "invalid_grant"],
    "an unknown app": [{ client_id: "0".repeat(32) }, "invalid_client"],
    "a wider scope": [{ scope: "public admin" }, "invalid_scope"],
    "an unknown scope": [{ scope: "email" }, "invalid_scope"],
  };
  for (const [what, [changes, error]] of Object.entries(refusals)) {
    claim(`${what} is refused as ${error}`, refresh(changes), (answer) => {
      assert.equal(JSON.parse(answer.json).error, error);
      assert.equal(answer.status, error === "invalid_client" ? 401 : 400);
    });
  }

  claim(
    "an access token is no refresh token",
    async (client) => {
      const { access_token: refresh_token } = await firstTokens(client);
      return outcome(await client.token(refreshOf({ refresh_token })));
    },
    (seen) => assert.equal(seen, "400 invalid_grant"),
  );
  claim(
    "a narrower scope is granted, and stays",
    async (client) => {
      const wide = await firstTokens(client, { scope: "public admin" });
      const form = { ...refreshOf(wide), scope: "public" };
      const narrow = await tokensFrom(client.token(form));
      const again = await tokensFrom(client.token(refreshOf(narrow)));
      return [wide.scope, narrow.scope, again.scope];
    },
    (scopes) => assert.deepEqual(scopes, ["public admin", "public", "public"]),
  );
});

contract("refresh token rotation", (claim) => {
  claim(
    "until the new access token is used, the old refresh token works again",
    async (client) => {
      const old = await firstTokens(client);
      const one = await client.token(refreshOf(old));
      const two = await client.token(refreshOf(old));
      const { response } = await client.api(old.access_token);
      return [outcome(one), outcome(two), response.status];
    },
    (seen) => assert.deepEqual(seen, ["200", "200", 200]),
  );
  claim(
    "the first use of the new access token ends the old pair",
    async (client) => {
      const old = await firstTokens(client);
      const next = await tokensFrom(client.token(refreshOf(old)));
      const use = await client.api(next.access_token);
      const oldAccess = await client.api(old.access_token);
      const oldRefresh = await client.token(refreshOf(old));
      const newRefresh = await client.token(refreshOf(next));
      return [
        use.response.status,
        oldAccess.response.status,
        outcome(oldRefresh),
        outcome(newRefresh),
      ];
    },
    (seen) => assert.deepEqual(seen, [200, 401, "400 invalid_grant", "200"]),
  );
  claim(
    "of two refreshes of one token both answers live on",
    async (client) => {
      const old = await firstTokens(client);
      const one = await tokensFrom(client.token(refreshOf(old)));
      const two = await tokensFrom(client.token(refreshOf(old)));
      const uses = [];
      for (const { access_token } of [one, two, one]) {
        uses.push((await client.api(access_token)).response.status);
      }
      return uses;
    },
    (seen) => assert.deepEqual(seen, [200, 200, 200]),
  );
  claim(
    "asking for the domain's settings counts as a use",
    async (client) => {
      const old = await firstTokens(client);
      const next = await tokensFrom(client.token(refreshOf(old)));
      const authorization = `Bearer ${next.access_token}`;
      const settings = await client.get("/auth/authority", { authorization });
      const again = await client.token(refreshOf(old));
      return [JSON.parse(settings.text).token_valid, outcome(again)];
    },
    (seen) => assert.deepEqual(seen, [true, "400 invalid_grant"]),
  );
});

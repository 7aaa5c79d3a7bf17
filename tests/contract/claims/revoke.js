import assert from "node:assert/strict";
import { answerOf } from "../answer.js";
import { CONFIDENTIAL, idOf, LOOPBACK } from "../apps.js";
import { but, PASSWORD, refreshOf, tokensFrom } from "../grants.js";
import { contract } from "../pair.js";

const AS_APP = { client_id: PASSWORD.client_id };

/**
 * Whether either token of a pair still works.
 *
 * @param {import("../client.js").Client} client
 * @param {import("../grants.js").TokenAnswer} tokens
 */
async function alive(client, tokens) {
  const access = await client.api(tokens.access_token);
  const refresh = await client.token(refreshOf(tokens));
  return [access.response.status, refresh.response.status];
}

contract("revocation", (claim) => {
  for (const kind of /** @type {const} */ (["access_token", "refresh_token"])) {
    claim(
      `revoking the ${kind} ends both tokens of the pair`,
      async (client) => {
        const tokens = await tokensFrom(client.token(PASSWORD));
        const answer = await client.revoke({ ...AS_APP, token: tokens[kind] });
        return [answerOf(answer), await alive(client, tokens)];
      },
      ([answer, works]) => {
        assert.deepEqual([answer.status, answer.json], [200, "{}"]);
        assert.deepEqual(works, [401, 400]);
      },
    );
  }

  const asked = {
    "a token nobody issued": { ...AS_APP, token: "made-up" },
    "an empty token": { ...AS_APP, token: "" },
    "no token": AS_APP,
  };
  for (const [what, fields] of Object.entries(asked)) {
    claim(
      `${what} is as good as revoked`,
      async (client) => answerOf(await client.revoke(fields)),
      ({ status, json }) => assert.deepEqual([status, json], [200, "{}"]),
    );
  }
  claim(
    "a token revoked twice is still just revoked",
    async (client) => {
      const { access_token: token } = await tokensFrom(client.token(PASSWORD));
      const fields = { ...AS_APP, token };
      return [
        answerOf(await client.revoke(fields)),
        answerOf(await client.revoke(fields)),
      ];
    },
    ([one, two]) => assert.deepEqual(one, two),
  );

  for (const client_id of [undefined, "0".repeat(32)]) {
    claim(
      `a client_id of ${JSON.stringify(client_id)} may not revoke`,
      async (client) => {
        const tokens = await tokensFrom(client.token(PASSWORD));
        const fields = but({ token: tokens.access_token }, { client_id });
        const answer = await client.revoke(fields);
        return [answerOf(answer), await alive(client, tokens)];
      },
      ([answer, works]) => {
        assert.equal(answer.status, 403);
        assert.equal(JSON.parse(answer.json).error, "unauthorized_client");
        assert.deepEqual(works, [200, 200]);
      },
    );
  }

  claim(
    "an app without a secret can't keep others from revoking its tokens",
    async (client) => {
      const tokens = await tokensFrom(client.token(PASSWORD));
      const token = tokens.access_token;
      await client.revoke({ token, client_id: idOf(LOOPBACK) });
      return alive(client, tokens);
    },
    (works) => assert.deepEqual(works, [401, 400]),
  );
  claim(
    "an app with a secret can",
    async (client) => {
      const secret = { client_secret: CONFIDENTIAL.clientSecret };
      const fields = { ...secret, client_id: idOf(CONFIDENTIAL) };
      const tokens = await tokensFrom(client.token({ ...PASSWORD, ...fields }));
      const token = tokens.access_token;
      const byOther = await client.revoke({ ...AS_APP, token });
      const before = await client.api(token);
      const byOwner = await client.revoke({ ...fields, token });
      const after = await client.api(token);
      return [byOther, before, byOwner, after].map(
        ({ response }) => response.status,
      );
    },
    (seen) => assert.deepEqual(seen, [403, 200, 200, 401]),
  );
});

import assert from "node:assert/strict";
import { answerOf } from "../answer.js";
import { CONFIDENTIAL, idOf, LOOPBACK } from "../apps.js";
import { but, CODE, exchangeOf, PASSWORD, VERIFIER } from "../grants.js";
import { contract } from "../pair.js";

const TOKENS =
  '{"access_token":"<secret>","token_type":"Bearer","expires_in":7200,"refresh_token":"<secret>","scope":"public","created_at":"<now>"}';

/** @import { Fields } from "../../servers/types.d.ts" */
/** @import { Client } from "../client.js" */
/** @typedef {ReturnType<typeof answerOf>} Seen */

/** @param {Seen} answer */
const granted = ({ status, headers, json }) => {
  assert.equal(status, 200);
  assert.equal(json, TOKENS);
  assert.equal(headers["content-type"], "application/json; charset=utf-8");
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers.pragma, "no-cache");
};

/** @type {(status: number, error: string, description?: RegExp) => (answer: Seen) => void} */
const refused =
  (status, error, description = /./) =>
  (answer) => {
    const body = JSON.parse(answer.json);
    assert.deepEqual([answer.status, body.error], [status, error]);
    assert.match(body.error_description, description);
    assert.equal(
      answer.headers["www-authenticate"],
      `Bearer realm="Doorkeeper", error="${error}", error_description="${body.error_description}"`,
    );
    assert.equal(answer.headers["cache-control"], "no-store");
  };

/** @param {string} name */
const missing = (name) => new RegExp(`^Missing required parameter: ${name}.$`);

contract("token endpoint, any grant", (claim) => {
  /** @type {(fields: Fields) => (client: Client) => Promise<Seen>} */
  const post = (fields) => async (client) =>
    answerOf(await client.token(fields));

  for (const grant_type of [undefined, "", " "]) {
    claim(
      `a grant_type of ${JSON.stringify(grant_type)} is a missing parameter`,
      post(but(PASSWORD, { grant_type })),
      refused(400, "invalid_request", missing("grant_type")),
    );
  }
  for (const grant_type of ["client_credentials", "implicit", "__proto__"]) {
    claim(
      `the grant type ${grant_type} is unsupported`,
      post({ ...PASSWORD, grant_type }),
      refused(400, "unsupported_grant_type"),
    );
  }
  claim(
    "parameters in the query count, so one has to take care not to put them there",
    async (client) =>
      answerOf(
        await client.post(
          `/auth/oauth/token?${new URLSearchParams(PASSWORD)}`,
          {},
        ),
      ),
    granted,
  );
  claim(
    "a JSON body counts as a form",
    async (client) =>
      answerOf(
        await client.request("/auth/oauth/token", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(PASSWORD),
        }),
      ),
    granted,
  );
});

contract("authorization code grant", (claim) => {
  /** @type {(changes?: Fields, parameters?: Fields) => (client: Client) => Promise<Seen>} */
  const exchange =
    (changes = {}, parameters = CODE) =>
    async (client) => {
      const form = await exchangeOf(client, parameters);
      return answerOf(await client.token(but(form, changes)));
    };

  claim("a code and its verifier give tokens", exchange(), granted);
  claim(
    "the scope asked for is the scope granted",
    exchange({}, { ...CODE, scope: "public admin" }),
    ({ json }) => assert.equal(JSON.parse(json).scope, "public admin"),
  );

  for (const code of [undefined, ""]) {
    claim(
      `a code of ${JSON.stringify(code)} is a missing parameter`,
      exchange({ code }),
      refused(400, "invalid_request", missing("code")),
    );
  }
  claim(
    "a code nobody issued is an invalid grant",
    exchange({ code: "made-up" }),
    refused(400, "invalid_grant"),
  );
  claim(
    "a wrong verifier is an invalid grant",
    exchange({ code_verifier: VERIFIER.toLowerCase() }),
    refused(400, "invalid_grant"),
  );
  claim(
    "the challenge itself is no verifier",
    exchange({ code_verifier: CODE.code_challenge }),
    refused(400, "invalid_grant"),
  );
  for (const code_verifier of [undefined, "", " "]) {
    claim(
      `a verifier of ${JSON.stringify(code_verifier)} is a missing parameter`,
      exchange({ code_verifier }),
      refused(400, "invalid_request", missing("code_verifier")),
    );
  }
  claim(
    "a code survives an exchange with the wrong verifier",
    async (client) => {
      const form = await exchangeOf(client);
      const wrong = await client.token({ ...form, code_verifier: "wrong" });
      const right = await client.token(form);
      return [answerOf(wrong), answerOf(right)];
    },
    ([wrong, right]) => {
      refused(400, "invalid_grant")(wrong);
      granted(right);
    },
  );
  claim(
    "a code works once",
    async (client) => {
      const form = await exchangeOf(client);
      const first = await client.token(form);
      const second = await client.token(form);
      const { access_token } = JSON.parse(first.text);
      const { response } = await client.api(access_token);
      return [answerOf(first), answerOf(second), response.status];
    },
    ([first, second, tokenStatus]) => {
      granted(first);
      refused(400, "invalid_grant")(second);
      assert.equal(tokenStatus, 200);
    },
  );

  const withoutPkce = but(CODE, {
    code_challenge: undefined,
    code_challenge_method: undefined,
  });
  claim(
    "a code without a challenge needs no verifier",
    exchange({ code_verifier: undefined }, withoutPkce),
    granted,
  );
  claim(
    "a verifier where no challenge was is an invalid grant",
    exchange({}, withoutPkce),
    refused(400, "invalid_grant"),
  );
  claim(
    "the method plain compares the two as they are",
    exchange(
      {},
      { ...CODE, code_challenge: VERIFIER, code_challenge_method: "plain" },
    ),
    granted,
  );

  for (const redirect_uri of [undefined, ""]) {
    claim(
      `a redirect URI of ${JSON.stringify(redirect_uri)} is a missing parameter`,
      exchange({ redirect_uri }),
      refused(400, "invalid_request", missing("redirect_uri")),
    );
  }
  claim(
    "another redirect URI than the one authorized is an invalid grant, even a registered one",
    exchange({ redirect_uri: "http://localhost:9/app/other.html" }),
    refused(400, "invalid_grant"),
  );
  for (const client_id of [undefined, "", "0".repeat(32)]) {
    claim(
      `a client_id of ${JSON.stringify(client_id)} is an invalid client`,
      exchange({ client_id }),
      refused(401, "invalid_client"),
    );
  }
  claim(
    "a code is of no use to another app",
    exchange({ client_id: idOf(LOOPBACK) }),
    refused(400, "invalid_grant"),
  );

  const confidential = {
    ...CODE,
    client_id: idOf(CONFIDENTIAL),
    redirect_uri: CONFIDENTIAL.redirectUris[0],
  };
  const secrets = {
    "no secret": undefined,
    "an empty secret": "",
    "a wrong secret": "guessed",
  };
  for (const [what, client_secret] of Object.entries(secrets)) {
    claim(
      `an app that has a secret is refused with ${what}`,
      exchange({ client_secret }, confidential),
      refused(401, "invalid_client"),
    );
  }
  claim(
    "an app that has a secret gets its tokens with it",
    exchange({ client_secret: CONFIDENTIAL.clientSecret }, confidential),
    granted,
  );
  claim(
    "the secret may come by HTTP Basic",
    async (client) => {
      const form = await exchangeOf(client, confidential);
      const pair = `${idOf(CONFIDENTIAL)}:${CONFIDENTIAL.clientSecret}`;
      const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
      const fields = but(form, { client_id: undefined });
      return answerOf(
        await client.post("/auth/oauth/token", fields, { authorization }),
      );
    },
    granted,
  );
  claim(
    "an app without a secret that sends one is refused",
    exchange({ client_secret: "invented" }),
    refused(401, "invalid_client"),
  );
});

contract("password grant", (claim) => {
  /** @type {(changes?: Fields) => (client: Client) => Promise<Seen>} */
  const ask =
    (changes = {}) =>
    async (client) =>
      answerOf(await client.token(but(PASSWORD, changes)));

  claim("name and password give tokens", ask(), granted);
  claim(
    "an authority that isn't needed is ignored",
    ask({ authority: "authority-x" }),
    granted,
  );
  const wrong = {
    "a wrong password": { password: "wrong" },
    "an empty password": { password: "" },
    "no password": { password: undefined },
    "a wrong name": { username: "eve@example.com" },
    "no name": { username: undefined },
  };
  for (const [what, changes] of Object.entries(wrong)) {
    claim(
      `${what} is an invalid grant`,
      ask(changes),
      refused(400, "invalid_grant"),
    );
  }
  claim(
    "an unknown client is told before the password is looked at",
    ask({ client_id: "0".repeat(32), password: "wrong" }),
    refused(401, "invalid_client"),
  );
  claim(
    "no client is an invalid client",
    ask({ client_id: undefined }),
    refused(401, "invalid_client"),
  );
  claim(
    "an unknown scope is refused",
    ask({ scope: "email" }),
    refused(400, "invalid_scope"),
  );
  claim(
    "a wider scope is granted where the server has it",
    ask({ scope: "public admin" }),
    ({ json }) => assert.equal(JSON.parse(json).scope, "public admin"),
  );
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startSandbox } from "../../servers/sandbox/index.js";
import { APP, LOOPBACK, NATIVE, TENANT } from "../apps.js";
import { createClient, encode } from "../client.js";
import { but, locationOf, REDIRECT_URI } from "../grants.js";
import {
  authorized,
  client,
  CODE,
  fresh,
  idOf,
  landing,
  queryOf,
  refusalOf,
  sandbox,
  statusOf,
} from "./server.js";

/** @import { Fields } from "../../servers/types.d.ts" */

const METADATA = "/.well-known/oauth-authorization-server";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

describe("next: what the server says of itself", () => {
  it("is at the root and under /auth, for OAuth and OpenID Connect alike", async () => {
    const answers = [];
    for (const path of [METADATA, "/.well-known/openid-configuration"]) {
      for (const base of ["", "/auth"]) {
        answers.push(JSON.parse((await fresh().get(base + path)).text));
      }
    }
    const [first, ...others] = answers;
    for (const other of others) assert.deepEqual(other, first);
    const { origin } = sandbox;
    const { issuer, authorization_endpoint, token_endpoint } = first;
    assert.equal(issuer, origin);
    assert.equal(authorization_endpoint, `${origin}/auth/oauth/authorize`);
    assert.equal(token_endpoint, `${origin}/auth/oauth/token`);
    assert.equal(first.revocation_endpoint, `${origin}/auth/oauth/revoke`);
    assert.deepEqual(first.response_types_supported, ["code"]);
    assert.deepEqual(first.code_challenge_methods_supported, ["S256"]);
    assert.deepEqual(first.grant_types_supported, [
      "authorization_code",
      "refresh_token",
      TOKEN_EXCHANGE,
    ]);
  });

  it("is nothing, and 404, where it is the Rails service", async () => {
    const rails = await startSandbox();
    try {
      for (const base of ["", "/auth"]) {
        const answer = await createClient(rails.origin).get(base + METADATA);
        assert.equal(statusOf(answer), 404);
      }
    } finally {
      await rails.close();
    }
  });
});

describe("next: the authorization endpoint", () => {
  it("sends whoever isn't signed in by 303 to the domain's login page, and from there back", async () => {
    const query = encode(CODE);
    for (const path of ["/auth/oauth/authorize", "/auth/authorize"]) {
      const place = `${path}?${query}`;
      const asked = await fresh().get(place);
      const [status, dispatcher] = landing(asked);
      assert.equal(status, 303);
      assert.match(dispatcher ?? "", /^\/auth\/login\?continue=/);
      const [next, login] = landing(await client.get(dispatcher ?? ""));
      assert.equal(next, 303);
      const { pathname, searchParams } = new URL(login ?? "", sandbox.origin);
      assert.equal(pathname, "/login");
      assert.equal(searchParams.get("continue"), place);
      const back = locationOf(await client.signIn(place));
      assert.equal(back, sandbox.origin + place);
      const { code, ...others } = queryOf(await client.get(back));
      assert.deepEqual(others, { state: "s1" });
      assert.ok(code);
    }
  });

  it("leads to the login page that the domain names", async () => {
    sandbox.authority = { login_url: "https://idp.test/in?to={{url}}" };
    const { response } = await fresh().get("/auth/login?continue=/a%3Fb=c");
    assert.equal(
      response.headers.get("location"),
      "https://idp.test/in?to=%2Fa%3Fb%3Dc",
    );
  });

  for (const type of ["token", "id_token", "code token", "none", "CODE"]) {
    it(`knows no response_type=${type}, and says so in JSON`, async () => {
      const answer = await authorized({ response_type: type });
      assert.deepEqual(refusalOf(answer), [400, "unsupported_response_type"]);
      assert.deepEqual(JSON.parse(answer.text), {
        error: "unsupported_response_type",
        error_description: `response_type=${type}`,
      });
      assert.match(answer.response.headers.get("content-type") ?? "", /json/);
    });
  }

  /** @type {Record<string, [changes: Fields, status: number, error: string]>} */
  const refusals = {
    "an unknown scope": [{ scope: "public admin" }, 400, "invalid_scope"],
    "an address of nobody's": [
      { redirect_uri: "https://evil.test/" },
      401,
      "unauthorized_client",
    ],
    "an address that is another to the letter": [
      { redirect_uri: `${REDIRECT_URI}?x=1` },
      401,
      "unauthorized_client",
    ],
    "an empty address": [{ redirect_uri: "" }, 400, "invalid_redirect_uri"],
    "an unknown client": [{ client_id: "made-up" }, 401, "unauthorized_client"],
    "a challenge that is the verifier": [
      { code_challenge_method: "plain" },
      400,
      "invalid_request",
    ],
  };
  for (const [what, [changes, status, error]] of Object.entries(refusals)) {
    it(`refuses ${what} by ${status} and JSON`, async () => {
      const answer = await authorized(changes);
      assert.deepEqual(refusalOf(answer), [status, error]);
      assert.equal(
        answer.response.headers.has("www-authenticate"),
        status === 401,
      );
    });
  }

  it("names what is missing by 422, signed in or not", async () => {
    for (const name of ["response_type", "client_id", "redirect_uri"]) {
      const answer = await fresh().authorize(but(CODE, { [name]: undefined }));
      assert.equal(statusOf(answer), 422);
      assert.equal(JSON.parse(answer.text).parameter, name);
    }
  });

  it("gives state back as it was, and none where there was none", async () => {
    const state = "a b&c=d?e#f/g+h%21;é";
    assert.equal(queryOf(await authorized({ state })).state, state);
    for (const none of [undefined, ""]) {
      const fields = queryOf(await authorized({ state: none }));
      assert.deepEqual(Object.keys(fields), ["code"]);
    }
  });

  it("keeps the query of an address", async () => {
    const [redirect_uri] = TENANT.redirectUris;
    const answer = await authorized({ redirect_uri, client_id: idOf(TENANT) });
    assert.ok(locationOf(answer).startsWith(`${redirect_uri}&code=`));
  });

  it("knows an app by the MD5 of its whole list, and answers at each of it", async () => {
    for (const redirect_uri of APP.redirectUris) {
      const answer = await authorized({ redirect_uri });
      assert.ok(locationOf(answer).startsWith(`${redirect_uri}?code=`));
    }
    const [redirect_uri] = NATIVE.redirectUris;
    const native = await authorized({ redirect_uri, client_id: idOf(NATIVE) });
    assert.ok(locationOf(native).startsWith(`${redirect_uri}?code=`));
  });

  it("answers on any port of this machine, and nowhere else on it", async () => {
    /** @param {string} redirect_uri */
    const at = (redirect_uri) =>
      authorized({ redirect_uri, client_id: idOf(LOOPBACK) });
    for (const port of ["", ":9", ":54321"]) {
      const uri = `http://127.0.0.1${port}/callback`;
      assert.ok(locationOf(await at(uri)).startsWith(`${uri}?code=`));
    }
    for (const uri of [
      "http://127.0.0.1/other",
      "http://localhost/callback",
      "http://127.0.0.1/callback?x",
      "http://127.0.0.1/callback#x",
      "http://me@127.0.0.1/callback",
      "https://127.0.0.1/callback",
    ]) {
      assert.equal(statusOf(await at(uri)), 401, uri);
    }
  });
});

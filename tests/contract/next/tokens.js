import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeProtectedHeader } from "jose";
import { user } from "../../servers/building.js";
import { APP, CONFIDENTIAL, LOOPBACK } from "../apps.js";
import { CHALLENGE, exchangeOf, PASSWORD, tokensFrom } from "../grants.js";
import {
  claimsOf,
  client,
  CODE,
  exchanged,
  fresh,
  idOf,
  refreshed,
  refusalOf,
  sandbox,
  signedIn,
  statusOf,
} from "./server.js";

/** @import { Fields } from "../../servers/types.d.ts" */

describe("next: tokens", () => {
  it("are JWTs of a kilobyte, RS256, with what PlaceOS's services read in them", async () => {
    const { access_token, refresh_token } = await signedIn();
    const size = access_token.length;
    assert.ok(size > 900 && size < 1200, `${size} bytes`);
    for (const token of [access_token, refresh_token]) {
      const { alg, typ } = decodeProtectedHeader(token);
      assert.deepEqual([alg, typ], ["RS256", "JWT"]);
    }
    const { iat, exp, jti = "", u, ...claims } = await claimsOf(access_token);
    assert.deepEqual(claims, {
      iss: "POS",
      aud: "localhost",
      scope: ["public"],
      sub: user.id,
    });
    assert.ok(Math.abs(exp - iat - 7200) < 2);
    assert.match(jti, /^[0-9a-f]{64}$/);
    assert.deepEqual([u.n, u.e, u.p], [user.name, user.email, 0]);
    const month = await claimsOf(refresh_token);
    assert.ok(Math.abs(month.exp - month.iat - 30 * 24 * 3600) < 2);
  });

  it("come with these fields and headers, on both paths, and with an id_token for openid alone", async () => {
    const fields = [
      "access_token",
      "token_type",
      "expires_in",
      "refresh_token",
      "scope",
    ];
    for (const path of ["/auth/oauth/token", "/auth/token"]) {
      const form = await exchangeOf(fresh(), CODE);
      const { response, text } = await client.post(path, form);
      assert.equal(response.status, 200);
      const { headers } = response;
      assert.equal(headers.get("cache-control"), "no-store, no-cache");
      assert.equal(headers.get("pragma"), "no-cache");
      const tokens = JSON.parse(text);
      assert.deepEqual(Object.keys(tokens), fields);
      const { token_type, expires_in, scope } = tokens;
      assert.deepEqual(
        [token_type, expires_in, scope],
        ["Bearer", 7200, "public"],
      );
    }
    const more = await signedIn({ scope: "public openid" });
    assert.deepEqual(Object.keys(more), [...fields, "id_token"]);
    const { aud, sub, iat, exp, email } = await claimsOf(more.id_token);
    assert.deepEqual(
      [aud, sub, exp - iat, email],
      [idOf(APP), user.id, 120, user.email],
    );
    const { id_token, scope } = await tokensFrom(refreshed(more));
    assert.deepEqual([id_token, scope], [undefined, "public openid"]);
  });

  it("have no scope where none was asked for, until they are refreshed", async () => {
    const tokens = await signedIn({ scope: "" });
    assert.equal("scope" in tokens, false);
    const { scope } = await claimsOf(tokens.access_token);
    assert.deepEqual(scope, []);
    assert.equal((await tokensFrom(refreshed(tokens))).scope, "public");
  });

  it("work until their end, and no longer", async () => {
    sandbox.tokenLifetime = 0.3;
    const { access_token } = await signedIn();
    assert.equal(statusOf(await client.api(access_token)), 200);
    await new Promise((resolve) => setTimeout(resolve, 350));
    assert.equal(statusOf(await client.api(access_token)), 401);
  });

  it("of one kind aren't those of the other", async () => {
    const { access_token, refresh_token } = await signedIn();
    assert.equal(statusOf(await client.api(refresh_token)), 401);
    const asRefresh = await refreshed({ refresh_token: access_token });
    assert.deepEqual(refusalOf(asRefresh), [400, "invalid_grant"]);
  });
});

describe("next: a code", () => {
  /** @type {Record<string, [changes: Fields, status: number, error: string]>} */
  const refusals = {
    "that nobody gave": [{ code: "made-up" }, 400, "invalid_grant"],
    "of another client": [{ client_id: idOf(LOOPBACK) }, 400, "invalid_grant"],
    "for another address": [
      { redirect_uri: APP.redirectUris[1] },
      400,
      "invalid_redirect_uri",
    ],
    "with another verifier": [
      { code_verifier: "v".repeat(43) },
      401,
      "unauthorized_client",
    ],
    "with no verifier": [{ code_verifier: "" }, 401, "unauthorized_client"],
    "that is missing": [{ code: "" }, 400, "invalid_request"],
    "without an address": [{ redirect_uri: "" }, 400, "invalid_request"],
  };
  for (const [what, [changes, status, error]] of Object.entries(refusals)) {
    it(`${what} is refused: ${status} ${error}`, async () => {
      const answer = await exchanged(changes);
      assert.deepEqual(refusalOf(answer), [status, error]);
      const { headers } = answer.response;
      assert.equal(headers.get("cache-control"), "no-store, no-cache");
    });
  }

  it("is good once, and one that was refused is good still", async () => {
    const form = await exchangeOf(fresh(), CODE);
    const wrong = { ...form, code_verifier: "v".repeat(43) };
    assert.equal(statusOf(await client.token(wrong)), 401);
    assert.equal(statusOf(await client.token(form)), 200);
    const again = await client.token(form);
    assert.deepEqual(refusalOf(again), [400, "invalid_grant"]);
  });

  it("is a JWT, and may have a padded challenge", async () => {
    const code_challenge = `${CHALLENGE}=`;
    const form = await exchangeOf(fresh(), { ...CODE, code_challenge });
    assert.equal(form.code?.split(".").length, 3);
    assert.equal(statusOf(await client.token(form)), 200);
  });

  it("of an app with a secret needs it, that of others needs none and minds none", async () => {
    const [redirect_uri] = CONFIDENTIAL.redirectUris;
    const of = { ...CODE, redirect_uri, client_id: idOf(CONFIDENTIAL) };
    const form = await exchangeOf(fresh(), of);
    const none = await client.token(form);
    assert.deepEqual(refusalOf(none), [401, "unauthorized_client"]);
    const client_secret = CONFIDENTIAL.clientSecret;
    assert.equal(statusOf(await client.token({ ...form, client_secret })), 200);
    assert.equal(
      statusOf(await exchanged({ client_secret: "left over" })),
      200,
    );
  });

  it("isn't read from JSON", async () => {
    const form = await exchangeOf(fresh(), CODE);
    const answer = await client.request("/auth/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(form),
    });
    assert.equal(statusOf(answer), 422);
    assert.equal(JSON.parse(answer.text).parameter, "grant_type");
  });
});

describe("next: grants that there are not", () => {
  for (const form of [
    PASSWORD,
    { grant_type: "client_credentials" },
    { grant_type: "constructor" },
  ]) {
    it(`${form.grant_type} is unsupported_grant_type`, async () => {
      const answer = await fresh().token({ ...form, client_id: idOf(APP) });
      assert.deepEqual(refusalOf(answer), [400, "unsupported_grant_type"]);
    });
  }
});

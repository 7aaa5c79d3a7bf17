import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { account, user } from "../../servers/building.js";
import { startSandbox } from "../../servers/sandbox/index.js";
import { APP } from "../apps.js";
import { encode } from "../client.js";
import { REDIRECT_URI } from "../grants.js";
import {
  claimsOf,
  client,
  CODE,
  fresh,
  idOf,
  landing,
  queryOf,
  refreshed,
  refusalOf,
  sandbox,
  signedIn,
  statusOf,
} from "./server.js";

/** @import { Fields } from "../../servers/types.d.ts" */

const EXCHANGE = {
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  client_id: idOf(APP),
  subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
};

describe("next: POST /auth/signin", () => {
  const { email, password } = account;
  /** @param {Fields} fields @param {string} [type] */
  const bySigning = (fields, type) =>
    fresh().request("/auth/signin", {
      method: "POST",
      ...(type === "json"
        ? {
            headers: { "content-type": "application/json" },
            body: JSON.stringify(fields),
          }
        : { body: encode(fields) }),
    });

  for (const type of ["json", "form"]) {
    it(`by ${type} gives 202 and a session, in which the authorization endpoint answers at once`, async () => {
      const answer = await bySigning({ email, password }, type);
      assert.deepEqual(landing(answer), [202, null]);
      const cookie = answer.response.headers.get("set-cookie");
      assert.match(cookie ?? "", /; HttpOnly; SameSite=Lax/);
      assert.ok(queryOf(await client.authorize(CODE)).code);
      const { text } = await client.get("/auth/authority");
      assert.equal(JSON.parse(text).session, true);
    });
  }

  it("goes on to a place of the server's own by 303", async () => {
    const places = {
      "/dashboard?a=b#c": "/dashboard?a=b#c",
      "//evil.test": "/",
      "/\\evil.test": "/",
      "https://evil.test/": "/",
    };
    for (const [place, end] of Object.entries(places)) {
      const answer = await bySigning({ email, password, continue: place });
      assert.deepEqual(landing(answer), [303, end]);
    }
  });

  it("is 401 for what is wrong, 422 for what is missing, and then nobody is signed in", async () => {
    /** @type {[fields: Fields, status: number][]} */
    const attempts = [
      [{ email, password: "wrong" }, 401],
      [{ email: "nobody@example.com", password }, 401],
      [{ email }, 422],
    ];
    for (const [fields, status] of attempts) {
      assert.equal(statusOf(await bySigning(fields, "json")), status);
      assert.equal(statusOf(await client.authorize(CODE)), 303);
    }
  });
});

describe("next: token exchange", () => {
  /** @param {string} subject_token @param {Fields} [changes] */
  const exchange = async (subject_token, changes) =>
    fresh().token({ ...EXCHANGE, subject_token, ...changes });

  it("gives a session for a token of the issuer that the server trusts", async () => {
    const { response, text } = await exchange(await sandbox.mintSubjectToken());
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-store, no-cache");
    const tokens = JSON.parse(text);
    assert.equal(tokens.issued_token_type, EXCHANGE.subject_token_type);
    assert.deepEqual([tokens.token_type, tokens.scope], ["Bearer", "public"]);
    assert.equal(statusOf(await client.api(tokens.access_token)), 200);
    assert.equal(statusOf(await refreshed(tokens)), 200);
    const { sub } = await claimsOf(tokens.access_token);
    assert.equal(sub, user.id);
  });

  const past = Math.floor(Date.now() / 1000) - 600;
  /** @type {Record<string, [claims: object, how?: { forged: boolean }]>} */
  const refused = {
    "is forged": [{}, { forged: true }],
    "is another issuer's": [{ iss: "https://issuer.evil.test/" }],
    "is another tenant's": [{ tid: "another" }],
    "is for another server": [{ aud: "api://evil.test/x" }],
    "is an app's, not a person's": [{ scp: undefined, roles: "All" }],
    "is over": [{ exp: past }],
    "never ends": [{ exp: undefined }],
    "is of somebody that the server doesn't know": [{ upn: "x@example.com" }],
  };
  for (const [what, how] of Object.entries(refused)) {
    it(`refuses one that ${what}: invalid_grant`, async () => {
      const answer = await exchange(await sandbox.mintSubjectToken(...how));
      assert.deepEqual(refusalOf(answer), [400, "invalid_grant"]);
    });
  }

  it("refuses what is no token of its kind", async () => {
    const good = await sandbox.mintSubjectToken();
    const saml = "urn:ietf:params:oauth:token-type:saml2";
    const server = "https://elsewhere.test";
    /** @type {[subject: string, changes: Fields, status: number, error: string][]} */
    const refusals = [
      ["not-a-jwt", {}, 400, "invalid_grant"],
      ["", {}, 400, "invalid_request"],
      [good, { subject_token_type: saml }, 400, "invalid_request"],
      [good, { audience: server }, 400, "invalid_target"],
      [good, { resource: server }, 400, "invalid_target"],
      [good, { client_id: "made-up" }, 401, "invalid_client"],
      [good, { scope: "admin" }, 400, "invalid_scope"],
    ];
    for (const [subject, changes, status, error] of refusals) {
      const answer = await exchange(subject, changes);
      assert.deepEqual(refusalOf(answer), [status, error]);
    }
  });
});

describe("next: GET /auth/logout", () => {
  /** @param {string} place */
  const out = (place) =>
    client.get(`/auth/logout?${new URLSearchParams({ continue: place })}`);

  it("ends the session and goes by 303 to a place of the server's own", async () => {
    await fresh().signIn();
    assert.deepEqual(landing(await out("/app/bye?a=1")), [303, "/app/bye?a=1"]);
    assert.equal(statusOf(await client.authorize(CODE)), 303);
    const own = `${sandbox.origin}/app/`;
    assert.deepEqual(landing(await out(own)), [303, own]);
  });

  it("goes to the domain's page otherwise, also for an app on another origin", async () => {
    fresh();
    const elsewhere = new URL(REDIRECT_URI).origin;
    assert.deepEqual(landing(await out(elsewhere)), [303, "/"]);
    sandbox.authority = { logout_url: "https://idp.test/out" };
    for (const place of ["", "//evil.test", "/\\evil.test", elsewhere]) {
      const there = [303, "https://idp.test/out"];
      assert.deepEqual(landing(await out(place)), there);
    }
  });

  it("revokes the token that it is sent with, however it comes", async () => {
    /** @type {((token: string) => [query: string, headers?: Record<string, string>])[]} */
    const ways = [
      (token) => ["", { authorization: `Bearer ${token}` }],
      (token) => [`?bearer_token=${token}`],
      (token) => ["", { cookie: `bearer_token=${token}` }],
    ];
    for (const send of ways) {
      const tokens = await signedIn();
      const [query, headers] = send(tokens.access_token);
      await client.get(`/auth/logout${query}`, headers);
      assert.equal(statusOf(await client.api(tokens.access_token)), 401);
      assert.equal(statusOf(await refreshed(tokens)), 200, "it alone");
    }
  });
});

describe("a sandbox of either generation", () => {
  it("answers 511 to who has to sign in again, when a test says so", async () => {
    const { access_token } = await signedIn();
    sandbox.signInAgain = true;
    assert.equal(statusOf(await client.api(access_token)), 511);
    const keyed = { "x-api-key": account.api_key };
    const path = "/api/engine/v2/systems";
    assert.equal(statusOf(await client.get(path, keyed)), 511);
    assert.equal(statusOf(await client.get(path, { cookie: "" })), 401);
  });

  it("is of one that there is", async () => {
    for (const generation of ["newest", "constructor"]) {
      const options = { generation: /** @type {"next"} */ (generation) };
      await assert.rejects(startSandbox(options), /only rails and next/);
    }
  });
});

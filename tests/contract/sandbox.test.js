import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { account } from "../servers/building.js";
import { clientIdOf } from "../servers/sandbox/apps.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { APP, ORIGIN } from "./apps.js";
import { createClient } from "./client.js";
import {
  authorizeSignedIn,
  CODE,
  IMPLICIT,
  locationOf,
  PASSWORD,
  refreshOf,
  tokensFrom,
} from "./grants.js";

const SYSTEMS = "/api/engine/v2/systems";
/** @import { Answer, Client } from "./client.js" */

/** @param {Answer} answer */
const statusOf = ({ response }) => response.status;

describe("sandbox: what a test can switch while it runs", () => {
  /** @type {import("../servers/sandbox/types.d.ts").RailsSandbox} */
  let sandbox;
  /** @type {Client} */
  let client;
  const defaults = {};

  before(async () => {
    sandbox = await startSandbox({ apps: [APP] });
    Object.assign(defaults, sandbox);
  });
  afterEach(() => Object.assign(sandbox, defaults));
  after(() => sandbox.close());
  const fresh = () => (client = createClient(sandbox.origin));

  /** @param {import("../servers/types.d.ts").Fields} changes */
  const redirected = async (changes) => {
    const asked = { ...IMPLICIT, ...changes };
    const { response } = await authorizeSignedIn(fresh(), asked);
    return response.headers.get("location") ?? "";
  };
  const scopeError =
    "error=invalid_scope&error_description=The+requested+scope+is+invalid%2C+unknown%2C+or+malformed.";

  it("redirectErrors: in the fragment to an implicit request, in the query to a code request", async () => {
    sandbox.redirectErrors = true;
    assert.equal(
      await redirected({ scope: "email" }),
      `${IMPLICIT.redirect_uri}#${scopeError}&state=s1`,
    );
    assert.equal(
      await redirected({ ...CODE, scope: "email" }),
      `${IMPLICIT.redirect_uri}?${scopeError}&state=s1`,
    );
  });

  it("redirectErrors: never for a client or an address the server doesn't know", async () => {
    sandbox.redirectErrors = true;
    for (const changes of [
      { client_id: "0".repeat(32) },
      { client_id: "" },
      { redirect_uri: "http://localhost:9/other" },
    ]) {
      assert.equal(await redirected(changes), "");
    }
  });

  it("dropState: leaves state out of errors, and of nothing else", async () => {
    sandbox.redirectErrors = true;
    sandbox.dropState = true;
    assert.equal(
      await redirected({ scope: "email" }),
      `${IMPLICIT.redirect_uri}#${scopeError}`,
    );
    assert.match(await redirected({}), /&state=s1$/);
  });

  it("issuer: sends iss with every answer", async () => {
    sandbox.issuer = "https://placeos.test";
    assert.match(await redirected({}), /&iss=https%3A%2F%2Fplaceos\.test$/);
    assert.match(await redirected(CODE), /\?code=.*&iss=https%3A%2F%2F/);
  });

  it("strictRotation: a refresh token works once, and takes its access token along", async () => {
    sandbox.strictRotation = true;
    const old = await tokensFrom(fresh().token(PASSWORD));
    assert.equal(statusOf(await client.token(refreshOf(old))), 200);
    assert.equal(statusOf(await client.token(refreshOf(old))), 400);
    assert.equal(statusOf(await client.api(old.access_token)), 401);
  });

  it("tokenLifetime: holds for tokens issued from then on, and ends them", async () => {
    const long = await tokensFrom(fresh().token(PASSWORD));
    sandbox.tokenLifetime = 0.2;
    const short = await tokensFrom(client.token(PASSWORD));
    assert.deepEqual([long.expires_in, short.expires_in], [7200, 0.2]);
    assert.equal(statusOf(await client.api(short.access_token)), 200);
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(statusOf(await client.api(short.access_token)), 401);
    assert.equal(statusOf(await client.api(long.access_token)), 200);
  });

  it("legacy: no version, the API at /control/api, tokens from /auth/token", async () => {
    sandbox.legacy = true;
    const settings = JSON.parse((await fresh().get("/auth/authority")).text);
    assert.equal("version" in settings, false);
    const tokens = await tokensFrom(client.post("/auth/token", PASSWORD));
    const authorization = `Bearer ${tokens.access_token}`;
    const call = await client.get("/control/api/zones", { authorization });
    assert.equal(statusOf(call), 200);
  });

  it("authority: overrides what the domain says of itself", async () => {
    sandbox.authority = { logout_url: "https://idp.test/out" };
    const { text } = await fresh().get("/auth/authority");
    assert.equal(JSON.parse(text).logout_url, "https://idp.test/out");
  });

  it("intercept: may answer in the server's place", async () => {
    sandbox.intercept = (req, res, next) =>
      req.path === "/auth/oauth/token" ? res.sendStatus(503) : next();
    assert.equal(statusOf(await fresh().token(PASSWORD)), 503);
    assert.equal(statusOf(await client.get("/auth/authority")), 200);
  });

  it("revoke and revokeAll: end tokens behind the client's back", async () => {
    const one = await tokensFrom(fresh().token(PASSWORD));
    const two = await tokensFrom(client.token(PASSWORD));
    assert.equal(sandbox.revoke(one.access_token), true);
    assert.equal(sandbox.revoke("made-up"), false);
    assert.equal(statusOf(await client.api(one.access_token)), 401);
    assert.equal(statusOf(await client.api(two.access_token)), 200);
    sandbox.revokeAll();
    assert.equal(statusOf(await client.api(two.access_token)), 401);
  });

  it("requests: shows where a token went, in URL, headers and body", async () => {
    sandbox.requests.length = 0;
    const { access_token } = await tokensFrom(fresh().token(PASSWORD));
    await client.get(`${SYSTEMS}?bearer_token=${access_token}`, { "x-a": "b" });
    const [form, call] = sandbox.requests;
    assert.deepEqual(
      [form.method, form.url, new URLSearchParams(form.body).get("username")],
      ["POST", "/auth/oauth/token", account.email],
    );
    assert.equal(call.url, `${SYSTEMS}?bearer_token=${access_token}`);
    assert.equal(call.headers["x-a"], "b");
  });
});

describe("sandbox: what only a developer's server does", () => {
  /** @type {import("../servers/sandbox/types.d.ts").RailsSandbox} */
  let sandbox;
  before(async () => {
    sandbox = await startSandbox({ apps: [APP], origins: [ORIGIN] });
  });
  after(() => sandbox.close());

  /** @param {string} redirect_uri */
  const ask = (redirect_uri, client_id = clientIdOf(redirect_uri)) =>
    authorizeSignedIn(createClient(sandbox.origin), {
      ...IMPLICIT,
      redirect_uri,
      client_id,
    });

  it("an app on loopback, a listed origin or its own needs no registration", async () => {
    for (const uri of [
      "http://localhost:4200/",
      "http://127.0.0.1:4200/oauth-resp.html",
      "http://[::1]:4200/",
      `${ORIGIN}/new.html`,
      `${sandbox.origin}/demo/`,
    ]) {
      const location = locationOf(await ask(uri));
      assert.ok(location?.startsWith(`${uri}#access_token=`), uri);
    }
  });

  it("any other app does, and so does one whose id is another", async () => {
    for (const uri of [
      "https://evil.test/",
      "http://localhost.evil.test/",
      "http://127.0.0.1.evil.test/",
      "javascript:alert(1)",
      "not an address",
    ]) {
      assert.match((await ask(uri)).text, /Client authentication failed/, uri);
    }
    const { text } = await ask("http://localhost:4200/x", "made-up");
    assert.match(text, /Client authentication failed/);
  });

  it("a form that this browser wasn't given signs nobody in", async () => {
    const client = createClient(sandbox.origin);
    const { email, password } = account;
    for (const form_token of [undefined, "", "guessed"]) {
      const fields = { email, password, ...(form_token && { form_token }) };
      await client.get("/login");
      assert.equal(statusOf(await client.post("/login", fields)), 403);
      assert.match(locationOf(await client.authorize(IMPLICIT)), /\/login\?/);
    }
  });

  it("the login page takes nothing from elsewhere, and writes what it was given as text", async () => {
    const client = createClient(sandbox.origin);
    const { response, text } = await client.get(`/login?continue="><b>x`);
    const policy = response.headers.get("content-security-policy");
    assert.match(policy ?? "", /default-src 'none'.*frame-ancestors 'self'/);
    assert.doesNotMatch(text, /https?:\/\/|<b>x/);
  });

  it("an API key counts in header, query and cookie, and before any token", async () => {
    const client = createClient(sandbox.origin);
    const key = account.api_key;
    const { access_token } = await tokensFrom(client.token(PASSWORD));
    const authorization = `Bearer ${access_token}`;
    /** @type {[path: string, headers: Record<string, string>, status: number][]} */
    const asked = [
      [SYSTEMS, { "x-api-key": key }, 200],
      [`${SYSTEMS}?api-key=${key}`, {}, 200],
      [SYSTEMS, { cookie: `api-key=${key}` }, 200],
      [SYSTEMS, { "x-api-key": "1.x", authorization }, 401],
      [`${SYSTEMS}?api-key=1.x`, { authorization }, 401],
      [`${SYSTEMS}?bearer_token=x`, { authorization }, 200],
      [SYSTEMS, { authorization: `bearer ${access_token}` }, 401],
    ];
    for (const [path, headers, status] of asked) {
      assert.equal(statusOf(await client.get(path, headers)), status, path);
    }
  });

  it("odd requests get an answer, and the server lives on", async () => {
    const client = createClient(sandbox.origin);
    for (const path of [
      "//",
      "//evil.test/api",
      "/%",
      "/auth/%ff?%",
      "/login?%",
    ]) {
      const { status } = await fetch(sandbox.origin + path);
      assert.ok(status < 500, `${path} ${status}`);
    }
    const json = await client.request("/auth/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    assert.equal(statusOf(json), 400);
    assert.equal(statusOf(await client.get("/auth/authority")), 200);
  });
});

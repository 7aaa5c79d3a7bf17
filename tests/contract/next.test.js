import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, describe, it } from "node:test";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { account, user } from "../servers/building.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { APP, CONFIDENTIAL, LOOPBACK, NATIVE, TENANT } from "./apps.js";
import { createClient, encode } from "./client.js";
import {
  authorizeSignedIn,
  but,
  CHALLENGE,
  CODE as RAILS_CODE,
  exchangeOf,
  locationOf,
  PASSWORD,
  REDIRECT_URI,
  tokensFrom,
} from "./grants.js";

// What PlaceOS's new auth service does. Where each of these was read: tests/servers/sandbox/next/README.md.

/** @import { JWTPayload as Payload } from "jose" */
/** @typedef {Pick<Payload, "sub" | "aud" | "jti"> & { iat: number, exp: number, u: { n: string, e: string, p: number }, scope: string[], email: string }} Claims */
/** @import { Fields } from "../servers/types.d.ts" */
/** @import { Answer, Client } from "./client.js" */
/** @import { TokenAnswer } from "./grants.js" */

/** @param {import("../servers/types.d.ts").Registration} app */
const idOf = ({ redirectUris }) =>
  createHash("md5").update(redirectUris.join(" ")).digest("hex");
const CODE = { ...RAILS_CODE, client_id: idOf(APP), scope: "public" };
const EXCHANGE = {
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  client_id: idOf(APP),
  subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
};
const METADATA = "/.well-known/oauth-authorization-server";

/** @param {Answer} answer */
const statusOf = ({ response }) => response.status;
/** @param {Answer} answer @returns {[status: number, location: string | null]} */
const landing = ({ response }) => [
  response.status,
  response.headers.get("location"),
];
/** @param {Answer} answer @returns {Fields} */
const queryOf = (answer) =>
  Object.fromEntries(new URL(locationOf(answer)).searchParams);
/**
 * Status and error of an answer in JSON, which leads nowhere.
 *
 * @param {Answer} answer
 */
const refusalOf = (answer) => {
  const [status, location] = landing(answer);
  assert.equal(location, null);
  return [status, JSON.parse(answer.text).error];
};

/** @type {import("../servers/sandbox/types.d.ts").NextSandbox} */
let sandbox;
/** @type {Client} */
let client;
const defaults = {};

before(async () => {
  const apps = [APP, NATIVE, TENANT, LOOPBACK, CONFIDENTIAL];
  sandbox = await startSandbox({ generation: "next", apps });
  Object.assign(defaults, sandbox);
});
afterEach(() => Object.assign(sandbox, defaults));
after(() => sandbox.close());

const fresh = () => (client = createClient(sandbox.origin));
/** @param {Fields} [changes] */
const authorized = (changes) =>
  authorizeSignedIn(fresh(), but(CODE, changes ?? {}));
/** @param {Fields} changes */
const exchanged = async (changes) =>
  client.token({ ...(await exchangeOf(fresh(), CODE)), ...changes });
/** @param {Fields} [changes] */
const signedIn = async (changes) =>
  tokensFrom(client.token(await exchangeOf(fresh(), { ...CODE, ...changes })));
/** @param {Pick<TokenAnswer, "refresh_token">} tokens @param {Fields} [changes] */
const refreshed = ({ refresh_token }, changes) =>
  client.token({
    grant_type: "refresh_token",
    client_id: idOf(APP),
    refresh_token,
    ...changes,
  });
/** @param {string} token @returns {Promise<Claims>} */
const claimsOf = async (token) => {
  const { text } = await fresh().get("/auth/oauth/discovery/keys");
  const { payload } = await jwtVerify(
    token,
    createLocalJWKSet(JSON.parse(text)),
    { algorithms: ["RS256"] },
  );
  return /** @type {Claims} */ (payload);
};

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
      EXCHANGE.grant_type,
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

describe("next: consent", () => {
  /** @param {Answer} page @returns {Fields} */
  const fieldsOf = ({ text }) =>
    Object.fromEntries(
      [...text.matchAll(/name="([^"]*)" value="([^"]*)">/g)]
        .filter(([, name]) => name !== "consent")
        .map(([, name, value]) => [name, value?.replaceAll("&amp;", "&")]),
    );
  const asked = async () => {
    sandbox.consent = true;
    return fieldsOf(await authorized());
  };
  /** @param {Fields} fields @param {"allow" | "deny"} consent */
  const answer = (fields, consent) =>
    client.post("/auth/authorize", { ...fields, consent });

  it("isn't asked for by default", async () => {
    assert.equal(statusOf(await authorized()), 302);
  });

  it("is asked for on a page that nobody can frame", async () => {
    sandbox.consent = true;
    const { response, text } = await authorized();
    assert.equal(response.status, 200);
    assert.match(text, /<h1>May dashboard use your account\?<\/h1>/);
    assert.equal(response.headers.get("x-frame-options"), "DENY");
    assert.match(
      response.headers.get("content-security-policy") ?? "",
      /frame-ancestors 'none'/,
    );
  });

  it("gives a code when it is given", async () => {
    const { code, state } = queryOf(await answer(await asked(), "allow"));
    assert.ok(code);
    assert.equal(state, "s1");
  });

  it("tells the app when it is denied", async () => {
    const told = await answer(await asked(), "deny");
    const { error_description, ...fields } = queryOf(told);
    assert.equal(statusOf(told), 302);
    assert.ok(locationOf(told).startsWith(`${REDIRECT_URI}?error=`));
    assert.deepEqual(fields, { error: "access_denied", state: "s1" });
    assert.ok(error_description);
  });

  it("can be denied by DELETE, to an address of the app's", async () => {
    await fresh().signIn();
    /** @param {Fields} changes */
    const by = (changes) =>
      client.request(
        `/auth/oauth/authorize?${encode({ ...CODE, ...changes })}`,
        { method: "DELETE" },
      );
    assert.equal(queryOf(await by({})).error, "access_denied");
    const elsewhere = await by({ redirect_uri: "https://evil.test/" });
    assert.deepEqual(refusalOf(elsewhere), [400, "invalid_request"]);
  });

  it("is asked for again where it is forged, changed, another's, or in a URL", async () => {
    const fields = await asked();
    /** @param {Promise<Answer>} sent */
    const page = async (sent) => assert.equal(statusOf(await sent), 200);
    await page(answer({ ...fields, consent_token: "f".repeat(64) }, "allow"));
    const [, redirect_uri] = APP.redirectUris;
    await page(answer({ ...fields, redirect_uri }, "allow"));
    await page(client.authorize({ ...fields, consent: "allow" }));
    const own = client;
    await fresh().signIn();
    await page(answer(fields, "allow"));
    client = own;
    assert.equal(statusOf(await answer(fields, "allow")), 302);
  });
});

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

describe("next: refreshing", () => {
  it("rotates, and leaves the old access token alone", async () => {
    const old = await signedIn();
    const next = await tokensFrom(refreshed(old));
    for (const name of /** @type {const} */ ([
      "access_token",
      "refresh_token",
    ])) {
      assert.notEqual(next[name], old[name]);
      assert.ok(next[name]);
    }
    assert.equal(next.scope, "public");
    for (const { access_token } of [old, next]) {
      assert.equal(statusOf(await client.api(access_token)), 200);
    }
    assert.equal(statusOf(await refreshed(next)), 200);
  });

  it("takes the old token again for its grace, and then no more, whoever asks meanwhile", async () => {
    sandbox.refreshGrace = 0.4;
    const old = await signedIn();
    const next = await tokensFrom(refreshed(old));
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(statusOf(await refreshed(old)), 200);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const late = await refreshed(old);
    assert.deepEqual(refusalOf(late), [400, "invalid_grant"]);
    assert.equal(statusOf(await refreshed(next)), 200, "its successor is good");
  });

  it("takes it once where there is no grace", async () => {
    sandbox.refreshGrace = 0;
    const old = await signedIn();
    assert.equal(statusOf(await refreshed(old)), 200);
    assert.equal(statusOf(await refreshed(old)), 400);
  });

  /** @type {Record<string, [changes: Fields, error: string]>} */
  const refusals = {
    "a token nobody gave": [{ refresh_token: "a.b.c" }, "invalid_grant"],
    "no token": [{ refresh_token: "" }, "invalid_request"],
    "another client": [{ client_id: idOf(LOOPBACK) }, "invalid_grant"],
    "an unknown client": [{ client_id: "made-up" }, "invalid_scope"],
  };
  for (const [what, [changes, error]] of Object.entries(refusals)) {
    it(`refuses ${what}: ${error}`, async () => {
      const answer = await refreshed(await signedIn(), changes);
      assert.deepEqual(refusalOf(answer), [400, error]);
    });
  }

  it("ends after its thirty days", async () => {
    sandbox.refreshLifetime = 0;
    const over = await refreshed(await signedIn());
    assert.deepEqual(refusalOf(over), [400, "invalid_grant"]);
  });

  it("takes over a token of the Rails service", async () => {
    const refreshToken = "R".repeat(43);
    sandbox.takeOver({ refreshToken, clientId: idOf(APP) });
    fresh();
    const next = await tokensFrom(refreshed({ refresh_token: refreshToken }));
    assert.equal(next.scope, "public");
    assert.equal(statusOf(await client.api(next.access_token)), 200);
    assert.equal(statusOf(await refreshed(next)), 200);
  });
});

describe("next: revocation", () => {
  it("needs the token alone, is always 200, and is without a grace", async () => {
    for (const path of ["/auth/oauth/revoke", "/auth/revoke"]) {
      const old = await signedIn();
      const next = await tokensFrom(refreshed(old));
      for (const token of [
        old.refresh_token,
        next.refresh_token,
        next.refresh_token,
        "made-up",
        "",
      ]) {
        assert.equal(statusOf(await client.post(path, { token })), 200);
      }
      for (const tokens of [old, next]) {
        const answer = await refreshed(tokens);
        assert.deepEqual(refusalOf(answer), [400, "invalid_grant"]);
      }
      assert.equal(statusOf(await client.api(next.access_token)), 200);
    }
  });

  it("of an access token leaves the refresh token good", async () => {
    const tokens = await signedIn();
    await client.revoke({ token: tokens.access_token });
    assert.equal(statusOf(await client.api(tokens.access_token)), 401);
    assert.equal(statusOf(await refreshed(tokens)), 200);
  });

  it("is what a test has as revoke and revokeAll", async () => {
    const tokens = await signedIn();
    assert.equal(sandbox.revoke(tokens.access_token), true);
    assert.equal(sandbox.revoke("made-up"), false);
    assert.equal(statusOf(await client.api(tokens.access_token)), 401);
    sandbox.revokeAll();
    assert.equal(statusOf(await refreshed(tokens)), 400);
  });
});

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

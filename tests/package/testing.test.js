// `placeos-auth/testing`: a client for apps' own tests, here as in a test runner without a page.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

const entry = new URL("../../dist/testing.js", import.meta.url);
const skip =
  !existsSync(entry) &&
  !process.env.CI &&
  "The package isn't built: npm run build.";
/** @type {typeof import("placeos-auth/testing")} */
const { createTestAuth } = skip ? {} : await import(entry.href);

const API = "https://placeos.example.com/api/engine/v2/systems";

/** @param {{ subscribe: Function }} auth */
function listening(auth) {
  const heard = /** @type {string[]} */ ([]);
  auth.subscribe((/** @type {{ type: string }} */ { type }) =>
    heard.push(type),
  );
  return heard;
}

test(
  "is signed in, and signs what belongs to the server",
  { skip },
  async () => {
    const auth = createTestAuth();
    assert.equal(auth.session?.flow, "code");
    assert.equal(auth.session, auth.session);
    assert.ok(Object.isFrozen(auth.session));
    assert.deepEqual(auth.redirect, { status: "none" });
    const { fetch } = auth;
    assert.equal((await fetch(API)).status, 200);
    await fetch("/api/relative");
    await fetch(new Request(API, { method: "POST", body: "{}" }));
    await fetch("https://placeos.example.com.evil.test/api");
    await fetch(API, { headers: { authorization: "Bearer mine" } });
    const token = await auth.token();
    assert.deepEqual(
      auth.requests.map(({ method, isSigned, headers }) => [
        method,
        isSigned,
        headers.get("authorization"),
      ]),
      [
        ["GET", true, `Bearer ${token}`],
        ["GET", true, `Bearer ${token}`],
        ["POST", true, `Bearer ${token}`],
        ["GET", false, null],
        ["GET", false, "Bearer mine"],
      ],
    );
  },
);

test("names its server by its origin", { skip }, () => {
  const server = "https://building.example.com/";
  assert.equal(createTestAuth({ server }).server, server.slice(0, -1));
});

test("covers a protected resource by whole segments", { skip }, async () => {
  const protectedResources = ["https://files.example.com/rooms"];
  const auth = createTestAuth({ protectedResources });
  for (const path of ["rooms", "rooms/1", "rooms-old"])
    await auth.fetch(`https://files.example.com/${path}`);
  const signed = auth.requests.map(({ isSigned }) => isSigned);
  assert.deepEqual(signed, [true, true, false]);
});

test("without a session rejects as the real one does", { skip }, async () => {
  const auth = createTestAuth({ session: null });
  assert.equal(auth.session, null);
  for (const call of [() => auth.fetch(API), auth.token, auth.renew])
    await assert.rejects(call, { name: "AuthError", code: "login_required" });
  assert.equal((await auth.fetch("https://other.test/")).status, 200);
});

test(
  "expires, is signed out and in again as the test says",
  { skip },
  async () => {
    const auth = createTestAuth();
    const heard = listening(auth);
    auth.expire();
    auth.signIn({ scope: "public admin" });
    assert.equal(auth.session?.scope, "public admin");
    auth.signOut();
    auth.signOut();
    assert.deepEqual(heard, ["expired", "signed-in", "signed-out"]);
    const session = await auth.login({ mode: "silent" });
    assert.equal(session, auth.session);
  },
);

test(
  "renews a token that is over, and one that was refused",
  { skip },
  async () => {
    let status = 200;
    const fetch = async () => new Response(null, { status });
    const session = { expiresAt: Date.now() - 1 };
    const auth = createTestAuth({ fetch, session });
    const heard = listening(auth);
    const first = await auth.token();
    assert.deepEqual(heard, ["renewed"]);
    status = 401;
    assert.equal((await auth.fetch(API)).status, 401);
    assert.notEqual(await auth.token(), first);
    assert.equal(auth.requests.length, 2);
  },
);

test("fails to renew as long as the test says", { skip }, async () => {
  const auth = createTestAuth();
  const heard = listening(auth);
  auth.failRenewal();
  await assert.rejects(auth.renew(), { code: "network", retryable: true });
  await assert.rejects(auth.renew(), ({ docs, message }) => {
    assert.match(docs, /\/errors\/network\.md$/);
    return message === `No network. See ${docs}`;
  });
  auth.mendRenewal();
  await auth.renew();
  assert.deepEqual(heard, ["renewal-failed", "renewal-failed", "renewed"]);
});

test(
  "tells of a sign-in for which the page would be left",
  { skip },
  async () => {
    const left = /** @type {object[]} */ ([]);
    const onLogin = (/** @type {object} */ asked) => left.push(asked);
    const auth = createTestAuth({ session: null, onLogin });
    void auth.login({ returnTo: "/plan" });
    const click = /** @type {import("placeos-auth").PageEvent} */ ({
      preventDefault() {},
    });
    void auth.login(click);
    assert.deepEqual(left, [{ returnTo: "/plan" }, {}]);
    assert.equal(auth.session, null);
  },
);

test("signs URLs of the server alone", { skip }, async () => {
  const auth = createTestAuth();
  const url = await auth.signUrl(API);
  assert.equal(url.searchParams.get("bearer_token"), await auth.token());
  await assert.rejects(auth.signUrl("https://other.test/"), {
    code: "untrusted_url",
  });
});

test("is put in place of a fetch, and taken away", { skip }, async () => {
  /** @type {{ fetch: typeof globalThis.fetch }} */
  const target = { fetch: async () => new Response(null, { status: 204 }) };
  const { fetch } = target;
  const auth = createTestAuth();
  const restore = auth.install(target);
  await target.fetch(API);
  assert.equal(auth.requests.length, 1);
  restore();
  assert.equal(target.fetch, fetch);
});

test(
  "sends by the fetch it is in place of, once more after a 401",
  { skip },
  async () => {
    const sent = /** @type {(string | null)[]} */ ([]);
    /** @type {{ fetch: typeof globalThis.fetch }} */
    const target = {
      async fetch(_input, init) {
        assert.equal(this, target);
        sent.push(new Headers(init?.headers).get("authorization"));
        return new Response(null, { status: sent.length === 1 ? 401 : 204 });
      },
    };
    const fetch = () => assert.fail("another fetch answers");
    const auth = createTestAuth({ fetch });
    const first = await auth.token();
    auth.install(target);
    assert.equal((await target.fetch(API)).status, 204);
    assert.deepEqual(sent, [`Bearer ${first}`, `Bearer ${await auth.token()}`]);
    auth.signOut();
    await target.fetch(API);
    assert.equal(sent[2], null);
  },
);

test(
  "sends at once where nothing has to be renewed, as the real one does",
  { skip },
  async () => {
    const auth = createTestAuth();
    const answer = auth.fetch(API);
    assert.equal(auth.requests.length, 1);
    await answer;
  },
);

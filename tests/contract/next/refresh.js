import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { APP, LOOPBACK } from "../apps.js";
import { tokensFrom } from "../grants.js";
import {
  client,
  fresh,
  idOf,
  refreshed,
  refusalOf,
  sandbox,
  signedIn,
  statusOf,
} from "./server.js";

/** @import { Fields } from "../../servers/types.d.ts" */

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

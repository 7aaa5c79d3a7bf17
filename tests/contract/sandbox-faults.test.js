import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { startSandbox } from "../servers/sandbox/index.js";
import { APP } from "./apps.js";
import { createClient } from "./client.js";
import { PASSWORD, tokensFrom } from "./grants.js";

const SYSTEMS = "/api/engine/v2/systems";

describe("sandbox: faults that a page asks for", () => {
  /** @type {import("../servers/sandbox/types.d.ts").RailsSandbox} */
  let sandbox;
  /** @type {{ authorization: string }} */
  let signed;
  const defaults = {};

  before(async () => {
    sandbox = await startSandbox({ apps: [APP], control: true });
    Object.assign(defaults, sandbox);
    const { access_token } = await issue();
    signed = { authorization: `Bearer ${access_token}` };
  });
  afterEach(() => Object.assign(sandbox, defaults));
  after(() => sandbox.close());

  const issue = async () =>
    tokensFrom(await createClient(sandbox.origin).token(PASSWORD));
  /** @param {object} [headers] @param {string} [path] */
  const ask = (headers = signed, path = SYSTEMS) =>
    fetch(sandbox.origin + path, { headers: { ...headers } });
  /** @param {object} change @param {string} [type] */
  const change = (change, type = "application/json") =>
    fetch(`${sandbox.origin}/sandbox`, {
      method: "POST",
      headers: { "Content-Type": type },
      body: JSON.stringify(change),
    });

  it("unauthorized: the next signed request is refused, and no other", async () => {
    await change({ fault: "unauthorized" });
    await ask({});
    assert.equal((await ask()).status, 401);
    assert.equal((await ask()).status, 200);
  });

  it("unavailable: the API and the authorization server answer with 503, until it ends", async () => {
    await change({ fault: "unavailable" });
    assert.equal((await ask()).status, 503);
    assert.equal((await ask({}, "/auth/authority")).status, 503);
    assert.equal((await ask({}, "/login")).status, 200);
    await change({ fault: null });
    assert.equal((await ask()).status, 200);
  });

  it("network: the connection is cut, also that of a WebSocket", async () => {
    await change({ fault: "network" });
    await assert.rejects(ask(), TypeError);
    const socket = new WebSocket(
      `${sandbox.origin.replace("http", "ws")}${SYSTEMS}/control?bearer_token=${signed.authorization.slice(7)}`,
    );
    await new Promise((resolve) => socket.on("error", resolve));
    await change({ fault: null });
    assert.equal((await ask()).status, 200);
  });

  it("slow: an answer takes longer than the two seconds a request waits for a renewal", async () => {
    await change({ fault: "slow" });
    const began = performance.now();
    assert.equal((await ask()).status, 200);
    assert.ok(performance.now() - began > 2500);
  });

  it("revoked: no token there is works any more", async () => {
    const { access_token } = await issue();
    const headers = { authorization: `Bearer ${access_token}` };
    assert.equal((await ask(headers)).status, 200);
    await change({ revoked: true });
    assert.equal((await ask(headers)).status, 401);
  });

  it("tokenLifetime: holds for the tokens that are issued from then on", async () => {
    const told = await (await change({ tokenLifetime: 60 })).json();
    assert.equal(told.tokenLifetime, 60);
    const { expires_in } = await issue();
    assert.equal(expires_in, 60);
  });

  it("what it doesn't know is refused, and so is what another site could send", async () => {
    for (const wrong of [
      { fault: "fire" },
      { fault: "constructor" },
      { tokenLifetime: 0 },
      { tokenLifetime: "60" },
      { requests: [] },
    ]) {
      const { status } = await change(wrong);
      assert.equal(status, 400, JSON.stringify(wrong));
    }
    const plain = await change({ fault: "network" }, "text/plain");
    assert.equal(plain.status, 400);
    assert.equal((await fetch(`${sandbox.origin}/auth/authority`)).status, 200);
  });

  it("nobody changes a sandbox that was started without it", async () => {
    const closed = await startSandbox({ apps: [APP] });
    const { status } = await fetch(`${closed.origin}/sandbox`);
    await closed.close();
    assert.equal(status, 404);
  });
});

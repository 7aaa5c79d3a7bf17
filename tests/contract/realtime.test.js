import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { account } from "../servers/building.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { APP } from "./apps.js";
import { createClient } from "./client.js";
import { PASSWORD, tokensFrom } from "./grants.js";

const PATHS = ["/api/engine/v2/systems/control", "/control/websocket"];
const PEOPLE = {
  sys: "sys-Wharf",
  mod: "Environment",
  index: 1,
  name: "people_count",
};

describe("sandbox: the realtime API", { timeout: 30_000 }, () => {
  /** @type {import("../servers/sandbox/types.d.ts").Sandbox} */
  let sandbox;
  /** @type {string} */
  let token;
  /** @type {WebSocket[]} */
  const sockets = [];

  before(async () => {
    sandbox = await startSandbox({ apps: [APP] });
    const client = createClient(sandbox.origin);
    ({ access_token: token } = await tokensFrom(client.token(PASSWORD)));
  });
  afterEach(() => sockets.splice(0).forEach((socket) => socket.terminate()));
  after(() => sandbox.close());

  async function open(
    path = `${PATHS[0]}?bearer_token=${token}`,
    headers = {},
  ) {
    const url = sandbox.origin.replace("http", "ws") + path;
    const socket = new WebSocket(url, { headers });
    sockets.push(socket);
    await once(socket, "open");
    return socket;
  }

  /**
   * Sends a command and gives the next message.
   *
   * @param {WebSocket} socket
   * @param {string | object} command
   */
  async function tell(socket, command) {
    const answer = once(socket, "message");
    socket.send(
      typeof command === "string" ? command : JSON.stringify(command),
    );
    const [data] = await answer;
    return data.toString();
  }
  /** @param {WebSocket} socket @param {string | object} command */
  const ask = async (socket, command) =>
    JSON.parse(await tell(socket, command));

  it("opens with a token in the query, a cookie or a header, or an API key", async () => {
    for (const path of PATHS) {
      await open(`${path}?bearer_token=${token}`);
      await open(path, { cookie: `bearer_token=${token}` });
      await open(path, { authorization: `Bearer ${token}` });
      await open(`${path}?api-key=${account.api_key}`);
    }
  });

  it("refuses the upgrade with 401 without a valid token", async () => {
    for (const query of ["", "?bearer_token=", "?bearer_token=made-up"]) {
      await assert.rejects(open(PATHS[0] + query), /401/);
    }
    await assert.rejects(open("/elsewhere"), /404/);
    await assert.rejects(open("//"), /404/);
  });

  it("the token is read at the upgrade and never again", async () => {
    const client = createClient(sandbox.origin);
    const { access_token } = await tokensFrom(client.token(PASSWORD));
    const socket = await open(`${PATHS[0]}?bearer_token=${access_token}`);
    sandbox.revoke(access_token);
    assert.equal(await tell(socket, "ping"), "pong");
  });

  it("answers a binding with the value, then tells each change until unbound", async () => {
    const socket = await open();
    const first = await ask(socket, { id: 7, cmd: "bind", ...PEOPLE });
    assert.deepEqual(first, {
      id: 7,
      type: "success",
      value: first.value,
      meta: PEOPLE,
    });
    assert.equal(typeof first.value, "number");

    const changed = once(socket, "message");
    sandbox.setStatus(PEOPLE, 99);
    const [data] = await changed;
    assert.deepEqual(JSON.parse(data), {
      type: "notify",
      value: 99,
      meta: PEOPLE,
    });

    const last = await ask(socket, { id: 8, cmd: "unbind", ...PEOPLE });
    assert.deepEqual([last.id, last.type], [8, "success"]);
    sandbox.setStatus(PEOPLE, 98);
    assert.equal(await tell(socket, "ping"), "pong");
  });

  it("values change by themselves", async () => {
    const socket = await open();
    const { value } = await ask(socket, { id: 1, cmd: "bind", ...PEOPLE });
    const [data] = await once(socket, "message");
    const change = JSON.parse(data);
    assert.equal(change.type, "notify");
    assert.notEqual(change.value, value);
  });

  it("a command that can't be carried out gets an error with its id", async () => {
    const socket = await open();
    const bind = { id: 3, cmd: "bind", ...PEOPLE };
    /** @type {[command: string | object, id: number | undefined, code: number][]} */
    const wrong = [
      ["nonsense", undefined, 0],
      ["[1]", undefined, 4],
      [{ ...bind, cmd: "dance" }, 3, 4],
      [{ ...bind, name: undefined }, 3, 1],
      [{ ...bind, sys: "sys-Nowhere" }, 3, 5],
      [{ ...bind, mod: "Projector" }, 3, 6],
      [{ ...bind, index: 2 }, 3, 6],
    ];
    for (const [command, id, code] of wrong) {
      const { type, ...rest } = await ask(socket, command);
      assert.deepEqual([type, rest.id, rest.code], ["error", id, code]);
    }
  });

  it("a closing sandbox leaves no socket open", async () => {
    const other = await startSandbox({ apps: [APP] });
    const url = `${other.origin}${PATHS[0]}?api-key=${account.api_key}`;
    const socket = new WebSocket(url.replace("http", "ws"));
    await once(socket, "open");
    const closed = once(socket, "close");
    await Promise.all([other.close(), closed]);
  });
});

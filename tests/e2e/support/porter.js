import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { connect, createServer } from "node:net";
import { listen } from "../../servers/listen.js";
import { startSandbox } from "../../servers/sandbox/index.js";
import { site } from "./site.js";

/** What a server appends to a WebSocket's key to show that it has understood (RFC 6455 §1.3). */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * The sandbox on the app's own origin, with a porter in front who holds back every WebSocket until a test says what becomes
 * of it: see `atTheDoor`.
 *
 * @type {import("./worlds.js").Kind}
 */
export const sandboxWithPorter = {
  name: "sandbox on the app's own origin, its WebSockets held back",
  why: "",
  async start() {
    const sandbox = await startSandbox({ site: site() });
    const porter = new EventEmitter();
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", (head) => {
        const visitor = new Visitor(socket, head, sandbox.port);
        if (/^upgrade: *websocket\r$/im.test(String(head))) {
          porter.emit("visitor", visitor);
        } else visitor.letIn();
      });
    });
    const { origin, close } = await listen(server, {
      port: 0,
      host: "localhost",
    });
    return {
      app: origin,
      server: origin,
      options: {},
      sandbox,
      porter,
      async close() {
        await close();
        await sandbox.close();
      },
    };
  },
};

/**
 * The next WebSocket that comes. Ask before it does.
 *
 * @param {{ world: import("./worlds.js").World }} visit
 * @returns {Promise<Visitor>}
 */
export async function atTheDoor({ world }) {
  assert.ok(world.porter, "the world has a porter");
  const [visitor] = await once(world.porter, "visitor");
  return visitor;
}

/** A connection whose first bytes are here, and not yet at the sandbox. */
class Visitor {
  #socket;
  #head;
  #port;

  /**
   * @param {import("node:net").Socket} socket
   * @param {Buffer} head
   * @param {number} port
   */
  constructor(socket, head, port) {
    this.#socket = socket;
    this.#head = head;
    this.#port = port;
  }

  get path() {
    return String(this.#head).split(" ")[1];
  }

  /** @param {string} name */
  header(name) {
    const line = new RegExp(`^${name}: *(.*)\r$`, "im");
    return line.exec(String(this.#head))?.[1];
  }

  /** Resolves when the browser hangs up. */
  get gone() {
    return once(this.#socket, "close");
  }

  letIn() {
    const inner = connect(this.#port, "localhost");
    const outer = this.#socket;
    const ways = /** @type {const} */ ([
      [inner, outer],
      [outer, inner],
    ]);
    for (const [one, other] of ways) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.pipe(other);
    }
    inner.write(this.#head);
  }

  /**
   * Opens the WebSocket in the sandbox's place, and says these short texts in the same breath.
   *
   * @param {string[]} texts
   */
  greet(texts) {
    const accept = createHash("sha1")
      .update(this.header("sec-websocket-key") + MAGIC)
      .digest("base64");
    const answer = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    const frames = texts.flatMap((text) => [
      Buffer.from([0x81, text.length]),
      Buffer.from(text),
    ]);
    this.#socket.write(Buffer.concat([Buffer.from(answer), ...frames]));
  }
}

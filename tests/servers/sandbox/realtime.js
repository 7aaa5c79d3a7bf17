import { WebSocketServer } from "ws";
import { personBehind } from "./credentials.js";
import { keyOf, ModuleStatus } from "./status.js";

/** @import { Duplex } from "node:stream" */
/** @import { Binding, World } from "./types.d.ts" */

const PATHS = ["/api/engine/v2/systems/control", "/control/websocket"];
const MAX_MESSAGE_BYTES = 64 * 1024;

/** PlaceOS's numbers for what can be wrong with a command. */
const ERRORS = /** @type {const} */ ({
  parse: [0, "the message is not JSON"],
  request: [1, "the command is incomplete"],
  command: [4, "the command is unknown"],
  system: [5, "the system does not exist"],
  module: [6, "the module does not exist"],
});

/**
 * The realtime API: a WebSocket on which a page binds to the status of modules. The token is read once, at the upgrade.
 *
 * @param {World} world
 */
export function realtime(world) {
  const status = new ModuleStatus();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  sockets.on("connection", (socket) => {
    /** @type {Map<string, Binding>} */
    const bindings = new Map();
    /** @param {object} message */
    const tell = (message) => socket.send(JSON.stringify(message));
    /** @param {string} key @param {unknown} value */
    const notify = (key, value) => {
      const meta = bindings.get(key);
      if (meta) tell({ type: "notify", value, meta });
    };

    status.start();
    status.on("change", notify);
    socket.on("close", () => {
      status.off("change", notify);
      if (sockets.clients.size === 0) status.stop();
    });
    // A peer that breaks the protocol is disconnected by ws; there is nobody to report it to.
    socket.on("error", () => {});
    socket.on("message", (data) => {
      const text = data.toString();
      if (text === "ping") return socket.send("pong");
      tell(obey(text, bindings, status));
    });
  });

  const disconnect = () => {
    for (const socket of sockets.clients) socket.terminate();
  };

  return {
    status,
    disconnect,
    /**
     * For the server's `upgrade` event.
     *
     * @param {import("node:http").IncomingMessage} req
     * @param {Duplex} socket
     * @param {Buffer} head
     */
    upgrade(req, socket, head) {
      socket.on("error", () => socket.destroy());
      const [path = ""] = (req.url ?? "").split("?");
      if (!PATHS.includes(path)) return refuse(socket, "404 Not Found");
      if (!personBehind(req, world)) return refuse(socket, "401 Unauthorized");
      sockets.handleUpgrade(req, socket, head, (webSocket) =>
        sockets.emit("connection", webSocket, req),
      );
    },
    close() {
      status.stop();
      disconnect();
      sockets.close();
    },
  };
}

/**
 * Carries out one command and gives the reply.
 *
 * @param {string} text
 * @param {Map<string, Binding>} bindings
 * @param {ModuleStatus} status
 */
function obey(text, bindings, status) {
  const command = parse(text);
  if (!command) return failure(undefined, "parse");

  const { id, cmd, sys, mod, index = 1, name } = command;
  if (cmd !== "bind" && cmd !== "unbind") return failure(id, "command");
  if (typeof name !== "string") return failure(id, "request");
  const meta = { sys, mod, index, name };
  const missing = status.missing(meta);
  if (missing) return failure(id, missing);

  if (cmd === "unbind") {
    bindings.delete(keyOf(meta));
    return { id, type: "success", meta };
  }
  bindings.set(keyOf(meta), meta);
  return { id, type: "success", value: status.read(meta), meta };
}

/** @param {unknown} id @param {keyof typeof ERRORS} kind */
function failure(id, kind) {
  const [code, msg] = ERRORS[kind];
  return { id, type: "error", code, msg };
}

/** @param {string} text */
function parse(text) {
  try {
    const message = JSON.parse(text);
    return message && typeof message === "object" ? message : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Duplex} socket @param {string} status */
function refuse(socket, status) {
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

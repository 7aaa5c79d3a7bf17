import { once } from "node:events";

const EVERYWHERE = ["0.0.0.0", "::"];

/**
 * Starts an HTTP server and hands back the way to stop it for good.
 *
 * `server.close()` alone waits for keep-alive connections and never ends an upgraded one, and a test that has to wait for
 * a socket doesn't end.
 *
 * @param {import("node:net").Server} server
 * @param {{port: number, host: string}} address
 * @returns {Promise<import("./types.d.ts").Listening>}
 */
export async function listen(server, { port, host }) {
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  server.listen(port, host);
  await once(server, "listening");

  const address = /** @type {import("node:net").AddressInfo} */ (
    server.address()
  );
  const bound = address.port;
  const name = EVERYWHERE.includes(host)
    ? "localhost"
    : host.includes(":")
      ? `[${host}]`
      : host;
  return {
    origin: `http://${name}:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

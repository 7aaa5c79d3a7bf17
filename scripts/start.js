// `npm start`: the demo, in front of the sandbox or, with `--server https://…`, of a real PlaceOS host.
import { parseArgs } from "node:util";
import { build } from "./build.js";

const { values } = parseArgs({
  options: {
    server: { type: "string" },
    generation: { type: "string", default: "rails" },
    port: { type: "string", default: "8080" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(`npm start                                   the demo, in front of a sandbox
npm start -- --generation next              the same, with the sign-in of PlaceOS's newest servers
npm start -- --server https://host          the demo, in front of a real PlaceOS host
npm start -- --port 9000                    on another port (default 8080, or the next free one)`);
  process.exit();
}

await build();
const { demo } = await import("./demo.js");
const { startSandbox } = await import("../tests/servers/sandbox/index.js");
const { startProxy } = await import("../tests/servers/proxy.js");

const running = await onFreePort(Number(values.port), (port) =>
  values.server
    ? startProxy({ server: values.server, port, site: demo() })
    : startSandbox({
        // The sandbox refuses any other.
        generation: /** @type {"rails" | "next"} */ (values.generation),
        port,
        site: demo(),
        control: true,
        // For the demo's request to another origin: this one by its other name.
        origins: [`http://localhost:${port}`],
        log: console.log,
      }),
);

console.log(`\nOpen ${running.origin}/ in a browser.`);
if (values.server) {
  const { clientIdOf } = await import("../tests/servers/sandbox/apps.js");
  const redirectUri = `${running.origin}/`;
  console.log(
    `Everything under /auth, /login, /api and /control goes to ${values.server}. Register an app there with the redirect URI\n` +
      `${redirectUri} — its client id is then ${clientIdOf(redirectUri)}.`,
  );
}
console.log("Stop with Ctrl+C.\n");

/**
 * Starts a server on this port, or on the first free one of the hundred after it.
 *
 * @template Server
 * @param {number} first
 * @param {(port: number) => Promise<Server>} start
 */
async function onFreePort(first, start) {
  for (let port = first; ; port++) {
    try {
      return await start(port);
    } catch (error) {
      const isTaken =
        error instanceof Error &&
        "code" in error &&
        error.code === "EADDRINUSE";
      if (!isTaken || port >= first + 100) throw error;
    }
  }
}

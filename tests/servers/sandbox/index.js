import { createServer } from "node:http";
import express from "express";
import { listen } from "../listen.js";
import { apiRoutes } from "./api.js";
import { authority } from "./authority.js";
import { cors } from "./cors.js";
import { failing, refusesSockets, sandboxRoutes } from "./faults.js";
import { browserSession, loginRoutes } from "./login.js";
import { nextService } from "./next/index.js";
import { parseForm } from "./parameters.js";
import { People } from "./people.js";
import { railsService } from "./rails.js";
import { realtime } from "./realtime.js";
import { record, remember } from "./requests.js";

const METADATA_PATH = "/.well-known/oauth-authorization-server";

/**
 * PlaceOS's auth services. Everything else of a sandbox is the same for both.
 *
 * @type {Record<keyof Generations, Service>}
 */
const GENERATIONS = { rails: railsService, next: nextService };

/** @import { Generations, Sandbox, Service, World } from "./types.d.ts" */

/**
 * A server shaped like PlaceOS, for developing and testing apps: sign-in, tokens, a little of the API, and the realtime
 * API, all in memory and on one port.
 *
 * The generation "rails" answers what Doorkeeper answers; the contract suite holds the two side by side. The generation
 * "next" answers what PlaceOS's new auth service does; `next/README.md` says where each of its answers was read.
 *
 * Each generation has settings of its own besides those of `Sandbox`.
 *
 * @template {keyof Generations} [Generation="rails"]
 * @param {object} [options]
 * @param {Generation} [options.generation] of PlaceOS's auth service
 * @param {number} [options.port] 0: one that is free
 * @param {string} [options.host]
 * @param {import("express").RequestHandler} [options.site] serves what isn't the sandbox's own: the app
 * @param {boolean} [options.control] whether its pages may change it while it runs, at `/sandbox`
 * @param {string[]} [options.origins] origins whose pages may call the API (CORS)
 * @param {number} [options.tokenLifetime] seconds
 * @param {import("../types.d.ts").Registration[]} [options.apps]
 * @param {(line: string) => void} [options.log] called with method, path and status: never with a query, where tokens may be
 * @returns {Promise<Sandbox & Generations[Generation]>}
 */
export async function startSandbox({
  generation = /** @type {Generation} */ ("rails"),
  port = 0,
  host = "localhost",
  site,
  control = false,
  origins = [],
  tokenLifetime = 7200,
  apps: registered = [],
  log = () => {},
} = {}) {
  if (!Object.hasOwn(GENERATIONS, generation)) {
    const known = Object.keys(GENERATIONS).join(" and ");
    throw new Error(`There is no generation "${generation}", only ${known}.`);
  }
  const service = GENERATIONS[generation];
  const app = express();
  const server = createServer(app);
  const { close, ...address } = await listen(server, { port, host });

  // Its generation adds its own settings, and the end of this function the methods.
  const settings = /** @type {Sandbox & Generations[Generation]} */ (
    /** @type {unknown} */ ({
      ...address,
      requests: [],
      tokenLifetime,
      legacy: false,
      signInAgain: false,
      authority: {},
      fault: undefined,
      intercept: undefined,
    })
  );
  /** @type {World} */
  const world = {
    settings,
    people: new People(),
    // Cookies are shared by all ports of a host: two sandboxes must not sign each other out.
    cookieName: `user_${address.port}`,
    ...service.parts({
      settings,
      registered,
      origins: [address.origin, ...origins],
    }),
  };
  const sockets = realtime(world);

  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("query parser", parseForm);
  app.use(record(settings, log));
  app.use((req, res, next) =>
    settings.intercept ? settings.intercept(req, res, next) : next(),
  );
  app.use(cors(origins));
  app.use(failing(world));
  if (control) app.use("/sandbox", sandboxRoutes(world, sockets.disconnect));
  app.use(["/login", "/auth"], browserSession(world));
  app.use(service.routes(world));
  app.get("/auth/authority", authority(world));
  app.use(loginRoutes(world));
  app.use(["/api/engine/v2", "/control/api"], apiRoutes(world));
  app.use(["/auth", "/api", "/control", METADATA_PATH], (_req, res) => {
    res.status(404).json({ error: "no such route" });
  });
  if (site) app.use(site);
  app.use(answerFailure(log));

  server.on("upgrade", (req, socket, head) => {
    remember(settings, req);
    if (refusesSockets(settings)) return socket.destroy();
    sockets.upgrade(req, socket, head);
  });

  settings.revoke = (text) => world.tokens.revoke(text);
  settings.revokeAll = () => world.tokens.revokeAll();
  settings.setStatus = (binding, value) => sockets.status.write(binding, value);
  settings.close = async () => {
    sockets.close();
    await close();
  };
  return settings;
}

/**
 * A fault ends as an answer, whatever it was; the fourth parameter is what makes it an error handler.
 *
 * @param {(line: string) => void} log
 * @returns {import("../types.d.ts").ErrorHandler}
 */
const answerFailure = (log) => (error, req, res, _next) => {
  const status = error.status >= 400 && error.status < 500 ? error.status : 500;
  if (status === 500) log(`${req.method} ${req.path}: ${error.stack}`);
  if (res.headersSent) return res.destroy();
  res
    .status(status)
    .json({ error: status === 500 ? "the sandbox failed" : error.message });
};

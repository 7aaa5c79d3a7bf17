import { createServer } from "node:http";
import express from "express";
import { listen } from "../listen.js";
import { apiRoutes } from "./api.js";
import { authority } from "./authority.js";
import { cors } from "./cors.js";
import { browserSession, loginRoutes } from "./login.js";
import { nextService } from "./next/index.js";
import { parseForm } from "./parameters.js";
import { People } from "./people.js";
import { railsService } from "./rails.js";
import { realtime } from "./realtime.js";
import { record, remember } from "./requests.js";

const METADATA_PATH = "/.well-known/oauth-authorization-server";

/** PlaceOS's auth services. Everything else of a sandbox is the same for both. */
const GENERATIONS = { rails: railsService, next: nextService };

/**
 * @typedef {object} Sandbox a running sandbox. What isn't read-only may be changed while it runs.
 * @property {string} origin read-only
 * @property {number} port read-only
 * @property {{method: string, url: string, headers: object, body: string}[]} requests the last thousand requests, oldest first
 * @property {number} tokenLifetime seconds, of tokens issued from now on
 * @property {boolean} legacy be ACAEngine: no `version`, so the API is at `/control/api`
 * @property {boolean} signInAgain the API answers 511 to every token and key
 * @property {object} authority what `/auth/authority` says differently
 * @property {import("express").RequestHandler | undefined} intercept sees every request before the sandbox does
 * @property {(text: string) => boolean} revoke does to a token what the revocation endpoint does
 * @property {() => void} revokeAll
 * @property {(binding: {sys: string, name: string}, value: unknown) => void} setStatus of the module `Environment`
 * @property {() => Promise<void>} close
 *
 * Each generation has settings of its own besides: see `rails.js` and `next/index.js`.
 */

/**
 * A server shaped like PlaceOS, for developing and testing apps: sign-in, tokens, a little of the API, and the realtime
 * API, all in memory and on one port.
 *
 * The generation "rails" answers what Doorkeeper answers; the contract suite holds the two side by side. The generation
 * "next" answers what PlaceOS's new auth service does; `next/README.md` says where each of its answers was read.
 *
 * @param {object} [options]
 * @param {"rails" | "next"} [options.generation] of PlaceOS's auth service
 * @param {number} [options.port] 0: one that is free
 * @param {string} [options.host]
 * @param {import("express").RequestHandler} [options.site] serves what isn't the sandbox's own: the app
 * @param {string[]} [options.origins] origins whose pages may call the API (CORS)
 * @param {number} [options.tokenLifetime] seconds
 * @param {{name: string, redirectUris: string[], clientId?: string, clientSecret?: string}[]} [options.apps]
 * @param {(line: string) => void} [options.log] called with method, path and status: never with a query, where tokens may be
 * @returns {Promise<Sandbox>}
 */
export async function startSandbox({
  generation = "rails",
  port = 0,
  host = "localhost",
  site,
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

  const settings = /** @type {Sandbox} */ ({
    ...address,
    requests: [],
    tokenLifetime,
    legacy: false,
    signInAgain: false,
    authority: {},
    intercept: undefined,
  });
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

/** A fault ends as an answer, whatever it was; the fourth parameter is what makes it an error handler. */
const answerFailure = (log) => (error, req, res, _next) => {
  const status = error.status >= 400 && error.status < 500 ? error.status : 500;
  if (status === 500) log(`${req.method} ${req.path}: ${error.stack}`);
  if (res.headersSent) return res.destroy();
  res
    .status(status)
    .json({ error: status === 500 ? "the sandbox failed" : error.message });
};

import { createServer } from "node:http";
import express from "express";
import { listen } from "../listen.js";
import { apiRoutes } from "./api.js";
import { Apps } from "./apps.js";
import { authority } from "./authority.js";
import { authorizeEndpoint } from "./authorize.js";
import { cors } from "./cors.js";
import { browserSession, loginRoutes, requireLogin } from "./login.js";
import { parseForm, readForm } from "./parameters.js";
import { People } from "./people.js";
import { realtime } from "./realtime.js";
import { record, remember } from "./requests.js";
import { revokeEndpoint, tokenEndpoint } from "./token.js";
import { Tokens } from "./tokens.js";

/**
 * @typedef {object} Sandbox a running sandbox. What isn't read-only may be changed while it runs.
 * @property {string} origin read-only
 * @property {number} port read-only
 * @property {{method: string, url: string, headers: object, body: string}[]} requests the last thousand requests, oldest first
 * @property {number} tokenLifetime seconds, of tokens issued from now on
 * @property {boolean} redirectErrors tell the app about a refused authorization, as some servers do
 * @property {boolean} dropState leave `state` out of redirected errors
 * @property {boolean} strictRotation a refresh token works once, whatever became of its successor
 * @property {string | undefined} issuer sent as `iss` ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207))
 * @property {boolean} legacy be ACAEngine: no `version`, so the API is at `/control/api`
 * @property {object} authority what `/auth/authority` says differently
 * @property {import("express").RequestHandler | undefined} intercept sees every request before the sandbox does
 * @property {(text: string) => boolean} revoke ends a token, given as access or refresh token
 * @property {() => void} revokeAll
 * @property {(binding: {sys: string, name: string}, value: unknown) => void} setStatus of the module `Environment`
 * @property {() => Promise<void>} close
 */

/**
 * A server shaped like PlaceOS, for developing and testing apps: sign-in, tokens, a little of the API, and the realtime
 * API, all in memory and on one port.
 *
 * It answers what Doorkeeper answers; the contract suite holds the two side by side.
 *
 * @param {object} [options]
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
  port = 0,
  host = "localhost",
  site,
  origins = [],
  tokenLifetime = 7200,
  apps: registered = [],
  log = () => {},
} = {}) {
  const app = express();
  const server = createServer(app);
  const { close, ...address } = await listen(server, { port, host });

  const people = new People();
  const tokens = new Tokens();
  const settings = /** @type {Sandbox} */ ({
    ...address,
    requests: [],
    tokenLifetime,
    redirectErrors: false,
    dropState: false,
    strictRotation: false,
    issuer: undefined,
    legacy: false,
    authority: {},
    intercept: undefined,
    revoke: (text) => tokens.revoke(text),
    revokeAll: () => tokens.revokeAll(),
  });
  const apps = new Apps(registered, [address.origin, ...origins]);
  // Cookies are shared by all ports of a host: two sandboxes must not sign each other out.
  const cookieName = `user_${address.port}`;
  const world = { apps, tokens, people, settings, cookieName };
  const sockets = realtime(world);

  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("query parser", parseForm);
  app.use(record(settings, log));
  app.use((req, res, next) =>
    settings.intercept ? settings.intercept(req, res, next) : next(),
  );
  app.use(cors(origins));
  app.use(["/login", "/auth"], railsHeaders, browserSession(world));
  app.get("/auth/authority", authority(world));
  app.get("/auth/oauth/authorize", requireLogin, authorizeEndpoint(world));
  app.post(
    ["/auth/oauth/token", "/auth/token"],
    readForm,
    tokenEndpoint(world),
  );
  app.post("/auth/oauth/revoke", readForm, revokeEndpoint(world));
  app.use(loginRoutes(world));
  app.use(["/api/engine/v2", "/control/api"], apiRoutes(world));
  app.use(["/auth", "/api", "/control"], (_req, res) => {
    res.status(404).json({ error: "no such route" });
  });
  if (site) app.use(site);
  app.use(answerFailure(log));

  server.on("upgrade", (req, socket, head) => {
    remember(settings, req);
    sockets.upgrade(req, socket, head);
  });

  settings.setStatus = (binding, value) => sockets.status.write(binding, value);
  settings.close = async () => {
    sockets.close();
    await close();
  };
  return settings;
}

/** What Rails puts on every answer, and a browser heeds: a login page can't be framed by another origin. */
function railsHeaders(_req, res, next) {
  res.set({
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "max-age=0, private, must-revalidate",
  });
  next();
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

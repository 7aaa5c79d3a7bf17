import express from "express";
import { account } from "../building.js";
import { credentials } from "./credentials.js";

/** @import { Handler, Next, Req, Res } from "../types.d.ts" */
/** @import { Fault, World } from "./types.d.ts" */

/** Longer than the two seconds that a signed request waits for a renewal. */
const SLOW_MS = 3000;
const LIFETIMES = { shortest: 10, longest: 86_400 };

/** What has a fault; the login page and the app itself have none. */
const ENTRANCES = ["/auth", "/api", "/control", "/.well-known"];

/** @param {Req} req */
const isToServer = ({ path }) =>
  ENTRANCES.some((entrance) => path.startsWith(`${entrance}/`));

/** @param {Req} req */
const hasCredentials = ({ originalUrl: url, headers }) =>
  credentials({ url, headers }) !== undefined;

/**
 * What each fault does to a request.
 *
 * @type {Record<Fault, (world: World, req: Req, res: Res, next: Next) => unknown>}
 */
const FAULTS = {
  network: (_world, req) => req.socket.destroy(),
  slow: (_world, _req, _res, next) => setTimeout(next, SLOW_MS),
  unavailable: (_world, _req, res) =>
    res.status(503).json({ error: "the server is being restarted" }),
  unauthorized({ settings }, req, res, next) {
    if (!hasCredentials(req)) return next();
    settings.fault = undefined;
    res.status(401).json({ error: "the credentials are invalid, this once" });
  },
};

/**
 * Lets every request to the server fail in the way that the settings name.
 *
 * @param {World} world
 * @returns {Handler}
 */
export const failing = (world) => (req, res, next) => {
  const { fault } = world.settings;
  if (!fault || !isToServer(req)) return next();
  FAULTS[fault](world, req, res, next);
};

/**
 * Whether no WebSocket comes about.
 *
 * @param {World["settings"]} settings
 */
export const refusesSockets = ({ fault }) =>
  fault === "network" || fault === "unavailable";

/**
 * `/sandbox`, by which a page changes the sandbox that it is served by: `fault`, `tokenLifetime`, and `revoked` for all
 * tokens. It also says who can sign in, as the login page does.
 *
 * @param {World} world
 * @param {() => void} disconnect ends all WebSockets
 */
export function sandboxRoutes({ settings, tokens }, disconnect) {
  const routes = express.Router();

  /** @type {Handler} */
  const tell = (_req, res) => {
    const { fault = null, tokenLifetime } = settings;
    res
      .set("Cache-Control", "no-store")
      .json({ fault, tokenLifetime, account });
  };

  /**
   * JSON alone is read: another site's page can't send it without leave.
   *
   * @type {Handler}
   */
  const change = (req, res, next) => {
    const problem = problemOf(req.body);
    if (problem) return res.status(400).json({ error: problem });
    const { fault, tokenLifetime, revoked } = wishesOf(req.body);
    if (fault !== undefined) settings.fault = fault ?? undefined;
    if (tokenLifetime) settings.tokenLifetime = tokenLifetime;
    if (revoked) tokens.revokeAll();
    if (refusesSockets(settings)) disconnect();
    next();
  };

  routes.get("/", tell);
  routes.post("/", express.json(), change, tell);
  return routes;
}

/**
 * What a page may change.
 *
 * @typedef {{ fault?: Fault | null, tokenLifetime?: number, revoked?: boolean }} Wishes
 *
 * @param {unknown} body
 */
const wishesOf = (body) => /** @type {Wishes} */ (body);

/**
 * What is wrong with a change, or an empty text.
 *
 * @param {unknown} body
 */
function problemOf(body) {
  if (!body || typeof body !== "object") return "a JSON object is needed";
  const { fault, tokenLifetime, ...others } = /** @type {Wishes} */ (body);
  if (fault && !Object.hasOwn(FAULTS, fault)) {
    return `there is no fault "${fault}", only ${Object.keys(FAULTS).join(", ")}`;
  }
  const { shortest, longest } = LIFETIMES;
  const isLifetime =
    tokenLifetime === undefined ||
    (Number.isInteger(tokenLifetime) &&
      tokenLifetime >= shortest &&
      tokenLifetime <= longest);
  if (!isLifetime) {
    return `tokenLifetime is not ${shortest} to ${longest} whole seconds`;
  }
  const unknown = Object.keys(others).find((name) => name !== "revoked");
  return unknown ? `there is nothing called "${unknown}" to change` : "";
}

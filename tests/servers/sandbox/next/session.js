import { domainOf } from "../authority.js";
import { credentials } from "../credentials.js";
import { beginSession, endSession } from "../login.js";
import { queryOf } from "../parameters.js";
import { knownPlace } from "../redirect.js";

/** @import { Handler, Next, Req, Res } from "../../types.d.ts" */
/** @import { NextWorld } from "../types.d.ts" */

const LOGOUT = "/auth/logout";

/** @param {Res} res @param {string} location */
const seeOther = (res, location) =>
  res.status(303).set("Location", location).end();

/**
 * Sends whoever isn't signed in to the login page, and from there back to this address.
 *
 * @param {Req} req
 * @param {Res} res
 * @param {Next} next
 */
export function requireSession(req, res, next) {
  if (req.user) return next();
  const back = new URLSearchParams({ continue: req.originalUrl });
  seeOther(res, `/auth/login?${back}`);
}

/**
 * `GET /auth/login`: on to the login page that the domain names.
 *
 * @param {NextWorld} world
 * @returns {Handler}
 */
export const loginDispatcher =
  ({ settings }) =>
  (req, res) => {
    const { login_url } = domainOf(settings, req.hostname);
    const place = encodeURIComponent(queryOf(req).continue ?? "");
    seeOther(res, login_url.replace("{{url}}", place));
  };

/**
 * `POST /auth/signin`: makes the server's own session, in which the authorization endpoint asks for no password.
 *
 * @param {NextWorld} world
 * @returns {Handler}
 */
export const signIn =
  ({ people, settings }) =>
  (req, res, next) => {
    const { email = "", password, continue: place } = req.body;
    const user = people.signIn(email.trim().toLowerCase(), password);
    if (!user) {
      return res.status(401).json({ error: "email or password is wrong" });
    }
    beginSession(req, user, (error) => {
      if (error) return next(error);
      if (place) return seeOther(res, knownPlace(place, [settings.origin]));
      res.status(202).end();
    });
  };

/**
 * `GET /auth/logout`: ends the session, and the token that it was sent with. Back to an app of another origin leads no way.
 *
 * @param {NextWorld} world
 * @returns {Handler[]}
 */
export const logout = (world) => [
  (req, _res, next) => {
    const { token } = credentials(req) ?? {};
    if (token) world.tokens.revoke(token);
    next();
  },
  endSession(world),
  (req, res) => {
    const { settings } = world;
    const { logout_url } = domainOf(settings, req.hostname);
    const page = logout_url.startsWith(LOGOUT) ? "/" : logout_url;
    seeOther(res, knownPlace(queryOf(req).continue, [settings.origin], page));
  },
];

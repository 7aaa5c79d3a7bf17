import { randomBytes } from "node:crypto";
import express from "express";
import session from "express-session";
import { equalInConstantTime } from "./apps.js";
import { loginPage, policy } from "./login-page.js";
import { queryOf, readForm } from "./parameters.js";
import { knownPlace, redirect } from "./redirect.js";

/** @import { Handler, Next, Person, Req, Res } from "../types.d.ts" */
/** @import { World } from "./types.d.ts" */

const EIGHT_HOURS = 8 * 60 * 60 * 1000;

/**
 * The browser's session: who is signed in, in `req.user`.
 *
 * PlaceOS scopes its cookie to `/auth` and has the login form post there; here `/login` needs it as well, so the path is `/`.
 * `Secure` is left out because a sandbox speaks plain HTTP, and not every browser makes an exception for localhost.
 *
 * @param {World} world
 * @returns {Handler[]}
 */
export const browserSession = ({ people, cookieName }) => [
  session({
    name: cookieName,
    secret: randomBytes(32).toString("hex"),
    resave: false,
    saveUninitialized: false,
    cookie: { path: "/", httpOnly: true, sameSite: "lax", maxAge: EIGHT_HOURS },
  }),
  (req, _res, next) => {
    req.user = people.byId(req.session.userId);
    next();
  },
];

/**
 * Sends whoever isn't signed in to the login page, and from there back to this address.
 *
 * @param {Req} req
 * @param {Res} res
 * @param {Next} next
 */
export function requireLogin(req, res, next) {
  if (req.user) return next();
  const back = new URLSearchParams({ continue: req.originalUrl });
  redirect(res, `/login?${back}`);
}

/**
 * Signs the browser in to the server.
 *
 * @param {Req} req
 * @param {Person} user
 * @param {(error?: unknown) => void} done
 */
export function beginSession(req, user, done) {
  // A new id, so that one planted before the sign-in is worth nothing after it.
  req.session.regenerate((error) => {
    if (error) return done(error);
    req.session.userId = user.id;
    req.session.save(done);
  });
}

/** @param {World} world */
export function loginRoutes({ people, apps }) {
  const routes = express.Router();

  /**
   * @param {Req} req
   * @param {Res} res
   * @param {{ status?: number, email?: string | undefined, problem?: string, next: string | undefined }} page
   */
  const show = (req, res, { status = 200, email, problem, next }) => {
    // Without it, another site could sign the visitor in to an account of its choice.
    req.session.formToken ??= randomBytes(32).toString("base64url");
    const { formToken } = req.session;
    res
      .status(status)
      .set({
        "Content-Security-Policy": policy(apps.origins()),
        "Cache-Control": "no-store",
      })
      .type("html")
      .send(loginPage({ formToken, email, problem, next }));
  };

  routes.get("/login", (req, res) =>
    show(req, res, { next: queryOf(req).continue }),
  );

  /** @type {Handler} */
  const signIn = (req, res, next) => {
    const { email, password, form_token, continue: place } = req.body;
    const { formToken } = req.session;
    if (!formToken || !equalInConstantTime(form_token ?? "", formToken)) {
      const problem = "This page was open too long. Please try again.";
      return show(req, res, { status: 403, email, problem, next: place });
    }
    const user = people.signIn(email, password);
    if (!user) {
      const problem = "That email and password don't match.";
      return show(req, res, { status: 401, email, problem, next: place });
    }
    beginSession(req, user, (error) => {
      if (error) return next(error);
      redirect(res, knownPlace(place, []));
    });
  };
  routes.post("/login", readForm, signIn);

  return routes;
}

/**
 * Signs the browser out of the server; what it is told then is the next handler's business.
 *
 * @param {Pick<World, "cookieName">} world
 * @returns {Handler}
 */
export const endSession =
  ({ cookieName }) =>
  (req, res, next) => {
    req.session.destroy((error) => {
      if (!error) res.clearCookie(cookieName, { path: "/" });
      next(error);
    });
  };

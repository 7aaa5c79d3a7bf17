import express from "express";
import { Apps } from "./apps.js";
import { authorizeEndpoint } from "./authorize.js";
import { endSession, requireLogin } from "./login.js";
import { queryOf, readForm } from "./parameters.js";
import { knownPlace, redirect } from "./redirect.js";
import { revokeEndpoint, tokenEndpoint } from "./token.js";
import { Tokens } from "./tokens.js";

/** @import { Handler, Next, Req, Res } from "../types.d.ts" */

/**
 * PlaceOS's auth service in Rails, with Doorkeeper.
 */
export const railsService = {
  /** @param {import("./types.d.ts").Foundation} foundation */
  parts({ settings, registered, origins }) {
    /** @type {import("./types.d.ts").RailsSettings} */
    const own = {
      redirectErrors: false,
      dropState: false,
      strictRotation: false,
      issuer: undefined,
    };
    Object.assign(settings, own);
    return { apps: new Apps(registered, origins), tokens: new Tokens() };
  },

  /** @param {import("./types.d.ts").RailsWorld} world */
  routes(world) {
    const routes = express.Router();
    routes.use(["/login", "/auth"], railsHeaders);
    routes.get("/auth/oauth/authorize", requireLogin, authorizeEndpoint(world));
    routes.post(
      ["/auth/oauth/token", "/auth/token"],
      readForm,
      tokenEndpoint(world),
    );
    routes.post("/auth/oauth/revoke", readForm, revokeEndpoint(world));
    /** @type {Handler} */
    const leave = (req, res) => {
      redirect(res, knownPlace(queryOf(req).continue, world.apps.origins()));
    };
    routes.get("/auth/logout", endSession(world), leave);
    return routes;
  },
};

/**
 * What Rails puts on every answer, and a browser heeds: a login page can't be framed by another origin.
 *
 * @param {Req} _req
 * @param {Res} res
 * @param {Next} next
 */
function railsHeaders(_req, res, next) {
  res.set({
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "max-age=0, private, must-revalidate",
  });
  next();
}

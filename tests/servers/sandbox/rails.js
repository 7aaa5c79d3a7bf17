import express from "express";
import { Apps } from "./apps.js";
import { authorizeEndpoint } from "./authorize.js";
import { endSession, requireLogin } from "./login.js";
import { readForm } from "./parameters.js";
import { knownPlace, redirect } from "./redirect.js";
import { revokeEndpoint, tokenEndpoint } from "./token.js";
import { Tokens } from "./tokens.js";

/**
 * PlaceOS's auth service in Rails, with Doorkeeper.
 *
 * @typedef {object} RailsSettings
 * @property {boolean} redirectErrors tell the app about a refused authorization, as some servers do
 * @property {boolean} dropState leave `state` out of redirected errors
 * @property {boolean} strictRotation a refresh token works once, whatever became of its successor
 * @property {string | undefined} issuer sent as `iss` ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207))
 */
export const railsService = {
  parts({ settings, registered, origins }) {
    Object.assign(settings, {
      redirectErrors: false,
      dropState: false,
      strictRotation: false,
      issuer: undefined,
    });
    return { apps: new Apps(registered, origins), tokens: new Tokens() };
  },

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
    routes.get("/auth/logout", endSession(world), (req, res) => {
      redirect(res, knownPlace(req.query.continue, world.apps.origins()));
    });
    return routes;
  },
};

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

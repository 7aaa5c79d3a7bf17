import { createHash } from "node:crypto";
import express from "express";
import { user } from "../../building.js";
import { Apps } from "../apps.js";
import { readForm } from "../parameters.js";
import { authorizeEndpoint, denyEndpoint } from "./authorize.js";
import { sendRefusal } from "./errors.js";
import { Issuer } from "./issuer.js";
import { metadata } from "./metadata.js";
import { formOnly, requireParameters } from "./parameters.js";
import { loginDispatcher, logout, requireSession, signIn } from "./session.js";
import { Signer } from "./signer.js";
import { revokeEndpoint, tokenEndpoint } from "./token.js";
import { Tokens } from "./tokens.js";

const AUTHORIZE = ["/auth/oauth/authorize", "/auth/authorize"];
const TOKEN = ["/auth/oauth/token", "/auth/token"];
const REVOKE = ["/auth/oauth/revoke", "/auth/revoke"];
const METADATA = ["", "/auth"].flatMap((base) =>
  ["oauth-authorization-server", "openid-configuration"].map(
    (name) => `${base}/.well-known/${name}`,
  ),
);

/**
 * PlaceOS's new auth service, written in Crystal. `README.md` says where each of its answers was read.
 */
export const nextService = {
  /** @param {import("../types.d.ts").Foundation} foundation */
  parts({ settings, registered, origins }) {
    const signer = new Signer();
    const tokens = new Tokens(signer);
    const issuer = new Issuer(settings.origin);
    /** @type {import("../types.d.ts").NextSettings} */
    const own = {
      consent: false,
      refreshGrace: 30,
      refreshLifetime: 30 * 24 * 3600,
      mintSubjectToken: (claims, how) => issuer.mint(claims, how),
      takeOver: (token) => tokens.takeOver({ userId: user.id, ...token }),
    };
    Object.assign(settings, own);
    return {
      apps: new Apps(registered, origins, idOfList),
      tokens,
      signer,
      issuer,
    };
  },

  /** @param {import("../types.d.ts").NextWorld} world */
  routes(world) {
    const routes = express.Router();
    const parameters = [...readForm, formOnly];

    routes.get(METADATA, metadata(world));
    routes.get("/auth/oauth/discovery/keys", async (_req, res) => {
      res.json({ keys: [await world.signer.publicJwk()] });
    });
    routes
      .route(AUTHORIZE)
      .all(parameters)
      .delete(
        requireParameters("redirect_uri", "client_id"),
        requireSession,
        denyEndpoint(world),
      )
      .all(
        requireParameters("response_type", "client_id", "redirect_uri"),
        requireSession,
        authorizeEndpoint(world),
      );
    routes.post(
      TOKEN,
      parameters,
      requireParameters("grant_type", "client_id"),
      tokenEndpoint(world),
    );
    routes.post(
      REVOKE,
      parameters,
      requireParameters("token"),
      revokeEndpoint(world),
    );
    routes.post(
      "/auth/signin",
      readForm,
      requireParameters("email", "password"),
      signIn(world),
    );
    routes.get("/auth/login", loginDispatcher(world));
    routes.get("/auth/logout", logout(world));
    routes.use(sendRefusal);
    return routes;
  },
};

/**
 * The MD5 of the whole list as it was entered: only an app with a single redirect URI can derive it.
 *
 * @param {readonly string[]} redirectUris
 */
const idOfList = (redirectUris) =>
  createHash("md5").update(redirectUris.join(" ")).digest("hex");

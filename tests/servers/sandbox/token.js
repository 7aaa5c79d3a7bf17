import { createServer, exchange } from "oauth2orize";
import { isScope, scopeOf, words } from "./authorize.js";
import { OAuthError } from "./oauth-error.js";
import { blank } from "./parameters.js";
import { matchesRedirectUri } from "./redirect-uri.js";
import { isAlive, verifierFits } from "./tokens.js";

/** @import { App, ErrorHandler, Handler, Next, Req, Res } from "../types.d.ts" */
/** @import { RailsWorld } from "./types.d.ts" */
/** @import { Token } from "./tokens.js" */

const AS_APP = /** @type {const} */ ({ userProperty: "oauthApp" });
const REQUIRED = new Map([
  ["authorization_code", "code"],
  ["refresh_token", "refresh_token"],
]);

/**
 * `POST /auth/oauth/token`: the exchanges, each with Doorkeeper's checks in Doorkeeper's order.
 *
 * @param {RailsWorld} world
 * @returns {(Handler | ErrorHandler)[]}
 */
export function tokenEndpoint({ apps, tokens, people, settings }) {
  const server = createServer();

  /** @param {App | undefined} app */
  const requireApp = (app) => {
    if (!app) throw new OAuthError("invalid_client");
    return app;
  };

  server.exchange(
    exchange.authorizationCode(AS_APP, (app, code, uri, body, done) => {
      const verifier = body.code_verifier;
      if (tokens.needsVerifier(code) && blank(verifier)) {
        throw new OAuthError("invalid_request", { missing: "code_verifier" });
      }
      if (!uri || blank(uri)) {
        throw new OAuthError("invalid_request", { missing: "redirect_uri" });
      }
      const { id } = requireApp(app);
      const grant = tokens.findCode(code);
      if (
        grant?.app.id !== id ||
        !matchesRedirectUri(uri, grant.redirectUri) ||
        !verifierFits(grant, verifier)
      ) {
        throw new OAuthError("invalid_grant");
      }
      grant.used = true;
      const { app: holder, userId, scope } = grant;
      const lifetime = settings.tokenLifetime;
      deliver(tokens.issue({ app: holder, userId, scope, lifetime }), done);
    }),
  );

  server.exchange(
    exchange.refreshToken(AS_APP, (app, refresh, _scope, body, done) => {
      const old = tokens.findRefresh(refresh);
      if (!old) throw new OAuthError("invalid_grant");
      if (!blank(body.client_id)) requireApp(app);
      if (old.app.id !== app?.id) throw new OAuthError("invalid_grant");
      if (!blank(body.scope) && !isScope(body.scope, words(old.scope))) {
        throw new OAuthError("invalid_scope");
      }
      if (settings.strictRotation) tokens.revoke(refresh);
      const token = tokens.issue({
        app: old.app,
        userId: old.userId,
        scope: blank(body.scope) ? old.scope : scopeOf(body.scope),
        lifetime: old.lifetime,
        previous: settings.strictRotation ? undefined : refresh,
      });
      deliver(token, done);
    }),
  );

  server.exchange(
    exchange.password(AS_APP, (app, email, password, _scope, body, done) => {
      const holder = requireApp(app);
      const user = people.signIn(email, password);
      if (!user) throw new OAuthError("invalid_grant");
      const scope = scopeOf(body.scope);
      if (!isScope(scope)) throw new OAuthError("invalid_scope");
      const lifetime = settings.tokenLifetime;
      const { id: userId } = user;
      deliver(tokens.issue({ app: holder, userId, scope, lifetime }), done);
    }),
  );

  /** @type {Handler} */
  const judge = (req, _res, next) => {
    const { grant_type } = req.body;
    const required = REQUIRED.get(grant_type ?? "");
    if (blank(grant_type)) {
      throw new OAuthError("invalid_request", { missing: "grant_type" });
    }
    if (required && blank(req.body[required])) {
      throw new OAuthError("invalid_request", { missing: required });
    }
    req.oauthApp = apps.authenticate(...appCredentials(req));
    if (grant_type === "password") {
      // The library would call a blank name malformed; Doorkeeper calls it wrong.
      requireApp(req.oauthApp);
      const { username, password } = req.body;
      if (!username || !password) throw new OAuthError("invalid_grant");
    }
    next();
  };

  return [judge, sendAsUtf8, server.token(), refuse];
}

/**
 * Id and secret, by HTTP Basic or as parameters ([RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
 *
 * @param {Req} req
 * @returns {[string | undefined, string | undefined]}
 */
function appCredentials({ headers, body }) {
  const [, basic] = /^Basic (.*)$/s.exec(headers.authorization ?? "") ?? [];
  if (basic === undefined) return [body.client_id, body.client_secret];
  const [id, ...secret] = Buffer.from(basic, "base64").toString().split(":");
  return [id, secret.join(":")];
}

/**
 * @param {Token} token
 * @param {import("oauth2orize").Exchanged} done
 */
function deliver(token, done) {
  done(null, token.access, {
    token_type: "Bearer",
    expires_in: token.lifetime,
    refresh_token: token.refresh,
    scope: token.scope,
    created_at: Math.floor(token.created),
  });
}

/**
 * The library names no character set; Rails does.
 *
 * @param {Req} _req
 * @param {Res} res
 * @param {Next} next
 */
function sendAsUtf8(_req, res, next) {
  const { setHeader } = res;
  res.setHeader = (name, value) => {
    const isJson = name === "Content-Type" && value === "application/json";
    return setHeader.call(
      res,
      name,
      isJson ? `${value}; charset=utf-8` : value,
    );
  };
  next();
}

/**
 * @param {Error} error
 * @param {Req} _req
 * @param {Res} res
 * @param {Next} next
 */
function refuse(error, _req, res, next) {
  const refusal = OAuthError.from(error);
  if (!refusal) return next(error);
  const { status, body } = refusal;
  const { error: name, error_description: description } = body;
  res
    .status(status)
    .set({
      "Cache-Control": "no-store",
      Pragma: "no-cache",
      "WWW-Authenticate": `Bearer realm="Doorkeeper", error="${name}", error_description="${description}"`,
    })
    .json(body);
}

/**
 * `POST /auth/oauth/revoke` ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)). A token nobody knows is as good as
 * revoked; one of an app with a secret is that app's alone.
 *
 * @param {RailsWorld} world
 * @returns {Handler}
 */
export const revokeEndpoint =
  ({ apps, tokens }) =>
  (req, res) => {
    const { token: text = "" } = req.body;
    const app = apps.authenticate(...appCredentials(req));
    const token = tokens.find(text);
    if (!app || (token?.app.secret && token.app.id !== app.id)) {
      res.status(403).set("Cache-Control", "no-cache").json({
        error: "unauthorized_client",
        error_description: "You are not authorized to revoke this token",
      });
      return;
    }
    if (token && isAlive(token)) tokens.revoke(text);
    res.status(200).json({});
  };

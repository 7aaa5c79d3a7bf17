import { grant, createServer } from "oauth2orize";
import { mayRedirectTo } from "./apps.js";
import { sendErrorPage } from "./error-page.js";
import { OAuthError } from "./oauth-error.js";
import { blank, queryOf } from "./parameters.js";
import { redirect } from "./redirect.js";
import { withFragment, withQuery } from "./redirect-uri.js";

/** @import { Fields, Handler, Req, Res } from "../types.d.ts" */

const SCOPES = ["public", "admin"];
const DEFAULT_SCOPE = "public";
/**
 * Doorkeeper also knows `form_post`; no PlaceOS app asks for it.
 *
 * @type {Record<string, string[]>}
 */
const RESPONSE_MODES = { token: ["fragment"], code: ["query", "fragment"] };

/**
 * What a grant may be for: scopes this server has, at least one.
 *
 * @param {string | undefined} scope
 */
export const isScope = (scope, allowed = SCOPES) =>
  scope !== undefined &&
  !blank(scope) &&
  !/[\n\r\t]/.test(scope) &&
  words(scope).every((word) => allowed.includes(word));

/** @param {string} text */
export const words = (text) => text.trim().split(/\s+/);

/** @param {string} [scope] */
export const scopeOf = (scope = "") =>
  blank(scope) ? DEFAULT_SCOPE : [...new Set(words(scope))].join(" ");

/**
 * `GET /auth/oauth/authorize`: the middleware that answers a signed-in user's request. Consent is never asked for.
 *
 * @param {import("./types.d.ts").RailsWorld} world
 * @returns {(Handler | import("../types.d.ts").ErrorHandler)[]}
 */
export function authorizeEndpoint({ apps, tokens, settings }) {
  const server = createServer();

  /**
   * @param {typeof withQuery} write
   * @returns {import("oauth2orize").Mode}
   */
  const answer = (write) => (transaction, res, parameters) => {
    const iss = settings.issuer;
    redirect(res, write(transaction.redirectURI, { ...parameters, iss }));
  };

  server.grant("*", (req) => {
    const query = queryOf(req);
    return {
      wanted: scopeOf(query.scope),
      challenge: query.code_challenge,
      challengeMethod: query.code_challenge_method,
    };
  });

  server.grant(
    grant.token(
      { modes: { fragment: answer(withFragment) } },
      (app, user, _response, request, done) => {
        const token = tokens.issue({
          app,
          userId: user.id,
          scope: request.wanted,
          lifetime: settings.tokenLifetime,
          withRefresh: false,
        });
        const { access, lifetime } = token;
        done(null, access, { token_type: "Bearer", expires_in: lifetime });
      },
    ),
  );

  server.grant(
    grant.code(
      { modes: { query: answer(withQuery) } },
      (app, redirectUri, user, _response, request, done) => {
        const { wanted: scope, challenge, challengeMethod } = request;
        const code = tokens.issueCode({
          app,
          redirectUri,
          userId: user.id,
          scope,
          challenge,
          challengeMethod,
        });
        done(null, code);
      },
    ),
  );

  /** @type {Handler} */
  const judge = (req, _res, next) => {
    judgeRequest(queryOf(req), apps);
    next();
  };

  const authorize = server.authorization(
    (clientId, redirectUri, done) =>
      done(null, apps.find(clientId, redirectUri), redirectUri),
    (_client, _user, done) => done(null, true),
  );

  /** @type {import("../types.d.ts").ErrorHandler} */
  const refuse = (error, req, res, next) => {
    const refusal = OAuthError.from(error);
    if (!refusal) return next(error);
    if (!settings.redirectErrors || !refusal.redirectable) {
      return sendErrorPage(res, refusal.message);
    }
    const {
      redirect_uri: uri = "",
      response_type,
      response_mode,
      state,
    } = queryOf(req);
    const inFragment = blank(response_mode)
      ? response_type === "token"
      : response_mode === "fragment";
    const write = inFragment ? withFragment : withQuery;
    const told = settings.dropState ? {} : { state };
    const iss = settings.issuer;
    redirect(res, write(uri, { ...refusal.body, ...told, iss }));
  };

  return [judge, authorize, refuse];
}

/**
 * The request against everything Doorkeeper checks, in Doorkeeper's order: of two faults the user is told the first.
 *
 * @param {Fields} query
 * @param {import("./apps.js").Apps} apps
 * @throws {OAuthError}
 */
function judgeRequest(query, apps) {
  const {
    client_id,
    redirect_uri = "",
    response_type = "",
    response_mode = "",
    code_challenge_method = "",
  } = query;
  if (blank(client_id)) {
    throw new OAuthError("invalid_request", { missing: "client_id" });
  }
  const app = apps.find(client_id, redirect_uri);
  if (!app) throw new OAuthError("invalid_client");
  if (blank(redirect_uri) || !mayRedirectTo(app, redirect_uri)) {
    throw new OAuthError("invalid_redirect_uri");
  }
  if (blank(response_type)) {
    throw new OAuthError("invalid_request", { missing: "response_type" });
  }
  if (!Object.hasOwn(RESPONSE_MODES, response_type)) {
    throw new OAuthError("unsupported_response_type");
  }
  const modes = RESPONSE_MODES[response_type] ?? [];
  if (!blank(response_mode) && !modes.includes(response_mode)) {
    throw new OAuthError("unsupported_response_mode");
  }
  if (!isScope(blank(query.scope) ? DEFAULT_SCOPE : query.scope)) {
    throw new OAuthError("invalid_scope");
  }
  if (
    !blank(query.code_challenge) &&
    !["plain", "S256"].includes(code_challenge_method)
  ) {
    throw new OAuthError("invalid_code_challenge_method");
  }
}

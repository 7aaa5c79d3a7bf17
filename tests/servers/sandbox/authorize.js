import { grant, createServer } from "oauth2orize";
import { mayRedirectTo } from "./apps.js";
import { sendErrorPage } from "./error-page.js";
import { OAuthError } from "./oauth-error.js";
import { blank } from "./parameters.js";
import { redirect } from "./redirect.js";
import { withFragment, withQuery } from "./redirect-uri.js";

const SCOPES = ["public", "admin"];
const DEFAULT_SCOPE = "public";
/** Doorkeeper also knows `form_post`; no PlaceOS app asks for it. */
const RESPONSE_MODES = { token: ["fragment"], code: ["query", "fragment"] };

/** What a grant may be for: scopes this server has, at least one. */
export const isScope = (scope, allowed = SCOPES) =>
  !blank(scope) &&
  !/[\n\r\t]/.test(scope) &&
  words(scope).every((word) => allowed.includes(word));

export const words = (text) => text.trim().split(/\s+/);

export const scopeOf = (scope) =>
  blank(scope) ? DEFAULT_SCOPE : [...new Set(words(scope))].join(" ");

/**
 * `GET /auth/oauth/authorize`: the middleware that answers a signed-in user's request. Consent is never asked for.
 *
 * @param {{apps: import("./apps.js").Apps, tokens: import("./tokens.js").Tokens, settings: import("./index.js").Sandbox}} world
 */
export function authorizeEndpoint({ apps, tokens, settings }) {
  const server = createServer();

  const answer = (write) => (transaction, res, parameters) => {
    const iss = settings.issuer;
    redirect(res, write(transaction.redirectURI, { ...parameters, iss }));
  };

  server.grant("*", ({ query }) => ({
    wanted: scopeOf(query.scope),
    challenge: query.code_challenge,
    challengeMethod: query.code_challenge_method,
  }));

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

  const judge = (req, _res, next) => {
    judgeRequest(req.query, apps);
    next();
  };

  const authorize = server.authorization(
    (clientId, redirectUri, done) =>
      done(null, apps.find(clientId, redirectUri), redirectUri),
    (_client, _user, done) => done(null, true),
  );

  const refuse = (error, req, res, next) => {
    const refusal = OAuthError.from(error);
    if (!refusal) return next(error);
    if (!settings.redirectErrors || !refusal.redirectable) {
      return sendErrorPage(res, refusal.message);
    }
    const {
      redirect_uri: uri,
      response_type,
      response_mode,
      state,
    } = req.query;
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
 * @throws {OAuthError}
 */
function judgeRequest(query, apps) {
  const { client_id, redirect_uri, response_type, response_mode } = query;
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
  if (
    !blank(response_mode) &&
    !RESPONSE_MODES[response_type].includes(response_mode)
  ) {
    throw new OAuthError("unsupported_response_mode");
  }
  if (!isScope(blank(query.scope) ? DEFAULT_SCOPE : query.scope)) {
    throw new OAuthError("invalid_scope");
  }
  if (
    !blank(query.code_challenge) &&
    !["plain", "S256"].includes(query.code_challenge_method)
  ) {
    throw new OAuthError("invalid_code_challenge_method");
  }
}

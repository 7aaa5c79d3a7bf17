import { createHash } from "node:crypto";
import { equalInConstantTime } from "../apps.js";
import { blank } from "../parameters.js";
import { judgeScope } from "./authorize.js";
import { NO_STORE, Refusal } from "./errors.js";
import { EXCHANGE, TOKEN_TYPE } from "./issuer.js";
import { wordsOf } from "./tokens.js";

/** @import { App, Fields, Handler, Person } from "../../types.d.ts" */
/** @import { NextWorld } from "../types.d.ts" */

/**
 * What a form is good for, and more fields of the answer.
 *
 * @typedef {{ app: App, user: Person, scope: string, more?: object | undefined }} Grant
 */

const DEFAULT_SCOPE = "public";

/**
 * `POST /auth/oauth/token`.
 *
 * @param {NextWorld} world
 * @returns {Handler}
 */
export function tokenEndpoint({ apps, tokens, people, issuer, settings }) {
  /** @type {Record<string, (form: Fields) => Grant | Promise<Grant>>} */
  const grants = {
    async authorization_code(form) {
      for (const name of ["code", "redirect_uri"]) {
        if (!form[name]) throw missing(name);
      }
      const code = tokens.findCode(form.code ?? "");
      if (!code?.grant || code.clientId !== form.client_id)
        throw invalidGrant();
      if (form.redirect_uri !== code.grant.redirectUri) {
        const why = "the code was given for another redirect_uri";
        throw new Refusal("invalid_redirect_uri", why);
      }
      const app = authenticate(form);
      if (!verifierFits(code.grant.challenge, form.code_verifier)) {
        const why = "code_verifier is not the one of this code";
        throw new Refusal("unauthorized_client", why);
      }
      tokens.markExchanged(code);
      const user = personOf(code.userId);
      const wantsId = wordsOf(code.scope).includes("openid");
      const id = wantsId && (await tokens.idToken({ clientId: app.id, user }));
      return {
        app,
        user,
        scope: code.scope,
        more: id ? { id_token: id } : undefined,
      };
    },

    refresh_token(form) {
      if (!form.refresh_token) throw missing("refresh_token");
      // It looks for the scopes of the client before it looks for the client.
      if (!apps.find(form.client_id)) {
        throw new Refusal("invalid_scope", "the client has no such scope");
      }
      const app = authenticate(form);
      const { refreshGrace } = settings;
      const old = tokens.findRefresh(form.refresh_token, refreshGrace);
      if (!old || old.clientId !== app.id) throw invalidGrant();
      tokens.markExchanged(old);
      // A session without a scope is of no use, and was never meant: it gets the usual one here.
      const scope = old.scope || DEFAULT_SCOPE;
      return { app, user: personOf(old.userId), scope };
    },

    async [EXCHANGE](form) {
      if (!form.subject_token) throw missing("subject_token");
      if (form.subject_token_type !== TOKEN_TYPE) {
        const why = "subject_token_type must be that of access tokens";
        throw new Refusal("invalid_request", why);
      }
      if (form.audience ?? form.resource) {
        const why = "tokens are for this server only";
        throw new Refusal("invalid_target", why);
      }
      const app = authenticate(form, "invalid_client");
      const { scope: wanted = "" } = form;
      const scope = blank(wanted) ? DEFAULT_SCOPE : wanted;
      judgeScope(scope);
      const email = await issuer.verify(form.subject_token);
      const user = people.byEmail(email);
      if (!user) throw invalidGrant();
      return { app, user, scope, more: { issued_token_type: TOKEN_TYPE } };
    },
  };

  /** @param {string} id */
  function personOf(id) {
    const user = people.byId(id);
    if (!user) throw invalidGrant();
    return user;
  }

  /**
   * The client, which proves itself only if it has a secret.
   *
   * @param {Fields} form
   * @param {string} [code] of the refusal
   */
  function authenticate({ client_id, client_secret }, code) {
    const app = apps.find(client_id);
    const proven =
      app &&
      (!app.secret || equalInConstantTime(client_secret ?? "", app.secret));
    if (proven) return app;
    const why = "the client is unknown, or its secret is wrong";
    throw new Refusal(code ?? "unauthorized_client", why);
  }

  return async (req, res) => {
    const form = req.body;
    const { grant_type = "" } = form;
    const grant = Object.hasOwn(grants, grant_type) && grants[grant_type];
    if (!grant) {
      const what = `grant_type=${grant_type}`;
      throw new Refusal("unsupported_grant_type", what);
    }
    const { app, user, scope, more } = await grant(form);
    const { tokenLifetime: lifetime, refreshLifetime } = settings;
    const { access, refresh } = await tokens.issue({
      clientId: app.id,
      user,
      domain: req.hostname,
      scope,
      lifetime,
      refreshLifetime,
    });
    res.set(NO_STORE).json({
      access_token: access,
      token_type: "Bearer",
      expires_in: lifetime,
      refresh_token: refresh,
      ...(scope && { scope }),
      ...more,
    });
  };
}

/**
 * `POST /auth/oauth/revoke`: ends this token alone, and says nothing of whether there was one.
 *
 * @param {NextWorld} world
 * @returns {Handler}
 */
export const revokeEndpoint =
  ({ tokens }) =>
  (req, res) => {
    tokens.revoke(req.body.token ?? "");
    res.status(200).end();
  };

/**
 * [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6). A verifier that nobody asked for is let be.
 *
 * @param {string} challenge
 * @param {string} [verifier]
 */
function verifierFits(challenge, verifier = "") {
  if (challenge === "") return true;
  const digest = createHash("sha256").update(verifier).digest("base64url");
  return challenge.replace(/=+$/, "") === digest;
}

/** @param {string} name */
const missing = (name) => new Refusal("invalid_request", `missing ${name}`);

const invalidGrant = () =>
  new Refusal(
    "invalid_grant",
    "The grant is invalid, is over, or was given to another client.",
  );

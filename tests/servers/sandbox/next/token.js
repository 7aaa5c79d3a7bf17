import { createHash } from "node:crypto";
import { equalInConstantTime } from "../apps.js";
import { blank } from "../parameters.js";
import { judgeScope } from "./authorize.js";
import { NO_STORE, Refusal } from "./errors.js";
import { EXCHANGE, TOKEN_TYPE } from "./issuer.js";
import { wordsOf } from "./tokens.js";

const DEFAULT_SCOPE = "public";

/**
 * `POST /auth/oauth/token`.
 *
 * @param {{apps: import("../apps.js").Apps, tokens: import("./tokens.js").Tokens, people: import("../people.js").People, issuer: import("./issuer.js").Issuer, settings: object}} world
 */
export function tokenEndpoint({ apps, tokens, people, issuer, settings }) {
  /** A grant: what a form is good for, as `{ app, user, scope }`, and more fields of the answer. */
  const grants = {
    async authorization_code(form) {
      for (const name of ["code", "redirect_uri"]) {
        if (!form[name]) throw missing(name);
      }
      const code = tokens.findCode(form.code);
      if (!code || code.clientId !== form.client_id) throw invalidGrant();
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
      const user = people.byId(code.userId);
      const wantsId = wordsOf(code.scope).includes("openid");
      const id = wantsId && (await tokens.idToken({ clientId: app.id, user }));
      return { app, user, scope: code.scope, more: id && { id_token: id } };
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
      return { app, user: people.byId(old.userId), scope };
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
      const scope = blank(form.scope) ? DEFAULT_SCOPE : form.scope;
      judgeScope(scope);
      const email = await issuer.verify(form.subject_token);
      const user = people.byEmail(email);
      if (!user) throw invalidGrant();
      return { app, user, scope, more: { issued_token_type: TOKEN_TYPE } };
    },
  };

  /** The client, which proves itself only if it has a secret. */
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
    if (!Object.hasOwn(grants, form.grant_type)) {
      const what = `grant_type=${form.grant_type}`;
      throw new Refusal("unsupported_grant_type", what);
    }
    const { app, user, scope, more } = await grants[form.grant_type](form);
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

/** `POST /auth/oauth/revoke`: ends this token alone, and says nothing of whether there was one. */
export const revokeEndpoint =
  ({ tokens }) =>
  (req, res) => {
    tokens.revoke(req.body.token);
    res.status(200).end();
  };

/** [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6). A verifier that nobody asked for is let be. */
function verifierFits(challenge, verifier = "") {
  if (challenge === "") return true;
  const digest = createHash("sha256").update(verifier).digest("base64url");
  return challenge.replace(/=+$/, "") === digest;
}

const missing = (name) => new Refusal("invalid_request", `missing ${name}`);

const invalidGrant = () =>
  new Refusal(
    "invalid_grant",
    "The grant is invalid, is over, or was given to another client.",
  );

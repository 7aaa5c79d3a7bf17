import { createHmac, randomBytes } from "node:crypto";
import { equalInConstantTime } from "../apps.js";
import { consentPage, CONSENT_HEADERS } from "./consent-page.js";
import { Refusal } from "./errors.js";
import { mayRedirectTo } from "./redirect-uri.js";
import { wordsOf } from "./tokens.js";

/** @import { App, Fields, Handler, Person, Res } from "../../types.d.ts" */
/** @import { Apps } from "../apps.js" */
/** @import { NextWorld } from "../types.d.ts" */

const SCOPES = ["public", "openid", "profile", "email", "offline_access"];

/** What the user's consent is given to: all of it, or it isn't theirs. */
const CONSENTED = [
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
];

/**
 * @param {string} scope
 * @throws {Refusal} for a scope that this server doesn't have
 */
export function judgeScope(scope) {
  if (!wordsOf(scope).every((word) => SCOPES.includes(word))) {
    throw new Refusal("invalid_scope", `scope=${scope}`);
  }
}

/**
 * `GET` and `POST /auth/oauth/authorize`: answers a user who is signed in, with a code or with JSON.
 *
 * @param {NextWorld} world
 * @returns {Handler}
 */
export function authorizeEndpoint({ apps, tokens, settings }) {
  const key = randomBytes(32);

  return async (req, res) => {
    const asked = req.body;
    const { redirect_uri: redirectUri = "", scope = "", state } = asked;
    const app = judge(asked, apps);
    const user = /** @type {Person} */ (req.user);

    if (settings.consent) {
      const text = CONSENTED.map((name) => asked[name] ?? "");
      const proof = createHmac("sha256", key)
        .update(JSON.stringify([req.sessionID, ...text]))
        .digest("hex");
      const answered =
        req.method === "POST" &&
        ["allow", "deny"].includes(asked.consent ?? "") &&
        equalInConstantTime(asked.consent_token ?? "", proof);
      if (!answered) {
        const { consent: _, ...others } = asked;
        const fields = { ...others, consent_token: proof };
        res.set(CONSENT_HEADERS).type("html");
        res.send(consentPage({ app, user, fields }));
        return;
      }
      if (asked.consent === "deny") return deny(res, asked);
    }

    const code = await tokens.issueCode({
      clientId: app.id,
      userId: user.id,
      scope,
      redirectUri,
      challenge: asked.code_challenge ?? "",
    });
    found(res, redirectUri, { code, state });
  };
}

/**
 * `DELETE /auth/oauth/authorize`: the user says no.
 *
 * @param {NextWorld} world
 * @returns {Handler}
 */
export const denyEndpoint =
  ({ apps }) =>
  (req, res) => {
    const { client_id, redirect_uri = "" } = req.body;
    const app = apps.find(client_id, redirect_uri);
    if (!app || !mayRedirectTo(app, redirect_uri)) {
      const why = "redirect_uri is not one of this client's";
      throw new Refusal("invalid_request", why);
    }
    deny(res, req.body);
  };

/**
 * @param {Fields} asked
 * @param {Apps} apps
 * @returns {App}
 * @throws {Refusal} for what can't be answered with a code
 */
function judge(asked, apps) {
  const { response_type, client_id, redirect_uri = "", scope = "" } = asked;
  if (response_type !== "code") {
    const what = `response_type=${response_type}`;
    throw new Refusal("unsupported_response_type", what);
  }
  if (redirect_uri === "") {
    throw new Refusal("invalid_redirect_uri", "redirect_uri is empty");
  }
  const app = apps.find(client_id, redirect_uri);
  if (!app || !mayRedirectTo(app, redirect_uri)) {
    const why = "the client is unknown, or redirect_uri is not one of its own";
    throw new Refusal("unauthorized_client", why);
  }
  judgeScope(scope);
  if (asked.code_challenge && asked.code_challenge_method !== "S256") {
    throw new Refusal("invalid_request", "code_challenge_method must be S256");
  }
  return app;
}

/** @param {Res} res @param {Fields} asked */
const deny = (res, { redirect_uri = "", state }) =>
  found(res, redirect_uri, {
    error: "access_denied",
    error_description: "The user did not allow it.",
    state,
  });

/**
 * Back to the app. A state that is empty is none.
 *
 * @param {Res} res
 * @param {string} redirectUri
 * @param {Fields} answer
 */
function found(res, redirectUri, answer) {
  const fields = Object.entries(answer).flatMap(([name, value]) =>
    value ? [[name, value]] : [],
  );
  const joint = redirectUri.includes("?") ? "&" : "?";
  const location = redirectUri + joint + new URLSearchParams(fields);
  res.status(302).set("Location", location).end();
}

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { account } from "../servers/building.js";
import { APP, idOf } from "./apps.js";

/** @import { Fields } from "../servers/types.d.ts" */
/** @import { Answer, Client } from "./client.js" */

export const [REDIRECT_URI] = APP.redirectUris;

// RFC 7636, appendix B.
export const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const CHALLENGE = createHash("sha256")
  .update(VERIFIER)
  .digest("base64url");

export const IMPLICIT = {
  response_type: "token",
  client_id: idOf(APP),
  redirect_uri: REDIRECT_URI,
  state: "s1",
};

/** @type {Fields} */
export const CODE = {
  ...IMPLICIT,
  response_type: "code",
  code_challenge: CHALLENGE,
  code_challenge_method: "S256",
};

export const PASSWORD = {
  grant_type: "password",
  client_id: idOf(APP),
  username: account.email,
  password: account.password,
};

/**
 * `base` with `changes` made; a value of undefined takes the parameter out.
 *
 * @param {Fields} base
 * @param {Fields} changes
 * @returns {Fields}
 */
export const but = (base, changes) =>
  Object.fromEntries(
    Object.entries({ ...base, ...changes }).filter(
      ([, value]) => value !== undefined,
    ),
  );

/**
 * The address that an answer leads to.
 *
 * @param {Answer} answer
 */
export function locationOf({ response }) {
  const location = response.headers.get("location");
  assert.ok(location, "the answer leads somewhere");
  return location;
}

/**
 * Signs in and asks, in one browser.
 *
 * @param {Client} client
 * @param {Fields} parameters
 */
export async function authorizeSignedIn(client, parameters) {
  await client.signIn();
  return client.authorize(parameters);
}

/**
 * The form that exchanges a code fresh from the server.
 *
 * @param {Client} client
 * @param {Fields} parameters
 */
export async function exchangeOf(client, parameters = CODE) {
  const answer = await authorizeSignedIn(client, parameters);
  const { searchParams } = new URL(locationOf(answer));
  return {
    grant_type: "authorization_code",
    client_id: parameters.client_id,
    redirect_uri: parameters.redirect_uri,
    code: searchParams.get("code") ?? undefined,
    code_verifier: VERIFIER,
  };
}

/** @typedef {{ access_token: string, refresh_token: string, scope: string, expires_in: number, id_token: string }} TokenAnswer */

/**
 * @param {Answer | Promise<Answer>} answer
 * @returns {Promise<TokenAnswer>}
 */
export const tokensFrom = async (answer) => JSON.parse((await answer).text);

/**
 * Tokens by the one grant that both generations have.
 *
 * @param {Client} client
 */
export const tokensByCode = async (client) =>
  tokensFrom(client.token(await exchangeOf(client)));

/** @param {Pick<TokenAnswer, "refresh_token">} tokens */
export const refreshOf = ({ refresh_token }) => ({
  grant_type: "refresh_token",
  client_id: idOf(APP),
  refresh_token,
});

import { createHash } from "node:crypto";
import { account } from "../servers/building.js";
import { APP, idOf } from "./apps.js";

export const REDIRECT_URI = APP.redirectUris[0];

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

/** `base` with `changes` made; a value of undefined takes the parameter out. */
export const but = (base, changes) =>
  Object.fromEntries(
    Object.entries({ ...base, ...changes }).filter(
      ([, value]) => value !== undefined,
    ),
  );

/** Signs in and asks, in one browser. */
export async function authorizeSignedIn(client, parameters) {
  await client.signIn();
  return client.authorize(parameters);
}

/** The form that exchanges a code fresh from the server. */
export async function exchangeOf(client, parameters = CODE) {
  const { response } = await authorizeSignedIn(client, parameters);
  const { searchParams } = new URL(response.headers.get("location"));
  return {
    grant_type: "authorization_code",
    client_id: parameters.client_id,
    redirect_uri: parameters.redirect_uri,
    code: searchParams.get("code"),
    code_verifier: VERIFIER,
  };
}

export const tokensFrom = async (answer) => JSON.parse((await answer).text);

/** Tokens by the one grant that both generations have. */
export const tokensByCode = async (client) =>
  tokensFrom(client.token(await exchangeOf(client)));

export const refreshOf = ({ refresh_token }) => ({
  grant_type: "refresh_token",
  client_id: idOf(APP),
  refresh_token,
});

import { OktaAuth } from "@okta/okta-auth-js/core";

const setUp = ({ server, clientId, redirectUri }) =>
  new OktaAuth({
    issuer: `${server}/auth/oauth`,
    clientId,
    redirectUri,
    devMode: true,
  });

export function seed(app) {
  setUp(app).tokenManager.setTokens({
    accessToken: {
      accessToken: app.token,
      claims: {},
      expiresAt: Math.floor(Date.now() / 1000) + 7200,
      tokenType: "Bearer",
      scopes: ["public"],
      authorizeUrl: `${app.server}/auth/oauth/authorize`,
      userinfoUrl: `${app.server}/auth/oauth/userinfo`,
    },
  });
}

export async function restore(app) {
  const okta = setUp(app);
  await okta.start();
  if (!okta.getAccessToken()) throw new Error("nobody is signed in");
  return (input, init) =>
    fetch(input, {
      ...init,
      headers: {
        ...init?.headers,
        Authorization: `Bearer ${okta.getAccessToken()}`,
      },
    });
}

import {
  hasToken,
  setToken,
  setup,
  token as tokenNow,
} from "@placeos/ts-client";

const options = (redirectUri) => ({
  mock: false,
  auth_uri: "/auth/oauth/authorize",
  token_uri: "/auth/oauth/token",
  redirect_uri: redirectUri,
  scope: "public",
  storage: "session",
  handle_login: false,
  use_iframe: false,
});

export async function seed({ token, redirectUri }) {
  await setup(options(redirectUri)).catch(() => {});
  setToken(token, Date.now() + 7_200_000);
}

export async function restore({ redirectUri }) {
  await setup(options(redirectUri));
  if (!hasToken()) throw new Error("nobody is signed in");
  return (input, init) =>
    fetch(input, {
      ...init,
      headers: { ...init?.headers, Authorization: `Bearer ${tokenNow()}` },
    });
}

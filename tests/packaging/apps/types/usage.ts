// Every entry that needs no framework, as an app in TypeScript imports it.
import { Auth, AuthError, createAuth, type AuthOptions } from "placeos-auth";
import { createAuth as createOverFile, load } from "placeos-auth/external";
import { signOutWhenIdle } from "placeos-auth/idle";
import { createTestAuth, type TestAuth } from "placeos-auth/testing";

const options: AuthOptions = { flow: "code", storage: "local" };

export async function start(): Promise<Auth> {
  const auth: Auth = await createAuth(options);
  signOutWhenIdle(auth, { after: 900 });
  return auth;
}

export async function startOverFile(url: URL): Promise<Auth> {
  await load(url);
  return createOverFile(options);
}

export const mock: TestAuth = createTestAuth();
export const isOver = (error: unknown) =>
  error instanceof AuthError && error.code === "login_required";

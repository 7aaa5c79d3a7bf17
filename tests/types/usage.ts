// What an app may write, and what it may not: checked by the compiler, never run.
import {
  Auth,
  AuthError,
  completeSignIn,
  createAuth,
  type AuthErrorCode,
  type AuthEvent,
  type AuthOptions,
  type Authority,
  type RedirectResult,
  type Session,
} from "placeos-auth";
import { load } from "placeos-auth/external";

const auth: Auth = await createAuth();
await createAuth({
  server: new URL("https://placeos.example.com"),
  clientId: "id",
  redirectUri: "/oauth-resp.html",
  flow: "implicit",
  scope: "public",
  storage: "local",
  protectedResources: ["https://a.test", new URL("https://b.test/c")],
  endpoints: {
    authorize: "https://id.test/authorize",
    token: "https://id.test/token",
    revoke: "https://id.test/revoke",
    authority: "https://id.test/authority",
    logout: new URL("https://id.test/logout"),
  },
  navigate: (url: URL) => history.pushState(null, "", url),
  log: console.debug,
} satisfies AuthOptions);
await createAuth({ flow: "code", renewBefore: 120 });
await createAuth({ apiKey: "id.secret" });
await completeSignIn({ log: (line: string) => console.log(line) });
await load(fetch("/placeos-auth.wasm").then((response) => response) as never);
await load("/placeos-auth.wasm");

// @ts-expect-error a misspelt option
await createAuth({ clientID: "id" });
// @ts-expect-error a flow there is none of
await createAuth({ flow: "password" });
// @ts-expect-error made by createAuth only
new Auth();

const never: Promise<never> = auth.login({
  returnTo: "/",
  appState: { any: 1 },
  scope: "public",
});
const password: Session = await auth.loginWithPassword({
  username: "ada",
  password: "…",
  scope: "public",
  authority: "id",
  clientSecret: "…",
});
// @ts-expect-error a password is needed
await auth.loginWithPassword({ username: "ada" });
await auth.logout({ local: true });
const { fetch: bound } = auth;
const response: Response = await bound(new Request("/api"), {
  signal: new AbortController().signal,
});
const token: string = await auth.token();
const url: URL = await auth.signUrl("/file");

const socket: WebSocket = await auth.openWebSocket();
await auth.openWebSocket(new URL("wss://a.test/b"), ["graphql"]);
const renewed: Session = await auth.renew();
const authority: Authority = await auth.authority();
const version: string | null = authority.version;
// @ts-expect-error unknown until the app has looked
authority.config.theme;

const server: string = auth.server;
// @ts-expect-error one client has one server
auth.server = server;

const session: Session | null = auth.session;
if (session) {
  const expiresAt: number | null = session.expiresAt;
  // @ts-expect-error frozen
  session.scope = "admin";
  // @ts-expect-error never the token
  session.token;
  void expiresAt;
}

const redirect: RedirectResult = auth.redirect;
switch (redirect.status) {
  case "none":
    break;
  case "signed-in": {
    const returnTo: string = redirect.returnTo;
    // @ts-expect-error unknown until the app has looked
    redirect.appState.any;
    void returnTo;
    break;
  }
  case "failed": {
    const error: AuthError = redirect.error;
    const code: AuthErrorCode = error.code;
    const text: string | undefined = error.description;
    const page: string = error.docs;
    // @ts-expect-error where the page is, is not for the app to say
    error.docs = page;
    void [code, text, error.retryable, error.status, error.uri];
  }
}

const buttons: ((event: MouseEvent) => unknown)[] = [auth.login, auth.logout];
void buttons;

const stop: () => void = auth.subscribe((event: AuthEvent) => {
  if (event.type === "renewal-failed") {
    const error: AuthError = event.error;
    void error.retryable;
  } else {
    const type: "signed-in" | "renewed" | "expired" | "signed-out" = event.type;
    void type;
  }
});
stop();
auth.close();

try {
  await auth.token();
} catch (error) {
  if (error instanceof AuthError && error.code === "login_required")
    await auth.login();
  // @ts-expect-error a code there is none of
  if (error instanceof AuthError && error.code === "login-required")
    throw error;
}

void [never, response, token, url, password, socket, renewed, version];

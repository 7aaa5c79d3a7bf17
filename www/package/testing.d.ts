import type {
  Auth,
  AuthError,
  Authority,
  LoginOptions,
  RedirectResult,
  Session,
} from "placeos-auth";

/**
 * A client for an app's own tests, and for its mock mode: signed in, without WebAssembly and without a server. What it signs, and
 * when it rejects, is as `Auth` says; how, is made up.
 */
export function createTestAuth(options?: TestAuthOptions): TestAuth;

export interface TestAuthOptions {
  /** Default: the page's origin, or "https://placeos.example.com" where there is no page. */
  server?: string | URL;
  protectedResources?: readonly (string | URL)[];
  /** What differs from a session of two hours by the code flow; `null` for none. */
  session?: Partial<Session> | null;
  /** Default: `{ status: "none" }`. */
  redirect?: RedirectResult;
  /** What differs from a made-up domain. */
  authority?: Partial<Authority>;
  /** What answers requests of `auth.fetch`. Default: 200 with `[]`. Those of an installed one go to the `fetch` it is in place of. */
  fetch?: typeof globalThis.fetch;
  /** What `openWebSocket` gives. Default: it rejects. */
  openWebSocket?: (
    path?: string | URL,
    protocols?: string | string[],
  ) => WebSocket | Promise<WebSocket>;
  /** Called where the page would be left for the server. */
  onLogin?: (options: LoginOptions) => void;
}

/** An `Auth` that does what the test says. */
export interface TestAuth extends Auth {
  /** Every request that was sent by `fetch`, signed or not, and by an installed one while there is a session. */
  readonly requests: readonly TestRequest[];
  /** Begins a session; listeners hear "signed-in". */
  signIn(this: void, session?: Partial<Session>): void;
  /** Ends it as the server would; listeners hear "expired". */
  expire(this: void, reason?: AuthError): void;
  /** Ends it as the user would; listeners hear "signed-out". */
  signOut(this: void): void;
  /** Has renewals fail from now on. Default: `network`. Listeners hear "renewal-failed" at each. */
  failRenewal(this: void, error?: AuthError): void;
  /** Has them work again. */
  mendRenewal(this: void): void;
}

export interface TestRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly isSigned: boolean;
}

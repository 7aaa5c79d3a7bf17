/**
 * Signs users of a web app in to a PlaceOS server and puts the access token on the requests that need it.
 *
 * ```js
 * import { createAuth } from "placeos-auth";
 *
 * const auth = await createAuth({ server: "https://placeos.example.com" });
 * if (!auth.session) await auth.login(); // leaves; the page comes back signed in
 * const systems = await auth.fetch("https://placeos.example.com/api/engine/v2/systems").then((r) => r.json());
 * ```
 */

/**
 * Loads the WebAssembly, completes the sign-in if this page load is the answer to one, and restores the session an
 * earlier page kept. Importing the package does nothing.
 *
 * Resolves however the sign-in went: see `auth.redirect`. Calls with the same options share one session and one answer,
 * so a framework may mount twice.
 *
 * @throws {AuthError} `configuration` and `insecure_url` for options that can't work, `unsupported_environment` where
 * there is no page or no WebAssembly.
 */
export function createAuth(options?: AuthOptions): Promise<Auth>;

/**
 * For a callback page of its own, such as `oauth-resp.html`: completes the sign-in that this page load is the answer to,
 * by the options it was begun with, and goes back to the page the user left. The app finds the outcome in its own
 * `auth.redirect` there.
 *
 * @throws {AuthError} `state_mismatch` where this tab began no such sign-in; `configuration` where the session can't be
 * taken along, with `storage: "memory"` or blocked storage; otherwise as `createAuth`.
 */
export function completeSignIn(
  options?: Pick<AuthOptions, "log">,
): Promise<Auth>;

export interface AuthOptions {
  /** The PlaceOS host: scheme, host and port. Default: the page's own origin. */
  server?: string | URL;
  /**
   * As registered in PlaceOS. Default: lower-case hex MD5 of `redirectUri`, as PlaceOS registers apps. Needed if the
   * redirect URI has capital letters.
   */
  clientId?: string;
  /**
   * Where the server sends the answer, to the letter as it was registered; of this page's origin. Default: this page
   * without query and fragment. Set it if the app has more than one path.
   */
  redirectUri?: string | URL;
  /** The grant by which users sign in. Default "implicit". */
  flow?: "implicit";
  /** Scopes with one space between two. Default "public". */
  scope?: string;
  /**
   * Where the session is kept: "session" for this tab, "local" for all tabs of this origin, "memory" for this page
   * only. Default "session". Falls back to memory, and says so in `log`, where the browser blocks storage.
   */
  storage?: "session" | "local" | "memory";
  /** What may receive the token besides `server`: origins, or URLs whose path is a prefix by whole segments. */
  protectedResources?: readonly (string | URL)[];
  /** Pages of a server that is not laid out like PlaceOS; each defaults to the PlaceOS path under `server`. */
  endpoints?: Partial<Record<"authorize" | "logout", string | URL>>;
  /**
   * How to go to the page the user left for sign-in, before `createAuth` resolves. Replace the history entry, don't push
   * one. Default: `history.replaceState` when only query or fragment differ, else `location.replace`.
   */
  navigate?: (url: URL) => void;
  /** Called with one line per step, never with a secret in it. Default: nothing is logged. */
  log?: (line: string) => void;
}

/** A client of one PlaceOS server. Made by `createAuth`. */
export class Auth {
  private constructor();

  /** What is known of the current session: never the token. The same frozen object until something changes. */
  readonly session: Session | null;

  /** What this page load brought back from the server. */
  readonly redirect: RedirectResult;

  /**
   * Leaves the page for the authorization endpoint. Never resolves.
   *
   * @throws {AuthError} `login_required` when the user comes back by the back button or is on the way to the
   * logout page; `redirect_loop` after three
   * sign-ins within 30 seconds that ended in no session; `untrusted_url` for a `returnTo` on another origin;
   * `configuration`; `unsupported_environment` where nothing can be stored; `timeout` when the page was not left within
   * a minute.
   */
  login(options?: LoginOptions): Promise<never>;

  /**
   * Forgets the session, then leaves for the server's logout page unless `local`.
   *
   * @throws {AuthError} `untrusted_url` for a `returnTo` on another origin; then nothing is done.
   */
  logout(options?: LogoutOptions): Promise<void>;

  /**
   * `window.fetch` with the token where, and only where, it belongs: on requests to `server` and
   * `protectedResources`. Bound: hand it to any library. A caller's own `Authorization` header is left alone, and a
   * response is the server's own, a 401 included. A request with `mode: "no-cors"` goes unsigned: browsers allow it no
   * such header.
   *
   * @throws {AuthError} `login_required` for a URL that would be signed, with no session. Otherwise what `fetch` throws.
   */
  readonly fetch: typeof globalThis.fetch;

  /**
   * A token good for at least a moment.
   *
   * @throws {AuthError} `login_required` when only the user can help.
   */
  token(): Promise<string>;

  /**
   * The same URL with `bearer_token`, for what can't send headers: downloads, images, event streams. A server may log
   * it: use `fetch` where you can.
   *
   * @throws {AuthError} `untrusted_url` for a URL that may not have the token; `login_required`.
   */
  signUrl(url: string | URL): Promise<URL>;

  /**
   * Calls back on changes from now on; returns the way to stop. Bound, and fits React's `useSyncExternalStore`, with
   * `session` as the snapshot. A sign-in that this page load completes is over before anyone can subscribe: read
   * `session` first.
   */
  readonly subscribe: (listener: (event: AuthEvent) => void) => () => void;

  /** Stops the timers. The session stays stored. */
  close(): void;
}

export interface LoginOptions {
  /** Where the user is to be afterwards, on this page's origin. Default: here, hash and `history.state` included. */
  returnTo?: string | URL;
  /** Data of the app's own, given back in `redirect.appState`: anything that JSON can say. */
  appState?: unknown;
  /** In place of the scope that `createAuth` was given. */
  scope?: string;
}

export interface LogoutOptions {
  /** Where the server sends the user afterwards, on this page's origin. Default: here. */
  returnTo?: string | URL;
  /** Stay on this page, and signed in to the server. */
  local?: boolean;
}

export interface Session {
  /** The grant it came from. */
  readonly flow: "implicit";
  readonly tokenType: string;
  readonly scope: string;
  /** Milliseconds since the epoch; null when the server gave no lifetime. */
  readonly expiresAt: number | null;
}

export type RedirectResult =
  | { readonly status: "none" }
  | {
      readonly status: "signed-in";
      readonly returnTo: string;
      readonly appState: unknown;
    }
  | { readonly status: "failed"; readonly error: AuthError };

export interface AuthEvent {
  readonly type: "signed-in" | "expired" | "signed-out";
}

/** Every failure. `code` is stable; OAuth errors keep the names RFC 6749 gives them. Never holds a secret. */
export class AuthError extends Error {
  private constructor();
  readonly name: "AuthError";
  readonly code: AuthErrorCode;
  /** The server's `error_description`, where it gave one. */
  readonly description?: string;
  /** The server's `error_uri`, where it gave one that is http(s). */
  readonly uri?: string;
  /** HTTP status, where one was had. */
  readonly status?: number;
  /** Whether the same call may succeed later without the user. */
  readonly retryable: boolean;
}

export type AuthErrorCode =
  /** An option or argument that can't work. */
  | "configuration"
  /** The browser, or the page's policy, lacks something this needs. */
  | "unsupported_environment"
  /** A plain `http:` URL, on a page that isn't, which would carry the token across a network in the clear. */
  | "insecure_url"
  /** There is no session, and only the user can start one. */
  | "login_required"
  /** An answer to a sign-in that this tab did not begin, has already used, or began too long ago. */
  | "state_mismatch"
  /** Sign-ins begin again and again, and none ends in a session. */
  | "redirect_loop"
  /** The server's answer is not what the protocol says. */
  | "invalid_response"
  /** A URL that may not have the token, or may not be navigated to. */
  | "untrusted_url"
  | "network"
  | "timeout"
  // RFC 6749
  | "access_denied"
  | "invalid_client"
  | "invalid_grant"
  | "invalid_request"
  | "invalid_scope"
  | "server_error"
  | "temporarily_unavailable"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type"
  /** An error name this version does not know; `description` has the server's own. */
  | "other";

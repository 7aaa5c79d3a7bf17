/**
 * Signs users of a web app in to a PlaceOS server and puts the access token on the requests that need it.
 *
 * ```js
 * import { createAuth } from "placeos-auth";
 *
 * const auth = await createAuth({ server: "https://placeos.example.com" });
 * // Leaves, and the page comes back signed in. After a refusal, only a click begins another try.
 * if (!auth.session && auth.redirect.status !== "failed") await auth.login();
 * const systems = await auth.fetch("https://placeos.example.com/api/engine/v2/systems").then((r) => r.json());
 * ```
 */

/**
 * Loads the WebAssembly, completes the sign-in if this page load is the answer to one, and restores the session an
 * earlier page kept. Importing the package does nothing.
 *
 * On a page that is prerendered it waits until somebody sees the page.
 *
 * Resolves however the sign-in went: see `auth.redirect`. Calls with the same options share one session and one answer,
 * so a framework may mount twice.
 *
 * @throws {AuthError} `configuration` and `insecure_url` for options that can't work, `unsupported_environment` where
 * there is no page or no WebAssembly, and in the hidden frame of a renewal and the popup of a sign-in, where nothing is
 * wrong.
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
  /**
   * The grant by which users sign in. "auto", the default, is the implicit flow where the server offers it, else the
   * authorization code flow: `login` reads what the server offers from its metadata (RFC 8414), once a page, within three
   * seconds; a server without metadata offers the implicit flow. "code" is the authorization code flow in any case, always with
   * PKCE S256: its sessions renew by refresh token, which takes no cookies of the server's. `session.flow` says which it was.
   */
  flow?: "auto" | "implicit" | "code";
  /**
   * The issuer that the server names in its answers (`iss`, RFC 9207), to the letter. Needed only if that is not of the origin
   * of the authorization endpoint, as behind a proxy; answers of any other, or of none, are refused. Not read from the
   * metadata: a hostile server could name another's there.
   */
  issuer?: string;
  /** Scopes with one space between two. Default "public". */
  scope?: string;
  /**
   * Where the session is kept: "session" for this tab and its duplicates, "local" for all tabs of this origin, "memory"
   * for this page only. Default "session". Falls back to memory, and says so in `log`, where the browser blocks storage.
   */
  storage?: "session" | "local" | "memory";
  /** What may receive the token besides `server`: origins, or URLs whose path is a prefix by whole segments. */
  protectedResources?: readonly (string | URL)[];
  /**
   * Endpoints of a server that is not laid out like PlaceOS, as whole URLs; each defaults to the PlaceOS path under
   * `server`, and `logout` to the page that the domain names.
   */
  endpoints?: Partial<
    Record<
      "authorize" | "token" | "revoke" | "logout" | "authority",
      string | URL
    >
  >;
  /**
   * Sign with an API key (`X-API-Key`) in place of OAuth: kiosks, panels. Whoever uses the page can read it, and it is good
   * until it is deleted at the server. `session.flow` is then "api-key", and nobody signs in or out.
   *
   * `{ parameter: "x-api-key" }` takes it from that parameter of the page's query or hash route, out of the address bar, and
   * keeps it in `storage` from then on, until `logout`. Where there is none and none was kept, users sign in as usual.
   */
  apiKey?: string | { parameter: string };
  /**
   * Seconds before expiry at which a token is renewed. Default 60. Less than 1 counts as 1, more than a tenth of the
   * token's lifetime as that tenth.
   */
  renewBefore?: number;
  /**
   * How to go to the page the user left for sign-in, before `createAuth` resolves. Replace the history entry, don't push
   * one. Default: `history.replaceState` when only query or fragment differ, else `location.replace`.
   */
  navigate?: (url: URL) => void;
  /** Called with one line per step, never with a secret in it. Default: nothing is logged. */
  log?: (line: string) => void;
}

/** A client of one PlaceOS server. Made by `createAuth`. Its methods are bound: take them off it, or hand them on. */
export class Auth {
  private constructor();

  /** The server's origin, such as "https://placeos.example.com". */
  readonly server: string;

  /** What is known of the current session: never the token. The same frozen object until something changes. */
  readonly session: Session | null;

  /** What this page load brought back from the server. */
  readonly redirect: RedirectResult;

  /**
   * Leaves the page for the authorization endpoint. Never resolves. A call while a sign-in is under way on this page joins it.
   *
   * @throws {AuthError} `login_required` when the user comes back by the back button or is on the way to the
   * logout page; `redirect_loop` after three
   * sign-ins within 30 seconds that ended in no session; `untrusted_url` for a `returnTo` on another origin;
   * `configuration`; `unsupported_environment` where nothing can be stored; `timeout` when the page was not left within
   * a minute.
   */
  login(this: void, options?: LoginOptions | PageEvent): Promise<never>;

  /**
   * Signs in while the page stays. A call while another one of that mode is under way joins it. A session that was there
   * before stays where this fails.
   *
   * `mode: "popup"`: in a window of its own, for apps in another product's frame, such as Teams, Outlook and portals. Call it
   * in a click: the popup is opened at once. The page of the redirect URI closes it.
   *
   * `mode: "silent"`: in a hidden frame, without showing anything, if the user is signed in to the server. What PlaceOS's own
   * apps do at every start. The server's cookies have to reach the frame: see `renew`.
   *
   * @throws {AuthError} `popup_blocked`, `popup_closed`, or `timeout` after ten minutes. Silently: `login_required` where the
   * server wants the user, at once if it says so beforehand; `network`, `timeout`, `server_error`,
   * `temporarily_unavailable` where it may work later. Either way the server's code where it refuses; `login_required` if the
   * user signs out meanwhile, if a sign-in that was begun later has given a session, or on the way to the logout page;
   * `configuration`.
   */
  login(this: void, options: StayingLoginOptions): Promise<Session>;

  /**
   * Exchanges a password for a session (password grant), without leaving the page: for trusted environments only, such
   * as a panel that its operator sets up. Anywhere else RFC 9700 forbids it, for it shows the password to the app and
   * teaches users to type it anywhere: use `login`. The password is in no error, log line or event, and is wiped from the
   * WebAssembly's memory with the request.
   *
   * @throws {AuthError} `invalid_grant` for a wrong password, or the server's other codes; `network`, `timeout`,
   * `server_error`, `temporarily_unavailable`, `invalid_response`; `configuration`; `login_required` if the user signs out
   * meanwhile, or is on the way to the logout page. A session that was there before stays.
   */
  loginWithPassword(
    this: void,
    credentials: PasswordCredentials,
  ): Promise<Session>;

  /**
   * Exchanges the token of another issuer for a session (token exchange, RFC 8693), without leaving the page: Microsoft
   * Entra's in Outlook and Teams, where the user is signed in already. `session.flow` is then "exchange". Only PlaceOS's
   * newest server can. The token is in no error, log line or event.
   *
   * @throws {AuthError} `invalid_grant` for a token that the server doesn't accept, `unsupported_grant_type` where it can't
   * exchange any, or its other codes; `network`, `timeout`, `server_error`, `temporarily_unavailable`, `invalid_response`;
   * `configuration`; `login_required` as `loginWithPassword`. A session that was there before stays.
   */
  exchangeToken(this: void, options: ExchangeOptions): Promise<Session>;

  /**
   * Makes a token that the app has got by itself this client's session: guests with a token in their link, native shells.
   * `session.flow` is then "adopted". It renews if there is a refresh token. Only for tokens that the app itself has asked
   * for: one that anybody could have put into a link may be another person's session.
   *
   * @throws {AuthError} `configuration`, naming the field; `login_required` on the way to the logout page. A session that was
   * there before stays.
   */
  adopt(this: void, tokens: AdoptedTokens): Promise<Session>;

  /**
   * Forgets the session, or the API key that came by the address; has the server revoke its tokens, then leaves for the server's logout page unless `local`.
   * Whatever the server does, or if it is out of reach, the session is gone here; it is waited for three seconds at most.
   *
   * @throws {AuthError} `untrusted_url` for a `returnTo` on another origin, `configuration` with an `apiKey` that is text;
   * then nothing is done.
   */
  logout(this: void, options?: LogoutOptions | PageEvent): Promise<void>;

  /**
   * `window.fetch` with the token where, and only where, it belongs: on requests to `server` and
   * `protectedResources`, renewed first when due. Hand it to any library. A caller's own `Authorization` or
   * `X-API-Key` header is left alone, unless it is this session's token, or the one before it, which a library may go on with:
   * then a good one goes in its place. A response is the server's own. After a 401 the session is renewed and the
   * request sent again as long as there is a newer token, five times in all, if its body is still there: a stream isn't,
   * nor what was in a `Request`. A request with
   * `mode: "no-cors"` goes unsigned: browsers allow it no such header. A request signed with an API key follows no
   * redirect: browsers drop `Authorization` on the way to another origin, but no other header.
   *
   * @throws {AuthError} `login_required` for a URL that would be signed, with no session; or why an expired token could
   * not be renewed. Otherwise what `fetch` throws.
   */
  readonly fetch: typeof globalThis.fetch;

  /**
   * A token good for at least a moment, renewed first when due.
   *
   * @throws {AuthError} `login_required` when only the user can help; or why an expired token could not be renewed;
   * `configuration` with an `apiKey`.
   */
  token(this: void): Promise<string>;

  /**
   * Renews the session now, where `session.canRenew`: by its refresh token or, without one, by the authorization endpoint
   * in a hidden frame. Calls at the same time share one renewal, in this tab and in others that share the session.
   *
   * @throws {AuthError} `login_required` when only the user can help. Otherwise why it failed; the session stays.
   */
  renew(this: void): Promise<Session>;

  /**
   * The same URL with `bearer_token` (or `api-key`), for what can't send headers: downloads, images, event streams. A
   * server may log it: use `fetch` where you can.
   *
   * @throws {AuthError} `untrusted_url` for a URL that may not have the token; as `token`.
   */
  signUrl(this: void, url: string | URL): Promise<URL>;

  /**
   * Connects to the realtime API, signed in; resolves once the socket is open. `path` is resolved against `server` and
   * defaults to the control socket. On the page's own host a cookie signs the connection that is removed as soon as it is
   * made; elsewhere, and where no cookie can carry it (a frame of another site, cookies switched off, a token of more than
   * about 4,000 characters), `bearer_token` in the URL does. The server reads the token at the connection and never again.
   *
   * @throws {AuthError} `network` where the connection was refused or could not be made, which browsers don't tell
   * apart; `timeout` after 15 seconds; `untrusted_url`; `configuration` for protocols that can't be;
   * as `token`.
   */
  openWebSocket(
    this: void,
    path?: string | URL,
    protocols?: string | string[],
  ): Promise<WebSocket>;

  /**
   * The domain's public settings (`/auth/authority`). Asked once, on first use.
   *
   * @throws {AuthError} `network`, `timeout`, `invalid_response`, `server_error`, `temporarily_unavailable`.
   */
  authority(this: void): Promise<Authority>;

  /**
   * Calls back on changes from now on; returns the way to stop. Fits React's `useSyncExternalStore`, with
   * `session` as the snapshot. A sign-in that this page load completes is over before anyone can subscribe: read
   * `session` first.
   */
  readonly subscribe: (listener: (event: AuthEvent) => void) => () => void;

  /**
   * Makes `target.fetch` (default: the page's own) this `fetch`, for axios's fetch adapter and
   * libraries that can't be handed one; returns the way back. Without a session, requests pass untouched.
   */
  readonly install: (target?: { fetch: typeof globalThis.fetch }) => () => void;

  /** Stops timers and channels. The session stays stored. */
  close(this: void): void;
}

/** An event of the page's, which counts as no options: `onClick={auth.login}`. */
export interface PageEvent {
  preventDefault(): void;
}

export interface LoginOptions {
  /** Default: "redirect", which leaves the page. */
  mode?: "redirect";
  /** Where the user is to be afterwards, on this page's origin. Default: here, hash and `history.state` included. */
  returnTo?: string | URL;
  /** Data of the app's own, given back in `redirect.appState`: anything that JSON can say. */
  appState?: unknown;
  /** In place of the scope that `createAuth` was given. */
  scope?: string;
}

/** Options of a sign-in for which the page stays. */
export interface StayingLoginOptions {
  /** In a window of its own, or in a hidden frame. */
  mode: "popup" | "silent";
  /** In place of the scope that `createAuth` was given. */
  scope?: string;
}

export interface PasswordCredentials {
  /** Usually an e-mail address. */
  username: string;
  password: string;
  /** In place of the scope that `createAuth` was given. */
  scope?: string;
  /** The domain's id, `(await auth.authority()).id`: servers of old need it. */
  authority?: string;
  /** For a client that was registered with one. In a page it is no secret. */
  clientSecret?: string;
}

export interface ExchangeOptions {
  subjectToken: string;
  /** Default: "urn:ietf:params:oauth:token-type:access_token". */
  subjectTokenType?: string;
  /** In place of the scope that `createAuth` was given. */
  scope?: string;
}

export interface AdoptedTokens {
  accessToken: string;
  /** By which this client's token endpoint gives new ones. */
  refreshToken?: string;
  /** How many seconds the access token is good for, from now on. Default: nothing is known of its end. */
  expiresIn?: number;
  /** In place of the scope that `createAuth` was given. */
  scope?: string;
}

export interface LogoutOptions {
  /**
   * Where the server sends the user afterwards, on this page's origin. Default: here. An identity provider's page is told
   * only where the domain's `logout_url` has `{{url}}` in it.
   */
  returnTo?: string | URL;
  /** Stay on this page, and signed in to the server. */
  local?: boolean;
}

export interface Session {
  /** The grant it came from, or "api-key". */
  readonly flow:
    "implicit" | "code" | "password" | "exchange" | "adopted" | "api-key";
  /** "Bearer", or the header of an API key. */
  readonly tokenType: string;
  /** Empty with an API key. */
  readonly scope: string;
  /** Milliseconds since the epoch; null when the server gave no lifetime. */
  readonly expiresAt: number | null;
  /**
   * Whether it can go on after that without the user, as far as is known: `expiresAt` may lie in the past then. Without a
   * refresh token this is true until a hidden frame was tried in vain.
   */
  readonly canRenew: boolean;
}

export type RedirectResult =
  | { readonly status: "none" }
  | {
      readonly status: "signed-in";
      readonly returnTo: string;
      readonly appState: unknown;
    }
  | { readonly status: "failed"; readonly error: AuthError };

export type AuthEvent =
  | { readonly type: "signed-in" | "renewed" | "signed-out" }
  /** `reason`: what the server said, where it ended the session before its time. */
  | { readonly type: "expired"; readonly reason?: AuthError }
  /**
   * Heard at every try, in the tabs that tried. The session goes on, and the renewal is tried again, unless
   * `session.canRenew` has turned false: then only the user can help. With an API key: the server refuses it (401); heard
   * once a minute at most.
   */
  | { readonly type: "renewal-failed"; readonly error: AuthError };

/** What a domain says of itself. */
export interface Authority {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  /** The login page; `{{url}}` in it stands for where the user is to be afterwards. */
  readonly loginUrl: string;
  /** A path of the server, or a page of an identity provider's. */
  readonly logoutUrl: string;
  /** Whether this browser is signed in to the server, as far as its cookies reach. */
  readonly session: boolean;
  /** Null on ACAEngine. */
  readonly version: string | null;
  /** The path of the REST API: `/api/engine/v2`, or `/control/api` on ACAEngine. */
  readonly apiRoot: string;
  /** The domain's own settings. */
  readonly config: unknown;
}

/** Every failure. `code` is stable; OAuth errors keep the names RFC 6749 gives them. Never holds a secret. */
export class AuthError extends Error {
  /**
   * For tests and stand-ins of your own; the package makes its errors itself. `See` and the address of the code's page are
   * added to the message.
   */
  constructor(code: AuthErrorCode, message: string, retryable?: boolean);
  readonly name: "AuthError";
  readonly code: AuthErrorCode;
  /** The address of the page about this code: why it happens, what to do, and what to tell the user. `message` ends with it. */
  readonly docs: string;
  /** The server's `error_description`, where it gave one. */
  readonly description?: string;
  /** The server's `error_uri`, where it gave one that is http(s). */
  readonly uri?: string;
  /** HTTP status, if there was a response. */
  readonly status?: number;
  /** What the browser said, as text, or what it threw, if that caused this failure. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later without the user. Never for a code's exchange, which can't be tried again. */
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
  /** No response was received: the server is out of reach, or doesn't allow this page's origin (CORS). */
  | "network"
  /** No response was received in time. */
  | "timeout"
  /** The browser opened no popup. */
  | "popup_blocked"
  /** The user closed the popup before having signed in. */
  | "popup_closed"
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

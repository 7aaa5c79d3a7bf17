// The globals of the tests' pages: what a page gives to a test, and what a test keeps in a page.
import type {
  AuthError,
  Authority,
  AuthErrorCode,
  AuthEvent,
  AuthOptions,
  Session,
} from "placeos-auth";

/** An error after its way out of the page: see `app/plain.js`. */
export interface PlainError {
  name: string;
  message: string;
  code: AuthErrorCode;
  retryable: boolean;
  description?: string;
  uri?: string;
  status?: number;
  cause?: unknown;
}

/** A redirect result after its way out of the page. */
export interface PlainRedirect {
  status: "none" | "signed-in" | "failed";
  returnTo?: string;
  appState?: unknown;
  error?: PlainError;
}

export interface Plain {
  session: Session | null;
  redirect: PlainRedirect;
}

/** Options of `createAuth` as a test may give them, also wrong ones. */
export type Options = { [Name in keyof AuthOptions]?: unknown } & object;

/** An event as one that hasn't asked for its type sees it. */
export interface AnyEvent {
  type: AuthEvent["type"];
  error?: AuthError;
  reason?: AuthError;
}

/** A client as a page without types sees it: its methods may be given anything. */
export interface Client {
  readonly server: string;
  readonly session: Session | null;
  readonly redirect: {
    status: PlainRedirect["status"];
    returnTo?: string;
    appState?: unknown;
    error?: AuthError;
  };
  login(options?: unknown): Promise<never>;
  adopt(tokens?: unknown): Promise<Session>;
  exchangeToken(options?: unknown): Promise<Session>;
  loginWithPassword(credentials?: unknown): Promise<Session>;
  logout(options?: unknown): Promise<void>;
  fetch(input?: unknown, init?: unknown): Promise<Response>;
  token(): Promise<string>;
  renew(): Promise<Session>;
  signUrl(url?: unknown): Promise<URL>;
  openWebSocket(path?: unknown, protocols?: unknown): Promise<WebSocket>;
  authority(): Promise<Authority>;
  subscribe(listener: (event: AnyEvent) => void): () => void;
  subscribe(listener?: unknown): () => void;
  install(target?: { fetch: unknown }): () => void;
  close(): void;
}

/** What became of a promise: either of the two. */
export interface Settled<Value> {
  value?: Value;
  error?: PlainError;
}

declare global {
  // The classes of another frame.
  interface Window {
    AbortController: typeof AbortController;
    Blob: typeof Blob;
    Request: typeof Request;
  }

  // What `app/bare.js` and `app/external.js` give.
  var auth: Client;
  var AuthError: typeof import("placeos-auth").AuthError;
  var completeSignIn: (options?: unknown) => Promise<Client>;
  var createAuth: (options?: unknown) => Promise<Client>;
  var create: (options?: unknown) => Promise<Plain>;
  var load: typeof import("placeos-auth/external").load;
  var plain: (client: Client) => Plain;
  var plainError: (error: unknown) => PlainError;
  var settled: <Value>(promise: Promise<Value>) => Promise<Settled<Value>>;
  /** What `app/index.js` gives to `createAuth`. */
  var options: AuthOptions | undefined;
  /** What became of `createAuth` in the frames of a page: see `app/framed.js`. */
  var inside: { code: string; message: string | undefined }[] | undefined;
  /** Chromium's, by `--js-flags=--expose-gc`. */
  var gc: () => void;

  // What tests keep.
  var all: Promise<Settled<Plain>[]>;
  var back: boolean;
  var before: boolean;
  var call: Promise<unknown>;
  var controller: AbortController;
  var ended: unknown[];
  var failed: [at: number, code: AuthErrorCode, retryable: boolean][];
  var first: Client;
  var forbidden: unknown[];
  /** See `listen` in `support/grants.js`. */
  var heard: [type: AuthEvent["type"], code?: AuthErrorCode][];
  var isBroken: boolean | (() => unknown);
  var isHidden: boolean;
  var isSame: boolean;
  var kept: typeof WebAssembly;
  var last: AuthEvent["type"];
  /** See `leave` in `support/visit.js`. */
  var leaving: Promise<Settled<never>>;
  var leavings: { ended: boolean; done?: Promise<unknown> }[];
  var mark: string;
  var once: Promise<Response>;
  var opened: string[];
  var original: typeof fetch;
  var out: Promise<Settled<void>>;
  var passes: number;
  var popup: Window | null;
  /** How many calls are under way: see `callOverAndOver` in `support/trouble.js`. */
  var pending: number;
  var renewed: Promise<Session | Settled<Session>>;
  var sent: Promise<Response>;
  var session: Session | null;
  /** See `openSocket` in `support/sockets.js`. */
  var sockets: WebSocket[];
  var stayed: boolean;
  var stub: (() => unknown) | undefined;
  var touched: string[];
  var undo: () => void;
  var upload: Promise<unknown>;
  var waiting: Promise<Settled<unknown>>[];
  var waits: Promise<unknown>;
  var wrapped: number;
  var wrapper: typeof fetch;
}

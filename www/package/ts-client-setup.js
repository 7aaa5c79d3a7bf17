// How ts-client is set up: with a storage in which it finds the session's token, which for ts-client never expires, and with sockets
// of ours. It has no reason to sign anybody in then, and no address to do so at.
import { AuthError as OwnError } from "./auth-error.js";

/** @typedef {import("placeos-auth").Auth} Auth */
/** @typedef {import("placeos-auth/ts-client").TsClient} TsClient */
/** @typedef {import("./control-socket.js").ControlSocket} ControlSocket */

const AuthError = /** @type {typeof import("placeos-auth").AuthError} */ (
  /** @type {unknown} */ (OwnError)
);

/** The last moment that a `Date` can be. */
const NEVER = "8640000000000000";

/** What ts-client stores of a session. */
const ITS_SESSION = /_(access_token|refresh_token|expires_at|nonce)$/;

/**
 * Calls `setup`. What has to be there at once is there when this returns.
 *
 * @param {Auth} auth
 * @param {TsClient} client
 * @param {() => string} token for ts-client, at any time
 * @param {(url: string) => ControlSocket} makeSocket
 */
export function setUp(auth, client, token, makeSocket) {
  const settings = settingsFor(auth, makeSocket);
  withSessionStorage(storageOf(token), () => {
    client.setup(settings).catch(() => {});
  });
}

/**
 * What ts-client is set up with.
 *
 * @param {Auth} auth
 * @param {(url: string) => ControlSocket} makeSocket
 */
function settingsFor(auth, makeSocket) {
  const { host, protocol } = new URL(auth.server);
  let isSetUp = false;
  const refuse = () => {
    throw new AuthError(
      "configuration",
      "@placeos/ts-client is connected to placeos-auth, and doesn't sign in by itself. Call `auth.login()`.",
    );
  };
  return {
    host,
    secure: protocol === "https:",
    redirect_uri: `${auth.server}/`,
    scope: "public",
    storage: "session",
    handle_login: false,
    ignore_api_key: true,
    get auth_uri() {
      return refuse();
    },
    get token_uri() {
      return refuse();
    },
    // ts-client reads it in `setup`, where it writes it back, and whenever it is about to open its socket.
    get token_header() {
      if (isSetUp) offerSocket(makeSocket);
      return true;
    },
    set token_header(_is) {
      isSetUp = true;
    },
  };
}

/**
 * Has ts-client take this for its storage: it keeps what it reads in `setup`.
 *
 * @param {object} storage
 * @param {() => void} setUp
 */
function withSessionStorage(storage, setUp) {
  const name = "sessionStorage";
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  const value = { value: storage, configurable: true };
  Object.defineProperty(globalThis, name, value);
  try {
    setUp();
  } finally {
    if (own) Object.defineProperty(globalThis, name, own);
    else Reflect.deleteProperty(globalThis, name);
  }
}

/**
 * The page's `sessionStorage`, but for what ts-client stores of a session: the token is this one, and nothing is written.
 *
 * @param {() => string} token
 */
function storageOf(token) {
  const storage = sessionStorage;
  return {
    get length() {
      return storage.length;
    },
    /** @param {number} index */
    key: (index) => storage.key(index),
    /** @param {string} key */
    getItem(key) {
      if (key.endsWith("_access_token")) return token();
      if (key.endsWith("_expires_at")) return NEVER;
      return ITS_SESSION.test(key) ? null : storage.getItem(key);
    },
    /** @param {string} key @param {string} value */
    setItem(key, value) {
      if (!ITS_SESSION.test(key)) storage.setItem(key, value);
    },
    /** @param {string} key */
    removeItem: (key) => storage.removeItem(key),
  };
}

/**
 * Has the next `new WebSocket` of this task give another socket.
 *
 * @param {(url: string) => ControlSocket} makeSocket
 */
function offerSocket(makeSocket) {
  const page = /** @type {{ WebSocket: unknown }} */ (globalThis);
  const original = page.WebSocket;
  const restore = () => {
    if (page.WebSocket === Offered) page.WebSocket = original;
  };
  /** @param {string} url */
  function Offered(url) {
    restore();
    return makeSocket(url);
  }
  page.WebSocket = Offered;
  queueMicrotask(restore);
}

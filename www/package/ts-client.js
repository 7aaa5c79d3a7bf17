// `@placeos/ts-client` on the session of a client of ours: `auth.fetch` sends its requests, `auth.openWebSocket` opens its socket.
import { AuthError as OwnError } from "./auth-error.js";
import { ControlSocket } from "./control-socket.js";
import { setUp } from "./ts-client-setup.js";

/** @typedef {import("placeos-auth").Auth} Auth */
/** @typedef {import("placeos-auth").AuthEvent} AuthEvent */
/** @typedef {import("placeos-auth/ts-client").TsClient} TsClient */

const AuthError = /** @type {typeof import("placeos-auth").AuthError} */ (
  /** @type {unknown} */ (OwnError)
);

/** How long ts-client may take to be online. */
const LONGEST_MS = 15_000;

/** ts-client's token while nobody is signed in: without any, its requests would wait for ever, and it would sign in. */
const NO_TOKEN = "no-token";

/**
 * The socket that ts-client made last. One that it made before, it has given up.
 *
 * @type {ControlSocket | undefined}
 */
let newest;

/** @type {typeof import("placeos-auth/ts-client").connect} */
export async function connect(auth, client) {
  for (const name of /** @type {const} */ (["setup", "token", "onlineState"]))
    if (typeof client?.[name] !== "function")
      throw new AuthError(
        "configuration",
        `\`client\` has no function \`${name}\`. Pass all of the module: import * as client from "@placeos/ts-client".`,
      );

  let isConnected = true;
  let token = NO_TOKEN;
  let changes = 0;

  const openSocket = () => {
    if (isConnected && auth.session && newest?.isWaiting)
      newest.open((url) => auth.openWebSocket(forSession(url, auth)));
  };

  /** @param {string} url */
  const makeSocket = (url) => {
    newest?.abandon();
    newest = new ControlSocket(url);
    openSocket();
    return newest;
  };

  /** Has ts-client's token be the session's. */
  const follow = async () => {
    const change = ++changes;
    const next = auth.session ? await auth.token().catch(() => token) : "";
    if (change === changes && isConnected) token = next || NO_TOKEN;
  };

  /** @param {AuthEvent} event */
  const onEvent = ({ type }) => {
    if (type === "renewal-failed") return;
    // Whatever begins or ends a session, what is signed by another is over.
    if (type !== "renewed") {
      token = NO_TOKEN;
      if (newest?.isWaiting) openSocket();
      else newest?.end();
    }
    void follow();
  };

  const stop = auth.subscribe(onEvent);
  const restoreFetch = replaceFetch((input, init) => {
    if (init?.headers?.Authorization !== `Bearer ${token}`) return;
    if (isLogout(client, input, init)) return logout(auth);
    // ts-client leaves this option of its own in. `auth.fetch`, which sends by the page's `fetch` as well, has none.
    if (init.response_type) return send(auth, input, init);
  });
  const disconnect = () => {
    if (!isConnected) return;
    isConnected = false;
    token = NO_TOKEN;
    stop();
    restoreFetch();
    newest?.end();
  };

  const followed = follow();
  setUp(auth, client, () => token, makeSocket);
  if (client.token() !== NO_TOKEN) {
    disconnect();
    throw new AuthError(
      "configuration",
      "This version of @placeos/ts-client keeps its token elsewhere. Use a version that this package was tested with.",
    );
  }
  // Made for a connection before this one, it would wait for ever.
  newest?.end();
  await within(LONGEST_MS, Promise.all([untilOnline(client), followed]));
  return disconnect;
}

/**
 * Has another function see each request before the page's `fetch` does; returns the way back.
 *
 * @param {(input: unknown, init: any) => Promise<Response> | undefined} take gives nothing for what it leaves alone
 */
function replaceFetch(take) {
  const { fetch } = globalThis;
  let isOn = true;
  /** @type {typeof globalThis.fetch} */
  const replaced = (input, init) =>
    (isOn ? take(input, init) : undefined) ??
    fetch.call(globalThis, input, init);
  globalThis.fetch = replaced;
  return () => {
    isOn = false;
    // One that was put over it since goes on, by way of it.
    if (globalThis.fetch === replaced) globalThis.fetch = fetch;
  };
}

/**
 * Sends a request of ts-client's, signed by us.
 *
 * @param {Auth} auth
 * @param {any} input
 * @param {any} init
 */
async function send(auth, input, init) {
  const { Authorization: _, ...headers } = init.headers;
  const sent = auth.fetch(input, { ...init, headers });
  const response = await sent.catch(withoutStatus);
  if (response.status !== 401) return response;
  // Not returned, nor with a status: ts-client would ask for the domain's settings, and four times more for this.
  throw auth.session
    ? new AuthError(
        "other",
        "The server answers 401 to this request of ts-client's, also with the newest token. Look there for the reason.",
      )
    : new AuthError(
        "login_required",
        "The session is over. Call `auth.login()`.",
      );
}

/**
 * Throws an error of ours again, without the status, which ts-client would take for that of its own request.
 *
 * @param {any} error
 * @returns {never}
 */
function withoutStatus(error) {
  if (error instanceof OwnError) delete error.status;
  throw error;
}

/**
 * Whether this is what `logout()` of ts-client's sends.
 *
 * @param {TsClient} client
 * @param {unknown} input
 * @param {any} init
 */
function isLogout(client, input, init) {
  const url = client.authority?.()?.logout_url ?? "/logout";
  return init.redirect === "manual" && input === url;
}

/**
 * Signs out; ts-client, which would go to another page then, hears nothing of it.
 *
 * @param {Auth} auth
 * @returns {Promise<Response>}
 */
async function logout(auth) {
  await auth.logout();
  return new Promise(() => {});
}

/**
 * PlaceOS has panels say that they are fixed devices.
 *
 * @param {string} url
 * @param {Auth} auth
 */
function forSession(url, { session }) {
  const signed = new URL(url);
  if (session?.flow === "api-key")
    signed.searchParams.set("fixed_device", "true");
  return signed;
}

/** @param {TsClient} client */
function untilOnline(client) {
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const states = client.onlineState();
      const subscription = states.subscribe((isOnline) => {
        if (!isOnline) return;
        resolve();
        queueMicrotask(() => subscription.unsubscribe());
      });
    })
  );
}

/**
 * Waits for a promise, but not for longer than this.
 *
 * @param {number} millis
 * @param {Promise<unknown>} promise
 */
async function within(millis, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, millis);
  });
  await Promise.race([promise, over]);
  clearTimeout(timer);
}

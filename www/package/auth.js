import { AuthError, own, withoutSecrets } from "./auth-error.js";
import { complete, create } from "./core.js";
import { fetchOver } from "./fetch.js";
import { given } from "./given.js";

/** @typedef {typeof globalThis.fetch} Fetch */
/** @typedef {import("./core.js").Core} Core */
/** @typedef {import("placeos-auth").Session} Session */
/** @typedef {import("placeos-auth").Auth} Interface what users see of `Auth` */

/**
 * What is in use, from its beginning to its end. Without this, what an app has no variable for would be taken by the
 * garbage collector, and with it the listeners and timers that are still wanted.
 */
const inUse = /** @type {Set<object>} */ (new Set());

/** What was installed and is no more, with what it was installed in place of. */
const undone = /** @type {WeakMap<Fetch, Fetch>} */ (new WeakMap());

/**
 * Made by `createAuth`. The work is done in WebAssembly; this class gives it the shape that JavaScript expects.
 *
 * Nothing here needs `this`: methods may be taken off it, handed on, and called by way of a `Proxy`, as Vue's `reactive` does.
 *
 * @implements {Interface}
 */
export class Auth {
  server = /** @type {Interface["server"]} */ ("");
  session = /** @type {Interface["session"]} */ (null);
  redirect = /** @type {Interface["redirect"]} */ ({ status: "none" });

  /** @param {Core} core */
  constructor(core) {
    const signed = fetchOver(core);
    // The server is the first of the resources, and all of it may have the token.
    const [server] = /** @type {string[]} */ (core.origins(true));
    const session = () => /** @type {Session} */ (core.session);
    inUse.add(core);
    Object.defineProperties(this, {
      server: own({ get: () => server, enumerable: true }),
      session: own({ get: () => core.session, enumerable: true }),
      redirect: own({ get: () => core.redirect, enumerable: true }),
    });

    /** @type {Interface["fetch"]} */
    this.fetch = (input, init) => signed(input, init);

    this.login = /** @type {Interface["login"]} */ (
      async (/** @type {object | undefined} */ options) =>
        core.login(given(options)).then(session)
    );

    /** @type {Interface["loginWithPassword"]} */
    this.loginWithPassword = (credentials) =>
      core.loginWithPassword(credentials).then(session);

    /** @type {Interface["exchangeToken"]} */
    this.exchangeToken = (options) => core.exchangeToken(options).then(session);

    /** @type {Interface["adopt"]} */
    this.adopt = async (tokens) => {
      core.adopt(tokens);
      return session();
    };

    /** @type {Interface["logout"]} */
    this.logout = async (options) => core.logout(given(options));

    /** @type {Interface["token"]} */
    this.token = () => core.token();

    /** @type {Interface["renew"]} */
    this.renew = () => core.renew().then(session);

    /** @type {Interface["signUrl"]} */
    this.signUrl = (url) => core.signUrl(url);

    /** @type {Interface["openWebSocket"]} */
    this.openWebSocket = (path, protocols) =>
      core.openWebSocket(path, protocols);

    /** @type {Interface["authority"]} */
    this.authority = () => core.authority();

    /** @type {Interface["subscribe"]} */
    this.subscribe = (listener) => {
      const watch = core.subscribe(listener);
      inUse.add(watch);
      return () => {
        watch.end();
        inUse.delete(watch);
      };
    };

    /** @type {Interface["install"]} */
    this.install = (target) => install(signed, given(target) ?? globalThis);

    /** @type {Interface["close"]} */
    this.close = () => {
      core.close();
      inUse.delete(core);
    };
  }
}

/**
 * In place of the page's own `fetch`: for libraries that can't be handed one.
 *
 * @param {ReturnType<typeof fetchOver>} signed
 * @param {{ fetch: Fetch }} target
 */
function install(signed, target) {
  const original = target.fetch;
  /** @type {import("./browser/http.js").Fetch} */
  const via = (input, init) =>
    original.call(
      target,
      /** @type {RequestInfo} */ (input),
      /** @type {RequestInit} */ (init),
    );
  let isOn = true;
  /** @type {Fetch} */
  const installed = (input, init) =>
    isOn ? signed(input, init, via) : via(input, init);
  target.fetch = installed;
  return () => {
    isOn = false;
    undone.set(installed, original);
    // Whoever has wrapped it since goes on, by way of it.
    while (undone.has(target.fetch))
      target.fetch = /** @type {Fetch} */ (undone.get(target.fetch));
  };
}

/**
 * `createAuth` of an entry, over its way to start the WebAssembly.
 *
 * @param {() => Promise<unknown>} start
 */
export const createOver =
  (start) =>
  /** @param {import("placeos-auth").AuthOptions} [options] */
  async (options) => {
    await guarded(start);
    return new Auth(await create(options));
  };

/**
 * `completeSignIn`, likewise.
 *
 * @param {() => Promise<unknown>} start
 */
export const completeOver =
  (start) =>
  /** @param {Pick<import("placeos-auth").AuthOptions, "log">} [options] */
  async (options) => {
    await guarded(start);
    return new Auth(await complete(options));
  };

/**
 * Runs what starts the WebAssembly; whatever is wrong with it, the error says what to change.
 *
 * @param {() => Promise<unknown>} start
 */
export async function guarded(start) {
  try {
    await start();
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    withoutSecrets(/** @type {Error} */ (cause));
    const error = new AuthError(
      "unsupported_environment",
      typeof WebAssembly === "undefined"
        ? "This browser has no WebAssembly. Update it, or leave its lockdown mode for this site."
        : typeof TextDecoder === "undefined"
          ? "There is no TextDecoder here. Give Node's to the page of the test runner."
          : "The WebAssembly of placeos-auth could not be started. If the page has a Content-Security-Policy, add " +
            "'wasm-unsafe-eval' to its script-src. What the browser said is in `error.cause`.",
    );
    error.cause = cause;
    throw error;
  }
}

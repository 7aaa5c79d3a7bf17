import { AuthError, withoutSecrets } from "./auth-error.js";
import { complete, create } from "./core.js";
import { fetchOver } from "./fetch.js";

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
 * @implements {Interface}
 */
export class Auth {
  #core;
  #fetch;

  /**
   * Bound, so that it can be handed to any library.
   *
   * @type {Fetch}
   */
  fetch = (input, init) => this.#fetch(input, init);

  /**
   * Bound as well: React's `useSyncExternalStore` takes it as it is.
   *
   * @type {Interface["subscribe"]}
   */
  subscribe = (listener) => {
    const watch = this.#core.subscribe(listener);
    inUse.add(watch);
    return () => {
      watch.end();
      inUse.delete(watch);
    };
  };

  /**
   * In place of the page's own: for libraries that can't be handed one.
   *
   * @type {Interface["install"]}
   */
  install = (target = globalThis) => {
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
      isOn ? this.#fetch(input, init, via) : via(input, init);
    target.fetch = installed;
    return () => {
      isOn = false;
      undone.set(installed, original);
      // Whoever has wrapped it since goes on, by way of it.
      while (undone.has(target.fetch))
        target.fetch = /** @type {Fetch} */ (undone.get(target.fetch));
    };
  };

  /** @param {Core} core */
  constructor(core) {
    this.#core = core;
    this.#fetch = fetchOver(core);
    inUse.add(core);
  }

  get session() {
    return this.#core.session;
  }

  get redirect() {
    return this.#core.redirect;
  }

  /** @type {Interface["login"]} */
  login(options) {
    return this.#core.login(options);
  }

  /** @param {import("placeos-auth").PasswordCredentials} credentials */
  async loginWithPassword(credentials) {
    await this.#core.loginWithPassword(credentials);
    return /** @type {Session} */ (this.session);
  }

  /** @type {Interface["logout"]} */
  logout(options) {
    return this.#core.logout(options);
  }

  token() {
    return this.#core.token();
  }

  async renew() {
    await this.#core.renew();
    return /** @type {Session} */ (this.session);
  }

  /** @type {Interface["signUrl"]} */
  signUrl(url) {
    return this.#core.signUrl(url);
  }

  /** @type {Interface["openWebSocket"]} */
  openWebSocket(path, protocols) {
    return this.#core.openWebSocket(path, protocols);
  }

  authority() {
    return this.#core.authority();
  }

  close() {
    this.#core.close();
    inUse.delete(this.#core);
  }
}

/**
 * The functions of an entry, over its way to start the WebAssembly.
 *
 * @param {() => Promise<unknown>} start
 */
export const entry = (start) => ({
  /** @param {import("placeos-auth").AuthOptions} [options] */
  async createAuth(options) {
    await guarded(start);
    return new Auth(await create(options));
  },

  /** @param {Pick<import("placeos-auth").AuthOptions, "log">} [options] */
  async completeSignIn(options) {
    await guarded(start);
    return new Auth(await complete(options));
  },
});

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
        : "The WebAssembly of placeos-auth could not be started. If the page has a Content-Security-Policy, add " +
            "'wasm-unsafe-eval' to its script-src. What the browser said is in `error.cause`.",
    );
    error.cause = cause;
    throw error;
  }
}

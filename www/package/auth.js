import { AuthError, withoutSecrets } from "./auth-error.js";
import { complete, create } from "./core.js";

/**
 * What is in use, from its beginning to its end. Without this, what an app has no variable for would be taken by the
 * garbage collector, and with it the listeners and timers that are still wanted.
 */
const inUse = new Set();

/** What was installed and is no more, with what it was installed in place of. */
const undone = new WeakMap();

/** Made by `createAuth`. The work is done in WebAssembly; this class gives it the shape that JavaScript expects. */
export class Auth {
  #core;

  /** Bound, so that it can be handed to any library. */
  fetch = (input, init) => this.#core.fetch(input, init);

  /** Bound as well: React's `useSyncExternalStore` takes it as it is. */
  subscribe = (listener) => {
    const watch = this.#core.subscribe(listener);
    inUse.add(watch);
    return () => {
      watch.end();
      inUse.delete(watch);
    };
  };

  /** In place of the page's own: for libraries that can't be handed one. */
  install = (target = globalThis) => {
    const original = target.fetch;
    const via = (input, init) => original.call(target, input, init);
    let isOn = true;
    const installed = (input, init) =>
      isOn ? this.#core.fetch(input, init, via) : via(input, init);
    target.fetch = installed;
    return () => {
      isOn = false;
      undone.set(installed, original);
      // Whoever has wrapped it since goes on, by way of it.
      while (undone.has(target.fetch)) target.fetch = undone.get(target.fetch);
    };
  };

  constructor(core) {
    this.#core = core;
    inUse.add(core);
  }

  get session() {
    return this.#core.session;
  }

  get redirect() {
    return this.#core.redirect;
  }

  login(options) {
    return this.#core.login(options);
  }

  async loginWithPassword(credentials) {
    await this.#core.loginWithPassword(credentials);
    return this.session;
  }

  logout(options) {
    return this.#core.logout(options);
  }

  token() {
    return this.#core.token();
  }

  async renew() {
    await this.#core.renew();
    return this.session;
  }

  signUrl(url) {
    return this.#core.signUrl(url);
  }

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

/** The functions of an entry, over its way to start the WebAssembly. */
export const entry = (start) => ({
  async createAuth(options) {
    await guarded(start);
    return new Auth(await create(options));
  },

  async completeSignIn(options) {
    await guarded(start);
    return new Auth(await complete(options));
  },
});

/** Runs what starts the WebAssembly; whatever is wrong with it, the error says what to change. */
export async function guarded(start) {
  try {
    await start();
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    withoutSecrets(cause);
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

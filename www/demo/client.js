import { createAuth } from "placeos-auth";

/** @typedef {import("placeos-auth").Auth} Auth */
/** @typedef {import("placeos-auth").AuthOptions} AuthOptions */

/** The one client of this page, which is made anew when its options change. */
export class Client {
  /** @type {Auth | undefined} */
  #auth;
  #onEvent;
  /** @type {Promise<unknown>} */
  #opened = Promise.resolve();

  /** @param {(event: import("placeos-auth").AuthEvent) => void} onEvent */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /** @returns {Auth} */
  get auth() {
    if (!this.#auth) throw new Error("The client isn't made yet.");
    return this.#auth;
  }

  /** Also while there is no client. */
  get session() {
    return this.#auth?.session ?? null;
  }

  /** Signs by the client there is at the time of the call. @type {typeof globalThis.fetch} */
  fetch = (input, init) => this.auth.fetch(input, init);

  /**
   * Makes the client, and closes the one before it. Of calls at the same time the last one counts.
   *
   * @param {AuthOptions} options
   * @returns {Promise<Auth>}
   */
  open(options) {
    const opened = this.#opened
      .catch(() => {})
      .then(() => this.#replace(options));
    this.#opened = opened;
    return opened;
  }

  /** @param {AuthOptions} options */
  async #replace(options) {
    const auth = await createAuth(options);
    const before = this.#auth;
    this.#auth = auth;
    // What the one before it still says is of no interest.
    auth.subscribe((event) => {
      if (this.#auth === auth) this.#onEvent(event);
    });
    before?.close();
    return auth;
  }
}

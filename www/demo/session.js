import { Countdown } from "./countdown.js";
import { announce, find } from "./page.js";

const now = () => new Date().toLocaleTimeString();

const NO_RENEWAL = "It can't be renewed: sign in again when it has ended.";

/** @typedef {import("placeos-auth").Session} Session */

/** The pane that shows the session: the time left, where it comes from, and how it goes on. */
export class SessionPane {
  #countdown = new Countdown();

  /**
   * @param {Session} session
   * @param {string} storage
   */
  show(session, storage) {
    const { flow, scope, expiresAt, canRenew } = session;
    this.#countdown.start(session);
    find("session-flow").textContent = flow;
    find("session-scope").textContent = scope;
    find("session-storage").textContent = storage;
    this.#renews(session);
    const outlook = canRenew ? "Renewed shortly before it ends." : NO_RENEWAL;
    this.#tell(expiresAt === null ? "" : outlook);
  }

  /**
   * The session goes on with new tokens.
   *
   * @param {Session} session
   */
  renewed(session) {
    this.#countdown.start(session);
    this.#renews(session);
    this.#tell(`Renewed at ${now()}.`);
    announce("The session was renewed.");
  }

  /**
   * It could not be renewed, and goes on.
   *
   * @param {Session} session
   * @param {import("placeos-auth").AuthError} error
   */
  renewalFailed(session, { message, code }) {
    this.#countdown.start(session);
    this.#renews(session);
    const outlook = session.canRenew ? "It will be tried again." : NO_RENEWAL;
    const text = `Renewal failed at ${now()}: ${message} (${code}) ${outlook}`;
    this.#tell(text, "bad");
    announce(text);
  }

  clear() {
    this.#countdown.stop();
    this.#tell("");
  }

  /** @param {Session} session */
  #renews({ canRenew }) {
    find("session-renews").textContent = canRenew ? "by itself" : "no";
    find("renew").hidden = !canRenew;
  }

  /** @param {string} text */
  #tell(text, mood = "") {
    find("renewal").textContent = text;
    find("renewal").dataset.mood = mood;
  }
}

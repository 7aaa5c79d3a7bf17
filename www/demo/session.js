import { Countdown } from "./countdown.js";
import { announce, find } from "./page.js";

const now = () => new Date().toLocaleTimeString();

/** The pane that shows the session: the time left, where it comes from, and how it goes on. */
export class SessionPane {
  #countdown = new Countdown();

  /**
   * @param {import("placeos-auth").Session} session
   * @param {string} storage
   */
  show(session, storage) {
    const { flow, scope, expiresAt, canRenew } = session;
    this.#countdown.start(session);
    find("session-flow").textContent = flow;
    find("session-scope").textContent = scope;
    find("session-storage").textContent = storage;
    find("session-renews").textContent = canRenew ? "by itself" : "no";
    find("renew").hidden = !canRenew;
    this.#tell(
      canRenew
        ? "Renewed shortly before it ends."
        : expiresAt === null
          ? ""
          : "It can't be renewed: sign in again then.",
    );
  }

  /** The session goes on with new tokens. */
  renewed(session) {
    this.#countdown.start(session);
    find("renew").hidden = !session.canRenew;
    this.#tell(`Renewed at ${now()}.`);
    announce("The session was renewed.");
  }

  /** It could not be renewed, and will be tried again. */
  renewalFailed({ message, code }) {
    const text = `Renewal failed at ${now()}, and will be tried again: ${message} (${code})`;
    this.#tell(text, "bad");
    announce(text);
  }

  clear() {
    this.#countdown.stop();
    this.#tell("");
  }

  #tell(text, mood = "") {
    find("renewal").textContent = text;
    find("renewal").dataset.mood = mood;
  }
}

import { element, find } from "./page.js";
import { Picture } from "./picture.js";

const MOST_LINES = 50;

/** How each event is written, in the picture and in the list. */
const WORDS = {
  restored: "restored",
  "signed-in": "signed in",
  renewed: "renewed",
  "renewal-failed": "renewal failed",
  expired: "expired",
  "signed-out": "signed out",
  "client-made": "new client",
};

/**
 * @typedef {keyof typeof WORDS} EventName
 * @typedef {import("placeos-auth").Session} Session
 */

/** What has become of the session and of the requests on this page, as a picture and in words. */
export class Timeline {
  #picture = new Picture(find("timeline-picture", SVGElement));
  /** @type {Session | null} */
  #session = null;
  #signed = 0;
  #failed = 0;
  #renewals = 0;

  constructor() {
    this.#summarize();
  }

  /**
   * @param {EventName} name
   * @param {Session | null} session as it is now
   * @param {import("placeos-auth").AuthError} [error]
   */
  event(name, session, error) {
    this.#session = session;
    if (name === "renewed") this.#renewals++;
    const text = WORDS[name];
    this.#picture.mark(name, text);
    this.#picture.session(session, { isNew: name !== "renewal-failed" });
    this.#summarize();
    const why = error ? `: ${error.message} (${error.code})` : "";
    const log = find("event-log");
    log.prepend(
      element(
        "li",
        { dataset: { testid: "event", name } },
        element(
          "span",
          { className: "address" },
          element("strong", {}, capital(text)),
          why,
        ),
        element("time", { className: "soft" }, now()),
      ),
    );
    log.children.item(MOST_LINES)?.remove();
  }

  /**
   * A request begins; gives the way to tell how it ended.
   *
   * @param {import("./requests.js").Sent} request
   * @returns {(status: string) => void}
   */
  request({ signed }) {
    if (signed) this.#signed++;
    const end = this.#picture.request(signed);
    this.#summarize();
    return (status) => {
      const isGood = /^[23]/.test(status) || status === "cancelled";
      if (signed && !isGood) this.#failed++;
      end(status, isGood);
      this.#summarize();
    };
  }

  #summarize() {
    find("timeline-summary").textContent = [
      this.#session ? "Signed in." : "Signed out.",
      `Since this page began: ${count(this.#signed, "signed request")},`,
      `${this.#failed} of them with an error;`,
      `${count(this.#renewals, "renewal")}.`,
    ].join(" ");
  }
}

/** @param {number} number @param {string} noun */
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const now = () => new Date().toLocaleTimeString();

import { element, find } from "./page.js";

const CHANNEL = "demo:tabs";

/**
 * What one tab knows of its session: no secret, and enough to see whether two tabs have the same.
 *
 * @typedef {{ storage: string, flow: string | null, expiresAt: number | null }} Knowledge
 * @typedef {{ from: string, knows: Knowledge | null, asks?: boolean }} Message `knows` is null from a tab that is left
 */

/** The tabs that show this demo: whether they agree. They tell each other, apart from what the package tells its tabs. */
export class Tabs {
  #id = String(Math.random());
  /** @type {BroadcastChannel | undefined} */
  #channel;
  /** @type {Map<string, Knowledge>} */
  #others = new Map();
  /** @type {Knowledge | undefined} */
  #own;

  constructor() {
    if (!("BroadcastChannel" in globalThis)) return;
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    addEventListener("pagehide", () => this.#tell(null));
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) this.#tell(this.#own ?? null, true);
    });
  }

  /**
   * @param {import("placeos-auth").Session | null} session
   * @param {string} storage
   */
  show(session, storage) {
    const isFirst = !this.#own;
    this.#own = {
      storage,
      flow: session?.flow ?? null,
      expiresAt: session?.expiresAt ?? null,
    };
    this.#tell(this.#own, isFirst);
    this.#draw();
  }

  /** @param {Knowledge | null} knows */
  #tell(knows, asks = false) {
    this.#channel?.postMessage({ from: this.#id, knows, asks });
  }

  /** @param {Message} message */
  #hear({ from, knows, asks }) {
    if (knows) this.#others.set(from, knows);
    else this.#others.delete(from);
    if (asks && this.#own) this.#tell(this.#own);
    this.#draw();
  }

  #draw() {
    const own = this.#own;
    if (!own) return;
    const others = [...this.#others.values()];
    const isAgreed = others.every((other) => isSame(own, other));
    const number = others.length + 1;
    const state = others.length === 0 ? "alone" : isAgreed ? "agree" : "differ";
    find("tabs-state").dataset.state = state;
    find("tabs-state").textContent = {
      alone: "No other tab shows this demo.",
      agree: `${number} tabs agree.`,
      differ: `${number} tabs, and they differ.`,
    }[state];
    find("tabs-list").replaceChildren(
      line("This tab", own),
      ...others.map((other, at) => line(`Tab ${at + 2}`, other)),
    );
  }
}

/** @param {Knowledge} one @param {Knowledge} other */
const isSame = (one, other) =>
  one.flow === other.flow && one.expiresAt === other.expiresAt;

/** @param {string} name @param {Knowledge} knows */
const line = (name, knows) =>
  element(
    "li",
    { dataset: { testid: "tab" } },
    element("strong", {}, name),
    element("span", { className: "soft" }, `storage ${knows.storage}`),
    element("span", {}, sentence(knows)),
  );

/** @param {Knowledge} knows */
function sentence({ flow, expiresAt }) {
  if (flow === null) return "signed out";
  if (expiresAt === null) return "signed in";
  return `signed in until ${new Date(expiresAt).toLocaleTimeString()}`;
}

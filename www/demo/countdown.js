import { keep, recall } from "./kept.js";
import { announce, find } from "./page.js";

const KEY = "demo:lifetime";
const WARNINGS = [300, 60];

/** The time left on a session, second by second. */
export class Countdown {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #expiresAt = 0;
  #lifetime = 1;
  #warns = false;

  /** @param {{expiresAt: number | null, canRenew: boolean}} session */
  start({ expiresAt, canRenew }) {
    this.stop();
    this.#warns = !canRenew;
    find("time-bar").hidden = expiresAt === null;
    if (expiresAt === null) {
      find("time-left").textContent = "no end";
      find("time-end").textContent = "was given by the server";
      return;
    }
    this.#expiresAt = expiresAt;
    this.#lifetime = lifetimeOf(expiresAt);
    const end = new Date(expiresAt);
    find("time-end").textContent = `left, until ${end.toLocaleTimeString([], {
      hour: "2-digit",
      minute: "2-digit",
    })}`;
    this.#tick();
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #tick() {
    const left = Math.max(0, this.#expiresAt - Date.now());
    const seconds = Math.ceil(left / 1000);
    find("time-left").textContent = clockFace(seconds);
    find("time-bar", HTMLProgressElement).value = left / this.#lifetime;
    if (this.#warns && WARNINGS.includes(seconds)) {
      announce(`The session ends in ${seconds / 60} min.`);
    }
    // To the next whole second, for intervals drift and then skip one.
    if (left > 0)
      this.#timer = setTimeout(() => this.#tick(), left % 1000 || 1000);
  }
}

/**
 * The whole of which the bar shows a part: the time that was left when this tab first saw the session.
 *
 * @param {number} expiresAt
 * @returns {number}
 */
function lifetimeOf(expiresAt) {
  const known = recall(KEY);
  if (known?.expiresAt === expiresAt) return known.lifetime;
  const lifetime = Math.max(1, expiresAt - Date.now());
  keep(KEY, { expiresAt, lifetime });
  return lifetime;
}

/** @param {number} seconds */
function clockFace(seconds) {
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

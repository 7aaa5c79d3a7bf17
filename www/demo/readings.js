import { element, find } from "./page.js";

/** @typedef {import("./api.js").System} System */
/** @typedef {import("./live.js").Binding} Binding */
/** @typedef {import("./live.js").State} State */

/**
 * What each room's module `Environment` is asked for, and how it is written.
 *
 * @type {Record<string, (value: number) => string>}
 */
const SENSORS = {
  temperature: (degrees) => `${degrees.toFixed(1)} °C`,
  people_count: (people) => `${people} ${people === 1 ? "person" : "people"}`,
};

/** @param {Pick<Binding, "sys" | "name">} binding */
const keyOf = ({ sys, name }) => `${sys}/${name}`;

/** What the rooms' sensors say, each in its place on the page. */
export class Readings {
  /** @type {Map<string, string>} */
  #texts = new Map();
  /** @type {Map<string, HTMLElement>} */
  #places = new Map();

  /**
   * What to bind to for these systems.
   *
   * @param {System[]} systems
   */
  bindings(systems) {
    return systems.flatMap(({ id: sys }) =>
      Object.keys(SENSORS).map((name) => ({
        sys,
        mod: "Environment",
        index: 1,
        name,
      })),
    );
  }

  /**
   * The line of one system, whose room on the page is kept while there is nothing to say.
   *
   * @param {System} system
   */
  line({ id: sys }) {
    const places = Object.keys(SENSORS).map((name) => {
      const key = keyOf({ sys, name });
      const text = this.#texts.get(key) ?? "";
      const place = element("span", { dataset: { testid: name } }, text);
      this.#places.set(key, place);
      return place;
    });
    return element("p", { className: "readings" }, ...places);
  }

  /** @param {Binding} binding @param {unknown} value */
  take(binding, value) {
    const write = Object.hasOwn(SENSORS, binding.name) && SENSORS[binding.name];
    if (!write || typeof value !== "number") return;
    const key = keyOf(binding);
    this.#texts.set(key, write(value));
    const place = this.#places.get(key);
    if (place) place.textContent = write(value);
  }

  clear() {
    this.#texts.clear();
    this.#places.clear();
  }
}

/** @param {State} state */
function sentence(state) {
  switch (state.name) {
    case "idle":
      return "";
    case "connecting":
      return "Connecting to the rooms' sensors…";
    case "live":
      return "Live from the rooms' sensors";
    case "lost":
      return `Not connected. Next try in ${state.seconds} s.`;
    case "unavailable":
      return state.why
        ? `No live values: ${state.why}`
        : "No live values: these systems have no module “Environment”.";
  }
}

/** Says how live the readings are. @param {State} state */
export function showLiveState(state) {
  const line = find("live");
  if (line.dataset.state === state.name && state.name === "live") return;
  line.dataset.state = state.name;
  find("live-text").textContent = sentence(state);
}

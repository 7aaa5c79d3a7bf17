import { element, find } from "./page.js";

/** What each room's module `Environment` is asked for, and how it is written. */
const SENSORS = {
  temperature: (degrees) => `${degrees.toFixed(1)} °C`,
  people_count: (people) => `${people} ${people === 1 ? "person" : "people"}`,
};

const keyOf = ({ sys, name }) => `${sys}/${name}`;

/** What the rooms' sensors say, each in its place on the page. */
export class Readings {
  #texts = new Map();
  #places = new Map();

  /** What to bind to for these systems. */
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

  /** The line of one system, whose room on the page is kept while there is nothing to say. */
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

const SENTENCES = {
  idle: () => "",
  connecting: () => "Connecting to the rooms' sensors…",
  live: () => "Live from the rooms' sensors",
  lost: ({ seconds }) => `Not connected. Next try in ${seconds} s.`,
  unavailable: ({ why }) =>
    why
      ? `No live values: ${why}`
      : "No live values: these systems have no module “Environment”.",
};

/** Says how live the readings are. @param {import("./live.js").State} state */
export function showLiveState(state) {
  const line = find("live");
  if (line.dataset.state === state.name && state.name === "live") return;
  line.dataset.state = state.name;
  find("live-text").textContent = SENTENCES[state.name](state);
}

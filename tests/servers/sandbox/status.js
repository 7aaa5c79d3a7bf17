import { EventEmitter } from "node:events";
import { systems } from "../building.js";

const EVERY_MS = 1000;

/** @import { System } from "../types.d.ts" */
/** @import { Binding, StatusKey } from "./types.d.ts" */

/**
 * What the sensors of each room say: values that wander, one step a second.
 *
 * @type {Record<string, { start: (system: System) => number, step: (value: number, system: System) => number }>}
 */
const SENSORS = {
  temperature: {
    start: () => 21.5,
    step: (value) => clamp(value + pick([-0.1, 0, 0.1]), 19, 25, 1),
  },
  humidity: {
    start: () => 45,
    step: (value) => clamp(value + pick([-1, 0, 1]), 35, 60, 0),
  },
  people_count: {
    start: ({ capacity }) => Math.ceil(capacity / 3),
    // Never the same twice in a row, so that whoever watches sees it live.
    step: (value, { capacity }) =>
      value + (value <= 0 ? 1 : value >= capacity ? -1 : pick([-1, 1])),
  },
};

/** @param {[number, ...number[]]} choices */
const pick = (choices) =>
  choices[Math.floor(Math.random() * choices.length)] ?? choices[0];

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @param {number} digits
 */
const clamp = (value, low, high, digits) =>
  Number(Math.min(high, Math.max(low, value)).toFixed(digits));

/**
 * The status of every system's module `Environment`. Emits `change` with a key and the new value, while anyone watches.
 */
export class ModuleStatus extends EventEmitter {
  /** @type {Map<string, unknown>} */
  #values = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  constructor() {
    super();
    this.setMaxListeners(0);
    for (const system of systems) {
      for (const [name, { start }] of Object.entries(SENSORS)) {
        this.#values.set(keyOf({ sys: system.id, name }), start(system));
      }
    }
  }

  start() {
    this.#timer ??= setInterval(() => this.#wander(), EVERY_MS).unref();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /**
   * @param {Binding} binding
   * @returns {"system" | "module" | undefined} what doesn't exist
   */
  missing({ sys, mod, index }) {
    if (!systems.some(({ id }) => id === sys)) return "system";
    return mod === "Environment" && index === 1 ? undefined : "module";
  }

  /**
   * null for a status the module has not set: PlaceOS lets one wait for it.
   *
   * @param {StatusKey} binding
   */
  read(binding) {
    return this.#values.get(keyOf(binding)) ?? null;
  }

  /** @param {StatusKey} binding @param {unknown} value */
  write(binding, value) {
    const key = keyOf(binding);
    if (this.#values.get(key) === value) return;
    this.#values.set(key, value);
    this.emit("change", key, value);
  }

  #wander() {
    for (const system of systems) {
      for (const [name, { step }] of Object.entries(SENSORS)) {
        const binding = { sys: system.id, name };
        this.write(binding, step(Number(this.read(binding)), system));
      }
    }
  }
}

/** @param {StatusKey} binding */
export const keyOf = ({ sys, name }) => `${sys}/${name}`;

import { announce, element, find } from "./page.js";

/** @typedef {import("./api.js").System} System */
/** @typedef {import("./api.js").Zone} Zone */

const IN_ORDER = new Intl.Collator(undefined, { numeric: true });
/** @param {System | Zone} thing */
const nameOf = (thing) => thing.display_name || thing.name || thing.id;
/** @param {Zone} zone @param {string} tag */
const isTagged = (zone, tag) => (zone.tags ?? []).includes(tag);
/** @param {System} system @param {Zone} zone */
const isIn = (system, zone) => (system.zones ?? []).includes(zone.id);
/** @param {number} number @param {string} noun */
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** The building as the API tells of it: its zones, and its systems floor by floor. */
export class Building {
  #readings;
  /** @type {System[] | undefined} */
  #systems;
  /** @type {Zone[] | undefined} */
  #zones;
  /** @type {Zone | undefined} */
  #chosen;

  /** @param {import("./readings.js").Readings} readings which have their places in it */
  constructor(readings) {
    this.#readings = readings;
  }

  /**
   * What the API didn't give is left out, and not counted as none.
   *
   * @param {System[]} [systems]
   * @param {Zone[]} [zones]
   */
  show(systems, zones) {
    this.#systems = systems;
    this.#zones = zones;
    this.#chosen = undefined;
    this.#draw();
  }

  /** Leaves nothing of it on the page. */
  clear() {
    this.#readings.clear();
    this.show();
  }

  #draw() {
    const systems = this.#systems;
    const zones = this.#zones;
    const building = this.#title();
    find("building-name").textContent = building ? nameOf(building) : "Systems";
    find("building-summary").textContent = [
      building?.description,
      systems && count(systems.length, "system"),
      zones && count(zones.length, "zone"),
    ]
      .filter(Boolean)
      .join(" · ");
    find("zones").replaceChildren(
      ...(zones ?? []).map((zone) => this.#zone(zone)),
    );
    this.#drawSystems();
  }

  /** The one building, if there is one. */
  #title() {
    const buildings = this.#zones?.filter((zone) => isTagged(zone, "building"));
    return buildings?.length === 1 ? buildings[0] : undefined;
  }

  /** @param {Zone} zone */
  #zone(zone) {
    const number = this.#systems?.filter((system) => isIn(system, zone)).length;
    /** @type {HTMLButtonElement} */
    const button = element(
      "button",
      {
        type: "button",
        ariaPressed: "false",
        title: zone.description ?? "",
        onclick: () => this.#choose(zone, button),
      },
      element("span", {}, nameOf(zone)),
      " ",
      element("span", { className: "soft" }, String(number ?? "")),
    );
    return element("li", { dataset: { testid: "zone", id: zone.id } }, button);
  }

  /** @param {Zone} zone @param {HTMLButtonElement} button */
  #choose(zone, button) {
    this.#chosen = this.#chosen === zone ? undefined : zone;
    for (const other of find("zones").querySelectorAll("button")) {
      other.ariaPressed = String(other === button && Boolean(this.#chosen));
    }
    const number = this.#drawSystems();
    const where = this.#chosen ? ` in ${nameOf(zone)}` : "";
    announce(`${count(number, "system")}${where}`);
  }

  #drawSystems() {
    const chosen = this.#chosen;
    const shown = (this.#systems ?? []).filter(
      (system) => !chosen || isIn(system, chosen),
    );
    // From the roof down, as one looks at a house.
    const levels = (this.#zones ?? [])
      .filter((zone) => isTagged(zone, "level"))
      .sort((one, other) => IN_ORDER.compare(nameOf(other), nameOf(one)));
    const placed = new Set();
    const floors = levels.map((level) => {
      const here = shown.filter(
        (system) => isIn(system, level) && !placed.has(system),
      );
      for (const system of here) placed.add(system);
      return this.#floor(nameOf(level), level.description, here);
    });
    const rest = shown.filter((system) => !placed.has(system));
    floors.push(this.#floor(levels.length > 0 ? "Elsewhere" : "", "", rest));
    find("systems").replaceChildren(
      ...floors.filter((floor) => floor !== undefined),
    );
    return shown.length;
  }

  /**
   * @param {string} name
   * @param {string | undefined} description
   * @param {System[]} systems
   */
  #floor(name, description, systems) {
    if (systems.length === 0) return undefined;
    const heading = element(
      "h3",
      { hidden: !name },
      name,
      element("span", { className: "soft" }, description ?? ""),
    );
    const rooms = systems.map((system) =>
      room(system, this.#readings.line(system)),
    );
    const list = element("ul", { className: "rooms" }, ...rooms);
    return element("div", { className: "floor" }, heading, list);
  }
}

/** @param {System} system @param {HTMLElement} readings */
function room(system, readings) {
  const { capacity, features, description, bookable, name } = system;
  // Older servers send one string.
  const labels = Array.isArray(features) ? features : words(features);
  return element(
    "li",
    { className: "card room", dataset: { testid: "system", id: system.id } },
    element(
      "div",
      { className: "room-head" },
      element("h4", {}, nameOf(system)),
      element(
        "span",
        { className: "seats" },
        capacity && capacity > 0 ? count(capacity, "seat") : "",
      ),
    ),
    element("p", { className: "soft code" }, name ?? ""),
    readings,
    element("p", {}, description ?? ""),
    element(
      "ul",
      { className: "tags", ariaLabel: "Features" },
      ...labels.map((label) => element("li", {}, label.replaceAll("_", " "))),
      ...(bookable === false
        ? [element("li", { className: "not" }, "not bookable")]
        : []),
    ),
  );
}

/** @param {string} [text] */
const words = (text) =>
  String(text ?? "")
    .split(/\s+/)
    .filter(Boolean);

const NAMESPACE = "http://www.w3.org/2000/svg";
const LEAST_WIDTH = 4;
const AXIS_TEXT = 16;
/** Seconds, also on the narrowest page. */
const LONGEST_LABEL = 30;

/** The shapes of the events, around their middle: no two differ by their colour alone. */
const SYMBOLS = {
  circle: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  diamond: "M0-6.5L6.5 0L0 6.5L-6.5 0z",
  triangle: "M0-6L6.5 5.5H-6.5z",
  square: "M-5-5H5V5H-5z",
  dash: "M-1-7H1V7H-1z",
};

/** @type {Record<string, keyof typeof SYMBOLS>} */
const SYMBOL_OF = {
  restored: "circle",
  "signed-in": "circle",
  renewed: "diamond",
  "renewal-failed": "triangle",
  expired: "square",
  "signed-out": "square",
};

/**
 * A part of time, seen through the width of an SVG. What moves is placed by its time once, and then moved as a whole.
 *
 * @typedef {{ past: number, coming: number, axis: number, tick: number, lanes: Record<string, number> }} View how many seconds
 *   are seen before and after now, how far down the axis is, how many seconds lie between two of its marks, and how far
 *   down the name of each lane is
 */
export class Drawing {
  #svg;
  #view;
  #world = make("g");
  #frame = make("g");
  #names = make("g");
  #now = 0;
  /** Pixels of a second. */
  scale = 1;
  onresize = () => {};

  /** @param {SVGElement} svg @param {View} view */
  constructor(svg, view) {
    this.#svg = svg;
    this.#view = view;
    svg.append(this.#frame, this.#world, this.#names);
    this.#fit();
    new ResizeObserver(() => this.#fit()).observe(svg);
  }

  #fit() {
    const { width } = this.#svg.getBoundingClientRect();
    // Not shown.
    if (width === 0) return;
    const { past, coming, axis, tick, lanes } = this.#view;
    this.scale = width / (past + coming);
    for (const shape of this.#placed()) this.#place(shape);
    const now = past * this.scale;
    const marks = [];
    for (let at = 0; at <= past; at += tick) {
      const x = now - at * this.scale;
      if (x < 24) continue;
      const text = make("text", "tick", { x, y: axis + AXIS_TEXT });
      text.textContent = at === 0 ? "now" : `−${at} s`;
      marks.push(make("path", "grid", { d: `M${x} 8V${axis}` }), text);
    }
    const names = Object.entries(lanes).map(([name, y]) => {
      const text = make("text", "lane", { x: 0, y });
      text.textContent = name;
      return text;
    });
    this.#names.replaceChildren(...names);
    this.#frame.replaceChildren(
      make("path", "grid", { d: `M0 ${axis}H${width}` }),
      ...marks,
      make("path", "now", { d: `M${now} 8V${axis}` }),
    );
    this.onresize();
  }

  /**
   * A new shape that moves.
   *
   * @param {string} name
   * @param {string} className
   */
  moving(name, className) {
    const shape = make(name, className);
    this.#world.append(shape);
    return shape;
  }

  /** @param {string} name @param {number} time @param {number} y */
  symbol(name, time, y) {
    const shape = this.moving("path", `event ${name}`);
    shape.setAttribute("d", SYMBOLS[SYMBOL_OF[name] ?? "dash"]);
    Object.assign(shape.dataset, { time, y });
    this.#place(shape);
  }

  /**
   * A text beside a time.
   *
   * @param {string} text
   * @param {number} time
   * @param {number} gap in pixels
   * @param {number} y
   */
  label(text, time, gap, y) {
    const shape = this.moving("text", "label");
    shape.textContent = text;
    shape.setAttribute("x", String(gap));
    Object.assign(shape.dataset, { time, y });
    this.#place(shape);
  }

  /**
   * Has a rectangle reach from one time to another.
   *
   * @param {SVGElement} shape
   * @param {number} began
   * @param {number} ended
   * @param {number} y
   * @param {number} height
   */
  span(shape, began, ended, y, height) {
    // What lies far out of sight would be too long for the browser.
    const end = Math.min(ended, this.#now + this.#view.coming * 2);
    const x = began * this.scale;
    const width = Math.max(LEAST_WIDTH, end * this.scale - x);
    for (const [name, value] of Object.entries({ x, y, width, height })) {
      shape.setAttribute(name, value.toFixed(2));
    }
  }

  /** Moves everything to where it is now, and takes away what has gone by. @param {number} now */
  move(now) {
    this.#now = now;
    const left = now - this.#view.past;
    const x = (-left * this.scale).toFixed(2);
    this.#world.setAttribute("transform", `translate(${x})`);
    for (const shape of this.#placed()) {
      if (Number(shape.dataset.time) < left - LONGEST_LABEL) shape.remove();
    }
  }

  /**
   * Whether it is in sight still; what isn't is taken away.
   *
   * @param {{ ended: number | null, shape: SVGElement, cap?: SVGElement }} span
   */
  retain({ ended, shape, cap }) {
    if (ended === null || ended > this.#now - this.#view.past - 5) return true;
    shape.remove();
    cap?.remove();
    return false;
  }

  /** @param {number} time */
  isInSight(time) {
    return time < this.#now + this.#view.coming;
  }

  /** What was placed by its time, and has a size of its own. @returns {SVGElement[]} */
  #placed() {
    return [...this.#world.querySelectorAll("[data-time]")].filter(
      (shape) => shape instanceof SVGElement,
    );
  }

  /** @param {SVGElement} shape */
  #place(shape) {
    const { time, y } = shape.dataset;
    const x = Number(time) * this.scale;
    shape.setAttribute("transform", `translate(${x.toFixed(2)} ${y})`);
  }
}

/**
 * @param {string} name
 * @param {string} [className]
 * @param {Record<string, string | number>} [attributes]
 */
function make(name, className = "", attributes = {}) {
  const made = /** @type {SVGElement} */ (
    document.createElementNS(NAMESPACE, name)
  );
  made.setAttribute("class", className);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, String(value));
  }
  return made;
}

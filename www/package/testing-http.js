// What a test runner's page may lack of a browser's, as Jest's jsdom does, in the form that an app's tests need.

/** A `Headers` in all that tests ask it. */
const StandIn = class {
  /** @param {HeadersInit} [init] */
  constructor(init = {}) {
    const isIterable = typeof init === "object" && Symbol.iterator in init;
    const entries = isIterable ? init : Object.entries(init);
    /** @type {Map<string, string>} */
    this.values = new Map();
    for (const [name = "", value = ""] of entries) this.set(name, value);
  }

  /** @param {string} name @param {string} value */
  set(name, value) {
    this.values.set(name.toLowerCase(), String(value));
  }

  /** @param {string} name */
  get(name) {
    return this.values.get(name.toLowerCase()) ?? null;
  }

  /** @param {string} name */
  has(name) {
    return this.values.has(name.toLowerCase());
  }

  [Symbol.iterator]() {
    return this.values.entries();
  }
};

/**
 * @param {HeadersInit} [init]
 * @returns {Headers}
 */
export function headersOf(init) {
  const isThere = typeof Headers === "function";
  const Class = /** @type {typeof Headers} */ (
    isThere ? Headers : /** @type {unknown} */ (StandIn)
  );
  return new Class(init);
}

/**
 * @param {unknown} input
 * @returns {input is Request}
 */
export const isRequest = (input) =>
  typeof Request === "function" && input instanceof Request;

/** A response of 200 with an empty list. */
export const emptyList = () =>
  typeof Response === "function"
    ? Response.json([])
    : /** @type {Response} */ ({
        ok: true,
        status: 200,
        headers: headersOf({ "content-type": "application/json" }),
        json: async () => [],
        text: async () => "[]",
      });

// The short way of a request, for the usual one: to a text or a `URL`, with options that are a plain object. The core decides
// what is signed, and with what; that is kept here as JavaScript's own values until something changes. All else goes the
// long way, through the core.
import { callFetch } from "./browser/http.js";

/** @typedef {import("./core.js").Core} Core */
/** @typedef {import("./browser/http.js").Fetch} Fetch */

/** By which the server says that the token won't do, or that the user has to sign in again. */
const REFUSALS = [401, 511];

/** The headers that sign a request. */
const SIGNATURES = ["Authorization", "X-API-Key"];

/**
 * `fetch` over a core. The third argument is the `fetch` that ours was installed in place of, if it was.
 *
 * @param {Core} core
 */
export function fetchOver(core) {
  const whole = new Set(core.origins(true));
  const partly = new Set(core.origins(false));
  /** @type {import("./core.js").Pass | undefined} */
  let pass;
  let authorization = "";

  /** Whether requests can be signed here and now. */
  function hasPass() {
    if (pass && core.honours(pass)) return true;
    pass = core.pass();
    authorization = pass?.authorization ?? "";
    return pass !== undefined;
  }

  /**
   * @param {unknown} input
   * @param {unknown} [init]
   * @param {Fetch} [via]
   */
  return async (input, init, via) => {
    const href = hrefOf(input);
    const origin = href.slice(0, href.indexOf("/", "https://".length));
    if (href !== "" && !whole.has(origin) && !partly.has(origin))
      return callFetch(via, input, init);
    if (!whole.has(origin) || !isPlain(init))
      return core.fetch(input, init, via);
    const own = { ...init };
    const headers =
      own.headers === undefined ? undefined : new Headers(own.headers);
    // Read once: an iterator has nothing left then.
    if (headers) own.headers = headers;
    const isSigned = headers && SIGNATURES.some((name) => headers.has(name));
    if (isSigned || !hasPass()) return core.fetch(href, own, via);
    const used = /** @type {import("./core.js").Pass} */ (pass);
    // Without others, an object will do, which is faster.
    own.headers = headers ?? { Authorization: authorization };
    headers?.set("Authorization", authorization);
    const response = await callFetch(via, href, own);
    if (!isRefusal(response)) return response;
    own.headers = new Headers(headers);
    own.headers.delete("Authorization");
    return core.answered(used, href, own, via, response);
  };
}

/**
 * What the browser means by a text or a `URL`, and is given in its place. Nothing for all else, which the long way knows what to do
 * with.
 *
 * @param {unknown} input
 */
function hrefOf(input) {
  try {
    if (typeof input !== "string" && !(input instanceof URL)) return "";
    const text = String(input);
    // So begun, a text means the same whatever the base is, which would be parsed as well.
    const isWhole = /^https?:\/\//.test(text);
    return new URL(text, isWhole ? undefined : document.baseURI).href;
  } catch {
    return "";
  }
}

/**
 * Whether options are those of an object that was written for it, or none.
 *
 * @param {unknown} init
 * @returns {init is RequestInit | undefined}
 */
const isPlain = (init) =>
  init === undefined ||
  (typeof init === "object" &&
    init !== null &&
    Object.getPrototypeOf(init) === Object.prototype);

/** @param {unknown} response what stands in for the browser's `fetch` may give anything */
function isRefusal(response) {
  try {
    return REFUSALS.includes(/** @type {Response} */ (response).status);
  } catch {
    return false;
  }
}

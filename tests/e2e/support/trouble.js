import assert from "node:assert/strict";
import { queryOf } from "../../servers/sandbox/parameters.js";
import { TOKEN_PATH } from "./grants.js";
import { randomFrom } from "./staying.js";
import { sandboxOf } from "./worlds.js";

/** @import { Handler, Res } from "../../servers/types.d.ts" */
/** @import { Visit } from "./visit.js" */
/** @typedef {(res: Res, next: () => void, random: () => number) => void} Fault */

/** @param {number} ms @param {() => void} go */
const after = (ms, go) => setTimeout(go, ms);

/**
 * What may become of a request to the API. Each call is named by its parameter `n`, and is hit once at most.
 *
 * @type {Record<string, Fault>}
 */
const API_FAULTS = {
  delay: (_res, next, random) => after(20 + random() * 200, next),
  drop: (res) => res.destroy(),
  401: (res) => res.status(401).json({ error: "try again" }),
  429: (res) => res.status(429).set("Retry-After", "1").json({}),
  503: (res) => res.status(503).json({}),
};

/**
 * What may become of a request to the token endpoint: before the server has looked at it, but for the delay.
 *
 * @type {Record<string, Fault>}
 */
const TOKEN_FAULTS = {
  delay: (_res, next, random) => after(20 + random() * 400, next),
  drop: (res) => res.destroy(),
  429: (res) => res.status(429).set("Retry-After", "1").end(),
  503: (res) => res.status(503).end(),
};

/**
 * Has the sandbox fail at random from now on.
 *
 * @param {Visit} visit
 * @param {object} options
 * @param {number} options.seed
 * @param {number} options.api share of the API's requests that are hit
 * @param {number} options.token share of the token endpoint's
 * @returns {{ hits: Map<string, string>, counts: Record<string, number>, stop: () => void }} `hits`: what became of the
 *   call of that name
 */
export function trouble({ world }, { seed, api, token }) {
  const sandbox = sandboxOf(world);
  const random = randomFrom(seed);
  /** @type {Map<string, string>} */
  const hits = new Map();
  /** @type {Record<string, number>} */
  const counts = {};
  const before = sandbox.intercept;
  /** @type {Handler} */
  const pass = (req, res, next) => (before ? before(req, res, next) : next());

  /** @param {Record<string, Fault>} faults @param {string} where @param {Res} res @param {() => void} next */
  const strike = (faults, where, res, next) => {
    const choices = Object.entries(faults);
    const choice = choices[Math.floor(random() * choices.length)];
    assert.ok(choice);
    const [name, fault] = choice;
    counts[`${where} ${name}`] = (counts[`${where} ${name}`] ?? 0) + 1;
    fault(res, next, random);
    return name;
  };

  sandbox.intercept = (req, res, next) => {
    const goOn = () => pass(req, res, next);
    if (req.path === TOKEN_PATH) {
      if (random() >= token) return goOn();
      strike(TOKEN_FAULTS, "token", res, goOn);
      return;
    }
    const { n } = queryOf(req);
    if (n === undefined || hits.has(n) || random() >= api) return goOn();
    hits.set(n, "");
    hits.set(n, strike(API_FAULTS, "api", res, goOn));
  };
  return {
    hits,
    counts,
    stop() {
      sandbox.intercept = before;
    },
  };
}

/**
 * Calls the API over and over, as an app does that tries again what may be tried again. For `page.evaluate`.
 *
 * @param {{ name: string, calls: number, ms: number, pause: number }} how `name` begins the calls' own; it ends after so
 *   many calls, or so many milliseconds
 * @returns {Promise<{ n: string, end: string | number, tries: number }[]>} what became of each call: a status, or the
 *   name or code of an error
 */
export async function callOverAndOver({ name, calls, ms, pause }) {
  /** @param {number} time */
  const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
  /** @type {{ n: string, end: string | number, tries: number }[]} */
  const results = [];
  const end = Date.now() + ms;
  window.pending ??= 0;
  for (let count = 0; count < calls && Date.now() < end; count++) {
    const n = `${name}-${count}`;
    /** @type {(typeof results)[number]} */
    const result = { n, end: "nothing", tries: 0 };
    results.push(result);
    window.pending += 1;
    do {
      result.tries += 1;
      try {
        const response = await window.auth.fetch(`/api/engine/v2/zones?n=${n}`);
        result.end = response.status;
      } catch (error) {
        const {
          code,
          name: kind,
          retryable,
        } = /** @type {import("placeos-auth").AuthError} */ (error);
        result.end = code ?? kind;
        if (!retryable) break;
        result.end = `${result.end}, again`;
        await sleep(50);
      }
    } while (typeof result.end !== "number" && result.tries < 600);
    window.pending -= 1;
    await sleep(pause);
  }
  return results;
}

/**
 * Calls that ended neither well nor by the API's own fault.
 *
 * @param {{ n: string, end: string | number }[]} results
 * @param {Map<string, string>} hits
 */
export const lostOf = (results, hits) =>
  results.filter(({ n, end }) => {
    if (end === 200) return false;
    const hit = hits.get(n);
    return hit === "drop" ? end !== "TypeError" : String(end) !== hit;
  });

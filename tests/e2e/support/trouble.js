import { TOKEN_PATH } from "./grants.js";
import { randomFrom } from "./staying.js";

const after = (ms, go) => setTimeout(go, ms);

/** What may become of a request to the API. Each call is named by its parameter `n`, and is hit once at most. */
const API_FAULTS = {
  delay: (_res, next, random) => after(20 + random() * 200, next),
  drop: (res) => res.destroy(),
  401: (res) => res.status(401).json({ error: "try again" }),
  429: (res) => res.status(429).set("Retry-After", "1").json({}),
  503: (res) => res.status(503).json({}),
};

/** What may become of a request to the token endpoint: before the server has looked at it, but for the delay. */
const TOKEN_FAULTS = {
  delay: (_res, next, random) => after(20 + random() * 400, next),
  drop: (res) => res.destroy(),
  429: (res) => res.status(429).set("Retry-After", "1").end(),
  503: (res) => res.status(503).end(),
};

/**
 * Has the sandbox fail at random from now on.
 *
 * @param {object} options
 * @param {number} options.seed
 * @param {number} options.api share of the API's requests that are hit
 * @param {number} options.token share of the token endpoint's
 * @returns {{ hits: Map<string, string>, counts: Record<string, number>, stop: () => void }} `hits`: what became of the
 *   call of that name
 */
export function trouble({ world: { sandbox } }, { seed, api, token }) {
  const random = randomFrom(seed);
  const hits = new Map();
  const counts = {};
  const before = sandbox.intercept;
  const pass = (req, res, next) => (before ? before(req, res, next) : next());

  const strike = (faults, where, res, next) => {
    const names = Object.keys(faults);
    const name = names[Math.floor(random() * names.length)];
    counts[`${where} ${name}`] = (counts[`${where} ${name}`] ?? 0) + 1;
    faults[name](res, next, random);
    return name;
  };

  sandbox.intercept = (req, res, next) => {
    const goOn = () => pass(req, res, next);
    if (req.path === TOKEN_PATH) {
      if (random() >= token) return goOn();
      return strike(TOKEN_FAULTS, "token", res, goOn);
    }
    const { n } = req.query;
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
  const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const results = [];
  const end = Date.now() + ms;
  window.pending ??= 0;
  for (let count = 0; count < calls && Date.now() < end; count++) {
    const n = `${name}-${count}`;
    const result = { n, end: "nothing", tries: 0 };
    results.push(result);
    window.pending += 1;
    do {
      result.tries += 1;
      try {
        const response = await window.auth.fetch(`/api/engine/v2/zones?n=${n}`);
        result.end = response.status;
      } catch (error) {
        result.end = error.code ?? error.name;
        if (!error.retryable) break;
        result.end = `${result.end}, again`;
        await sleep(50);
      }
    } while (typeof result.end !== "number" && result.tries < 600);
    window.pending -= 1;
    await sleep(pause);
  }
  return results;
}

/** Calls that ended neither well nor by the API's own fault. */
export const lostOf = (results, hits) =>
  results.filter(({ n, end }) => {
    if (end === 200) return false;
    const hit = hits.get(n);
    return hit === "drop" ? end !== "TypeError" : String(end) !== hit;
  });

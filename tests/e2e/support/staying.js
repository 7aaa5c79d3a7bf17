import { TOKEN_PATH, signedInForLong } from "./grants.js";
import { create, ready } from "./visit.js";

/** What every line of the table that `npm test` prints begins with: see `tell`. */
export const MARK = "# staying signed in: ";

/**
 * Puts a case into that table.
 *
 * @param {string} name
 * @param {Record<string, number>} numbers `calls`, `renewals`, `twice`, `lost` and the like
 */
export const tell = (name, numbers) =>
  console.log(MARK + JSON.stringify({ case: name, ...numbers }));

/**
 * What the sandbox's token endpoint sees of refresh tokens from now on. Faults that a test sets up afterwards answer
 * before it: what they swallow, the server never had.
 *
 * @returns {{ given: number, refused: number, twice: number }} `given`: new tokens for old; `twice`: refresh tokens that
 *   came again after new ones were given for them
 */
export function ledger({ world: { sandbox } }) {
  const seen = { given: 0, refused: 0, twice: 0 };
  const used = new Set();
  const before = sandbox.intercept;
  sandbox.intercept = (req, res, next) => {
    if (req.path === TOKEN_PATH) res.once("finish", () => enter(req, res));
    return before ? before(req, res, next) : next();
  };
  function enter({ form }, { statusCode }) {
    const fields = new URLSearchParams(form ?? "");
    if (fields.get("grant_type") !== "refresh_token") return;
    const token = fields.get("refresh_token");
    if (used.has(token)) seen.twice += 1;
    used.add(token);
    if (statusCode === 200) seen.given += 1;
    else seen.refused += 1;
  }
  return seen;
}

/** Has the sandbox, if there is one, take each refresh token once. */
export const takeEachOnce = ({ world: { sandbox } }) =>
  Object.assign(sandbox ?? {}, { strictRotation: true, refreshGrace: 0 });

/** This many tabs with one session in `localStorage`, at a server that takes each refresh token once. */
export async function tabsOf(visit, count, { lifetime = 7200 } = {}) {
  takeEachOnce(visit);
  visit.world.sandbox.tokenLifetime = lifetime;
  const others = [];
  while (others.length < count - 1) others.push(await visit.open());
  const { page, options } = await signedInForLong(visit, {
    storage: "local",
  });
  await Promise.all(others.map((other) => create(other, options)));
  return { tabs: [page, ...others], options };
}

/** A tab that begins with a copy of this one's session storage, as a duplicated tab does. */
export async function duplicate(visit, page, options) {
  const opened = visit.context.waitForEvent("page");
  await page.evaluate(() => void open(location.pathname));
  const copy = await opened;
  await ready(copy);
  await create(copy, options);
  return copy;
}

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `auth.renew()` as `{ value }` or `{ error }`. */
export const renew = (page) => page.evaluate(() => settled(auth.renew()));

/** The session that the page's client has. */
export const sessionOf = (page) => page.evaluate(() => auth.session);

import { TOKEN_PATH, signedInForLong } from "./grants.js";
import { create, ready } from "./visit.js";
import { sandboxOf } from "./worlds.js";

/** @import { Page } from "playwright-core" */
/** @import { Handler, Req, Res } from "../../servers/types.d.ts" */
/** @import { Options } from "../page.d.ts" */
/** @import { Visit } from "./visit.js" */

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
 * @param {Visit} visit
 * @returns {{ given: number, refused: number, twice: number }} `given`: new tokens for old; `twice`: refresh tokens that
 *   came again after new ones were given for them
 */
export function ledger({ world }) {
  const sandbox = sandboxOf(world);
  const seen = { given: 0, refused: 0, twice: 0 };
  /** @type {Set<string | null>} */
  const used = new Set();
  const before = sandbox.intercept;
  /** @type {Handler} */
  const watch = (req, res, next) => {
    if (req.path === TOKEN_PATH) res.once("finish", () => enter(req, res));
    return before ? before(req, res, next) : next();
  };
  sandbox.intercept = watch;
  /** @param {Req} req @param {Res} res */
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

/**
 * Has the sandbox, if there is one, take each refresh token once.
 *
 * @param {Visit} visit
 */
export const takeEachOnce = ({ world: { sandbox } }) =>
  Object.assign(sandbox ?? {}, { strictRotation: true, refreshGrace: 0 });

/**
 * This many tabs with one session in `localStorage`, at a server that takes each refresh token once.
 *
 * @param {Visit} visit
 * @param {number} count
 * @param {{ lifetime?: number }} [how]
 */
export async function tabsOf(visit, count, { lifetime = 7200 } = {}) {
  takeEachOnce(visit);
  sandboxOf(visit.world).tokenLifetime = lifetime;
  /** @type {Page[]} */
  const others = [];
  while (others.length < count - 1) others.push(await visit.open());
  const { page, options } = await signedInForLong(visit, {
    storage: "local",
  });
  await Promise.all(others.map((other) => create(other, options)));
  return { tabs: [page, ...others], options };
}

/**
 * A tab that begins with a copy of this one's session storage, as a duplicated tab does.
 *
 * @param {Visit} visit
 * @param {Page} page
 * @param {Options} options
 */
export async function duplicate(visit, page, options) {
  const opened = visit.context.waitForEvent("page");
  await page.evaluate(() => void open(location.pathname));
  const copy = await opened;
  await ready(copy);
  await create(copy, options);
  return copy;
}

/**
 * Numbers from 0 up to 1, the same for the same seed.
 *
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * `auth.renew()` as `{ value }` or `{ error }`.
 *
 * @param {Page} page
 */
export const renew = (page) => page.evaluate(() => settled(auth.renew()));

/**
 * The session that the page's client has.
 *
 * @param {Page} page
 */
export const sessionOf = (page) => page.evaluate(() => auth.session);

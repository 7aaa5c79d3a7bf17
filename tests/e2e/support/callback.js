import { create, leave, ready, typePassword } from "./visit.js";

/** The callback page that comes with the package, beside the app. */
export const CALLBACK = "/app/oauth-resp.html";

/**
 * Signs in by way of the callback page, from a page that has something in `history.state`; what the app gets to see where
 * the user is brought back to.
 *
 * @param {import("./visit.js").Visit} visit
 * @param {object} given options of `createAuth`
 * @param {object} how
 * @param {string} how.path where the user is
 * @param {object} [how.login] of `login`
 * @param {boolean} [how.isTyped] a person types the password; otherwise the answer comes without one
 */
export async function throughCallback(visit, given, { path, login, isTyped }) {
  const options = { redirectUri: visit.world.app + CALLBACK, ...given };
  const page = await visit.open(path);
  await create(page, options);
  await page.evaluate(() => history.replaceState({ scroll: 12 }, ""));
  await leave(page, login);
  if (isTyped) await typePassword(page);
  await page.waitForFunction(() => !window.leaving);
  await page.waitForURL(visit.world.app + path);
  await ready(page);
  return { page, ...(await create(page, options)) };
}

import assert from "node:assert/strict";
import { listen as listenAt } from "../../servers/listen.js";
import { createServer } from "node:http";
import { heard, listen, stored } from "./grants.js";
import { sessionOf } from "./staying.js";
import { create, ready, typePassword } from "./visit.js";

/** @import { Page } from "playwright-core" */
/** @import { Options } from "../page.d.ts" */
/** @import { Visit } from "./visit.js" */

/** A page that may be in a frame of its own origin, and may have frames. */
export const FRAMED = "/app/framed.html";

/**
 * @param {Visit} visit
 * @param {string} [host] another name of this machine's: another site
 */
export async function openFramed(visit, host = "localhost") {
  const { app } = visit.world;
  const page = await visit.open(app.replace("localhost", host) + FRAMED);
  await ready(page);
  return page;
}

/**
 * A page on which a person has just signed in at the server, which knows them by a cookie from then on, and has given no
 * refresh token.
 *
 * @param {Visit} visit
 * @param {Options} [more]
 */
export async function signedInAtServer(visit, more) {
  await withoutRefreshTokens(visit);
  const options = { ...visit.world.options, ...more };
  const page = await openFramed(visit);
  await Promise.all([
    visit.signInUntilAnswered(page, options),
    typePassword(page),
  ]);
  const { session, redirect } = await create(page, options);
  assert.ok(session, JSON.stringify(redirect));
  await listen(page);
  return { page, options, session };
}

/**
 * Has the server keep its refresh tokens to itself.
 *
 * @param {Visit} visit
 */
const withoutRefreshTokens = ({ context }) =>
  context.route("**/auth/oauth/token", async (route) => {
    const response = await route.fetch();
    const { refresh_token: _, ...json } = await response.json();
    await route.fulfill({ response, json });
  });

/**
 * How many frames there are in the page.
 *
 * @param {Page} page
 */
export const framesIn = (page) =>
  page.evaluate(() => document.querySelectorAll("iframe").length);

/**
 * What an action gives, and how many milliseconds it took.
 *
 * @template Outcome
 * @param {() => Promise<Outcome>} action
 * @returns {Promise<[outcome: Outcome, took: number]>}
 */
export async function timed(action) {
  const begun = Date.now();
  const outcome = await action();
  return [outcome, Date.now() - begun];
}

/**
 * Asserts that one renewal has failed, with this code, and that nothing else has changed.
 *
 * @param {Page} page
 * @param {Record<string, string> | undefined} before what was stored
 * @param {string} code
 * @param {{ canRenew: boolean }} session
 */
export async function assertFailed(page, before, code, { canRenew }) {
  assert.deepEqual(await heard(page), [["renewal-failed", code]]);
  assert.equal((await sessionOf(page))?.canRenew, canRenew);
  assert.deepEqual(await stored(page), before);
  assert.equal(await framesIn(page), 0);
}

/**
 * A server of another origin, with pages that may be framed.
 *
 * @param {(req: import("node:http").IncomingMessage) => string} html of the page
 */
export const foreignServer = (html) =>
  listenAt(
    createServer((req, res) => {
      res.writeHead(200, { "content-type": "text/html" }).end(html(req));
    }),
    { port: 0, host: "localhost" },
  );

import assert from "node:assert/strict";
import { listen as listenAt } from "../../servers/listen.js";
import { createServer } from "node:http";
import { listen } from "./grants.js";
import { create, ready, typePassword } from "./visit.js";

/** @import { Page } from "playwright-core" */
/** @import { Options } from "../page.d.ts" */
/** @import { Visit } from "./visit.js" */

export const AUTHORIZE_PATH = "/auth/oauth/authorize";

/** A page that may be in a frame of its own origin, and may have frames. */
export const FRAMED = "/app/framed.html";

/** @param {Visit} visit */
export async function openFramed(visit) {
  const page = await visit.open(FRAMED);
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

import { account } from "../../servers/building.js";
import { create } from "./visit.js";
import { sandboxOf } from "./worlds.js";

/** @import { Page } from "playwright-core" */
/** @import { Options } from "../page.d.ts" */
/** @import { Visit } from "./visit.js" */

/** Where the realtime API is, on PlaceOS and on ACAEngine. */
export const CONTROL = "/api/engine/v2/systems/control";
export const LEGACY_CONTROL = "/control/websocket";

/**
 * A bare page of a client that signs with an API key: the one the sandbox knows, if none is given.
 *
 * @param {Visit} visit
 * @param {Options} [options]
 */
export async function withApiKey(visit, options) {
  const page = await visit.open();
  const { api_key: apiKey } = account;
  await create(page, { ...visit.world.options, apiKey, ...options });
  return page;
}

/**
 * `openWebSocket` on a bare page; what came of it as plain values. The socket stays behind in `sockets`.
 *
 * @param {Page} page
 * @param {string} [path]
 * @param {string | string[]} [protocols]
 */
export const openSocket = (page, path, protocols) =>
  page.evaluate(
    async ({ path, protocols }) => {
      const asked = auth.openWebSocket(path ?? undefined, protocols);
      const { value, error } = await settled(asked);
      if (!value) return { error };
      (window.sockets ??= []).push(value);
      const { readyState, url, protocol } = value;
      return { readyState, url, protocol };
    },
    { path, protocols },
  );

/**
 * The WebSockets that the sandbox was asked for.
 *
 * @param {Visit} visit
 */
export const upgradesOf = ({ world }) =>
  sandboxOf(world).requests.filter(({ headers }) => headers.upgrade);

/**
 * The cookies that sign a WebSocket, as the browser has them now.
 *
 * @param {Visit} visit
 */
export async function signingCookies({ context }) {
  const cookies = await context.cookies();
  return cookies.filter(({ name }) => /^(bearer_token|api-key)$/.test(name));
}

/** @param {Page} page */
export const tokenOf = (page) => page.evaluate(() => auth.token());

/**
 * Every URL that the browser or the sandbox has seen.
 *
 * @param {Visit} visit
 */
export const urlsOf = ({ requests, world }) => [
  ...requests.map(({ url }) => url),
  ...sandboxOf(world).requests.map(({ url }) => url),
];

import { account } from "../../servers/building.js";
import { create } from "./visit.js";

/** Where the realtime API is, on PlaceOS and on ACAEngine. */
export const CONTROL = "/api/engine/v2/systems/control";
export const LEGACY_CONTROL = "/control/websocket";

/** A bare page of a client that signs with an API key: the one the sandbox knows, if none is given. */
export async function withApiKey(visit, options) {
  const page = await visit.open();
  const { api_key: apiKey } = account;
  await create(page, { ...visit.world.options, apiKey, ...options });
  return page;
}

/** `openWebSocket` on a bare page; what came of it as plain values. The socket stays behind in `sockets`. */
export const openSocket = (page, path, protocols) =>
  page.evaluate(
    async ([path, protocols]) => {
      const asked = auth.openWebSocket(path ?? undefined, protocols);
      const { value, error } = await settled(asked);
      if (error) return { error };
      (window.sockets ??= []).push(value);
      const { readyState, url, protocol } = value;
      return { readyState, url, protocol };
    },
    [path, protocols],
  );

/** The WebSockets that the sandbox was asked for. */
export const upgradesOf = ({ world }) =>
  world.sandbox.requests.filter(({ headers }) => headers.upgrade);

/** The cookies that sign a WebSocket, as the browser has them now. */
export async function signingCookies({ context }) {
  const cookies = await context.cookies();
  return cookies.filter(({ name }) => /^(bearer_token|api-key)$/.test(name));
}

export const tokenOf = (page) => page.evaluate(() => auth.token());

/** Every URL that the browser or the sandbox has seen. */
export const urlsOf = ({ requests, world }) => [
  ...requests.map(({ url }) => url),
  ...world.sandbox.requests.map(({ url }) => url),
];

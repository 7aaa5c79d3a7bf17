const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];

/**
 * Whether the app may be answered at this address: as text, or on any port of this machine.
 *
 * @param {import("../../types.d.ts").App} app
 * @param {string} uri
 */
export const mayRedirectTo = (app, uri) =>
  app.redirectUris.some((registered) => matches(uri, registered));

/**
 * [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3), for the name `localhost` as well.
 *
 * @param {string} uri
 * @param {string} registered
 */
function matches(uri, registered) {
  if (uri === registered) return true;
  const [asked, known] = [uri, registered].map(loopback);
  return asked !== undefined && asked === known;
}

/**
 * A loopback address without its port.
 *
 * @param {string} text
 */
function loopback(text) {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { protocol, hostname, username, password, hash } = url;
  if (protocol !== "http:" || !LOOPBACK.includes(hostname)) return undefined;
  if (username || password || hash) return undefined;
  return hostname + url.pathname + url.search;
}

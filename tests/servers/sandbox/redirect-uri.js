import { blank } from "./parameters.js";

// The characters of RFC 3986. Ruby refuses an address with any other, where a browser's URL would mend it.
const URI =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<user>[\w.~%!$&'()*+,;=:-]*@)?(?<host>[\w.~%-]+|\[[0-9a-f:.]+\])(?::(?<port>\d*))?(?<path>\/[\w.~%!$&'()*+,;=:@/-]*)?(?:\?(?<query>[\w.~%!$&'()*+,;=:@/?-]*))?$/i;

/** @type {Record<string, string>} */
const DEFAULT_PORTS = { http: "80", https: "443" };

/** @typedef {{ scheme: string, user: string, host: string, port: string, path: string, query: string | undefined }} Parts */

/**
 * The parts of an absolute address without a fragment; undefined for anything else.
 *
 * @param {string} text
 * @returns {Parts | undefined}
 */
function parse(text) {
  const { groups } = URI.exec(text) ?? {};
  if (!groups) return undefined;
  const { scheme = "", user = "", host = "", port, path = "/", query } = groups;
  return {
    scheme: scheme.toLowerCase(),
    user,
    host: host.toLowerCase(),
    port: port || DEFAULT_PORTS[scheme.toLowerCase()] || "",
    path,
    query,
  };
}

/**
 * Doorkeeper's own idea of a match: as registered, except that a query is free where none was registered, and that the
 * port of a loopback *address* is free ([RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
 *
 * @param {string} uri
 * @param {string} registered
 */
export function matchesRedirectUri(uri, registered) {
  const asked = parse(uri);
  const known = parse(registered);
  if (!asked || !known) return false;
  if (known.query !== undefined && !sameQuery(asked.query, known.query)) {
    return false;
  }
  const anyPort = isLoopbackAddress(asked) && isLoopbackAddress(known);
  const parts = /** @type {const} */ ([
    "scheme",
    "user",
    "host",
    "port",
    "path",
  ]);
  return parts.every(
    (part) => (part === "port" && anyPort) || asked[part] === known[part],
  );
}

/** @param {string | undefined} one @param {string | undefined} other */
function sameQuery(one, other) {
  if (!one || !other) return !one && !other;
  /** @param {string} query */
  const sorted = (query) => query.split("&").sort().join("&");
  return sorted(one) === sorted(other);
}

/** @param {Parts} parts */
const isLoopbackAddress = ({ host }) =>
  /^127(\.\d+){3}$/.test(host) || host === "[::1]";

/**
 * The origin of a page; undefined for what is no web address.
 *
 * @param {string} uri
 */
export function originOf(uri) {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, origin } = new URL(uri);
  return protocol === "http:" || protocol === "https:" ? origin : undefined;
}

/**
 * Spaces become "+" and ";" becomes "%3B": form encoding, not the encoding of addresses.
 *
 * @param {[string, unknown][]} pairs
 */
function encode(pairs) {
  const texts = pairs.map(([name, value]) => [name, String(value ?? "")]);
  return new URLSearchParams(
    texts.filter(([, value]) => !blank(value)),
  ).toString();
}

/** @param {string} uri @param {Record<string, unknown>} parameters */
export const withFragment = (uri, parameters) =>
  `${base(uri)}#${encode(Object.entries(parameters))}`;

/**
 * The address keeps its own query, even a `code` in it: the app then gets two.
 *
 * @param {string} uri
 * @param {Record<string, unknown>} parameters
 */
export function withQuery(uri, parameters) {
  const [address, query] = base(uri).split("?", 2);
  const own = [...new URLSearchParams(query)];
  return `${address}?${encode([...own, ...Object.entries(parameters)])}`;
}

/** @param {string} uri */
const base = (uri) => uri.replace(/^[^:]+/, (scheme) => scheme.toLowerCase());

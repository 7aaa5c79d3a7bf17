import { blank } from "./parameters.js";

// The characters of RFC 3986. Ruby refuses an address with any other, where a browser's URL would mend it.
const URI =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<user>[\w.~%!$&'()*+,;=:-]*@)?(?<host>[\w.~%-]+|\[[0-9a-f:.]+\])(?::(?<port>\d*))?(?<path>\/[\w.~%!$&'()*+,;=:@/-]*)?(?:\?(?<query>[\w.~%!$&'()*+,;=:@/?-]*))?$/i;

const DEFAULT_PORTS = { http: "80", https: "443" };

/** The parts of an absolute address without a fragment; undefined for anything else. */
function parse(text) {
  const { groups } = URI.exec(text) ?? {};
  if (!groups) return undefined;
  const scheme = groups.scheme.toLowerCase();
  return {
    scheme,
    user: groups.user ?? "",
    host: groups.host.toLowerCase(),
    port: groups.port || DEFAULT_PORTS[scheme] || "",
    path: groups.path ?? "/",
    query: groups.query,
  };
}

/**
 * Doorkeeper's own idea of a match: as registered, except that a query is free where none was registered, and that the
 * port of a loopback *address* is free ([RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
 */
export function matchesRedirectUri(uri, registered) {
  const asked = parse(uri);
  const known = parse(registered);
  if (!asked || !known) return false;
  if (known.query !== undefined && !sameQuery(asked.query, known.query)) {
    return false;
  }
  const anyPort = isLoopbackAddress(asked) && isLoopbackAddress(known);
  return ["scheme", "user", "host", "port", "path"].every(
    (part) => (part === "port" && anyPort) || asked[part] === known[part],
  );
}

function sameQuery(one, other) {
  if (!one || !other) return !one && !other;
  const sorted = (query) => query.split("&").sort().join("&");
  return sorted(one) === sorted(other);
}

const isLoopbackAddress = ({ host }) =>
  /^127(\.\d+){3}$/.test(host) || host === "[::1]";

/** The origin of a page; undefined for what is no web address. */
export function originOf(uri) {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, origin } = new URL(uri);
  return protocol === "http:" || protocol === "https:" ? origin : undefined;
}

// Spaces become "+" and ";" becomes "%3B": form encoding, not the encoding of addresses.
const encode = (pairs) =>
  new URLSearchParams(
    pairs.filter(([, value]) => !blank(String(value ?? ""))),
  ).toString();

export const withFragment = (uri, parameters) =>
  `${base(uri)}#${encode(Object.entries(parameters))}`;

/** The address keeps its own query, even a `code` in it: the app then gets two. */
export function withQuery(uri, parameters) {
  const [address, query] = base(uri).split("?", 2);
  const own = [...new URLSearchParams(query)];
  return `${address}?${encode([...own, ...Object.entries(parameters)])}`;
}

const base = (uri) => uri.replace(/^[^:]+/, (scheme) => scheme.toLowerCase());

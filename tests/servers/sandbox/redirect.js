import { escapeHtml } from "./parameters.js";
import { originOf } from "./redirect-uri.js";

/**
 * Sends the browser on, as Rails does: to an absolute address, with a page for those who don't follow.
 *
 * Not Express's `res.redirect`, which encodes the address once more.
 *
 * @param {import("../types.d.ts").Res} res
 * @param {string} location
 */
export function redirect(res, location) {
  const { req } = res;
  const absolute = location.startsWith("/")
    ? `${req.protocol}://${req.headers.host}${location}`
    : location;
  res
    .status(302)
    .set({ Location: absolute, "Cache-Control": "no-cache" })
    .type("html")
    .send(
      `<html><body>You are being <a href="${escapeHtml(absolute)}">redirected</a>.</body></html>`,
    );
}

/**
 * Where a link may send the browser after sign-in or sign-out: a path of this server, or an address on an origin it
 * knows. Anything else is nobody's wish but an attacker's.
 *
 * @param {string | undefined} place
 * @param {string[]} origins
 * @param {string} [otherwise] where it is sent instead
 */
export function knownPlace(place = "", origins, otherwise = "/") {
  // A browser reads "//host", "/\host" and "/<tab>/host" as another host.
  if (/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(place)) return place;
  const origin = originOf(place);
  return origin && origins.includes(origin) ? new URL(place).href : otherwise;
}

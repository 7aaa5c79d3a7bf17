/**
 * A redirect of the target to itself becomes one to the proxy. Any other place is left as it is: an app, an identity
 * provider.
 *
 * @param {string} location
 * @param {string} targetOrigin
 */
export function rewriteLocation(location, targetOrigin) {
  if (!/^([a-z][a-z0-9+.-]*:)?\/\//i.test(location)) return location;
  let url;
  try {
    url = new URL(location, targetOrigin);
  } catch {
    return location;
  }
  if (!sameHost(url, new URL(targetOrigin))) return location;
  // A path may begin with two slashes, which alone would name another host.
  const path = url.pathname.replace(/^\/{2,}/, "/");
  return path + url.search + url.hash;
}

/**
 * A server behind something that ends TLS may believe it is spoken to in plain HTTP, and say so in its redirects.
 *
 * @param {URL} url
 * @param {URL} target
 */
const sameHost = (url, target) =>
  url.origin === target.origin ||
  (/^https?:$/.test(url.protocol) &&
    url.hostname === target.hostname &&
    url.port === "" &&
    target.port === "");

/**
 * How the browser came.
 *
 * @typedef {{ host?: string | undefined, secure: boolean, userAgent?: string | undefined }} Visit
 */

/**
 * A cookie of the target as one that the browser will keep from the proxy, and for the proxy alone.
 *
 * @param {string} cookie a `Set-Cookie` header
 * @param {Visit} visit
 */
export function rewriteCookie(cookie, visit) {
  const [pair, ...attributes] = cookie.split(/; */);
  const keepSecure = visit.secure || trustsPlainHttp(visit);
  const kept = attributes.filter((attribute) => {
    const name = attribute.split("=")[0].toLowerCase();
    return name !== "domain" && (keepSecure || name !== "secure");
  });
  const sameSite = kept.map((attribute) =>
    // "None" is only heeded beside "Secure". One origin is all there is here, so "Lax" does.
    !keepSecure && /^samesite=none$/i.test(attribute)
      ? "SameSite=Lax"
      : attribute,
  );
  return [pair, ...sameSite].join("; ");
}

/**
 * Whether the browser keeps a `Secure` cookie from this plain-HTTP host: on loopback all but Safari do.
 *
 * @param {Visit} visit
 */
function trustsPlainHttp({ host = "", userAgent = "" }) {
  const name = host.replace(/:\d+$/, "");
  const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i;
  const safari = /Safari/.test(userAgent) && !/Chrom/.test(userAgent);
  return loopback.test(name) && !safari;
}

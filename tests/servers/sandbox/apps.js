import { createHash, timingSafeEqual } from "node:crypto";
import { blank } from "./parameters.js";
import { matchesRedirectUri, originOf } from "./redirect-uri.js";

/** @import { App, Registration } from "../types.d.ts" */

/**
 * PlaceOS's convention for the id of an app.
 *
 * @param {string} redirectUri
 */
export const clientIdOf = (redirectUri) =>
  createHash("md5").update(redirectUri).digest("hex");

/**
 * The apps a server knows.
 *
 * Besides those it was told of, a sandbox takes any app on a developer's own machine, or on an origin it allows anyway, as
 * long as the client id is the MD5 of the redirect URI. A real server has every app registered in Backoffice.
 */
export class Apps {
  /** @type {Map<string | undefined, App>} */
  #byId = new Map();
  #origins;
  #idOf;

  /**
   * @param {Registration[]} registered
   * @param {string[]} origins whose apps need no registration
   * @param {(redirectUris: readonly string[]) => string} [idOf] the id of an app that was given none
   */
  constructor(registered, origins, idOf = ([first = ""]) => clientIdOf(first)) {
    this.#origins = origins;
    this.#idOf = idOf;
    for (const app of registered) this.register(app);
  }

  /** @param {Registration} registration */
  register({
    name,
    redirectUris,
    clientId = this.#idOf(redirectUris),
    clientSecret,
  }) {
    const app = { id: clientId, name, redirectUris, secret: clientSecret };
    this.#byId.set(clientId, app);
    return app;
  }

  /**
   * @param {string | undefined} id
   * @param {string} [redirectUri] what the app would be registered with, were it ours to register
   */
  find(id, redirectUri) {
    const app = this.#byId.get(id);
    if (app) return app;
    if (!redirectUri || clientIdOf(redirectUri) !== id) return undefined;
    const origin = originOf(redirectUri);
    const ours =
      origin && (isLoopback(origin) || this.#origins.includes(origin));
    return ours
      ? this.register({ name: origin, redirectUris: [redirectUri] })
      : undefined;
  }

  /**
   * By id alone if the app has no secret to keep; by id and secret otherwise.
   *
   * @param {string | undefined} id
   * @param {string | undefined} secret
   */
  authenticate(id, secret) {
    const app = this.#byId.get(id);
    if (!app) return undefined;
    if (!app.secret) return blank(secret) ? app : undefined;
    return equalInConstantTime(secret ?? "", app.secret) ? app : undefined;
  }

  /** Where the apps live: what a browser may be sent to. */
  origins() {
    const uris = [...this.#byId.values()].flatMap((app) => app.redirectUris);
    const origins = [...this.#origins, ...uris.map(originOf)];
    return [...new Set(origins)].filter((origin) => origin !== undefined);
  }
}

/**
 * Whether the app may be answered at this address.
 *
 * @param {App} app
 * @param {string} uri
 */
export const mayRedirectTo = (app, uri) =>
  app.redirectUris.some((registered) => matchesRedirectUri(uri, registered));

/** @param {string} origin */
function isLoopback(origin) {
  const { hostname } = new URL(origin);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** @param {string} one @param {string} other */
export function equalInConstantTime(one, other) {
  /** @param {string} text */
  const digest = (text) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

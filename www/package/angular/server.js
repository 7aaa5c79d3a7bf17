// What stands in for a client where an app is rendered on a server: nobody is signed in there.
import { AuthError } from "../index.js";

/** @typedef {import("placeos-auth").Auth} Auth */

const METHODS = /** @type {const} */ ([
  "login",
  "loginWithPassword",
  "exchangeToken",
  "adopt",
  "logout",
  "fetch",
  "token",
  "renew",
  "signUrl",
  "openWebSocket",
  "authority",
]);

/**
 * A client without a session, whose methods reject.
 *
 * @param {string | URL} [server]
 */
export function createServerAuth(server) {
  const methods = METHODS.map((name) => [name, async () => refuse(name)]);
  const auth = {
    ...Object.fromEntries(methods),
    // Where none is named, it is the page's own, which a server doesn't know.
    server: server === undefined ? "" : new URL(server).origin,
    session: null,
    redirect: Object.freeze({ status: "none" }),
    subscribe: () => () => {},
    install: () => () => {},
    close() {},
  };
  return /** @type {Auth} */ (auth);
}

/** @param {string} name */
function refuse(name) {
  throw new AuthError(
    "unsupported_environment",
    `auth.${name} can't be called where the app is rendered on a server: there is no page. Call it in the browser, for example in afterNextRender().`,
  );
}

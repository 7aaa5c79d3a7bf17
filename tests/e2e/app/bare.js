// Does nothing by itself: a test calls these from outside.
import { AuthError, completeSignIn, createAuth } from "placeos-auth";
import { plain, plainError, settled } from "./plain.js";

/**
 * `createAuth`, its client kept as `auth` for what the test does next.
 *
 * @param {import("placeos-auth").AuthOptions} options
 */
const create = async (options) => {
  const auth = await createAuth({ log: console.debug, ...options });
  window.auth = auth;
  return plain(auth);
};

Object.assign(window, {
  AuthError,
  completeSignIn,
  create,
  createAuth,
  plain,
  plainError,
  settled,
});
document.documentElement.dataset.ready = "";

// Does nothing by itself: a test calls these from outside.
import { AuthError, completeSignIn, createAuth } from "placeos-auth";
import { plain, plainError, settled } from "./plain.js";

/** `createAuth`, its client kept as `auth` for what the test does next. */
const create = async (options) => {
  window.auth = await createAuth({ log: console.debug, ...options });
  return plain(window.auth);
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

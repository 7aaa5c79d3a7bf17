// The entry for apps that serve `placeos-auth.wasm` themselves: a smaller download, which the browser compiles as it comes.
import { AuthError } from "./auth-error.js";
import { completeOver, createOver, guarded } from "./auth.js";
import init from "./core.js";

export { AuthError } from "./auth-error.js";
export { Auth } from "./auth.js";

/** @type {Promise<void> | undefined} */
let loading;

/**
 * Loads the WebAssembly, once, from a URL, a `Response`, its bytes or a compiled module.
 *
 * @param {Parameters<typeof import("placeos-auth/external").load>[0]} source
 */
export function load(source) {
  loading ??= guarded(() => init({ module_or_path: source })).catch(
    (reason) => {
      loading = undefined;
      throw reason;
    },
  );
  return loading;
}

export const createAuth = /* @__PURE__ */ createOver(loaded);
export const completeSignIn = /* @__PURE__ */ completeOver(loaded);

function loaded() {
  if (loading) return loading;
  throw new AuthError(
    "configuration",
    "Call load() with the URL of placeos-auth.wasm before this.",
  );
}

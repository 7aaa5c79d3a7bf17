// The entry for everyone: the WebAssembly is part of it, as text, and is started by the first call.
import { completeOver, createOver } from "./auth.js";
import init from "./core.js";
import { length, text } from "./core.wasm.js";

export { AuthError } from "./auth-error.js";
export { Auth } from "./auth.js";

// Bundlers leave out what is marked so where an app doesn't use it, as one that takes `AuthError` alone.
export const createAuth = /* @__PURE__ */ createOver(start);
export const completeSignIn = /* @__PURE__ */ completeOver(start);

let starting;

function start() {
  starting ??= init({ module_or_path: decode() }).catch((reason) => {
    starting = undefined;
    throw reason;
  });
  return starting;
}

/** The bytes of the WebAssembly. `scripts/build.js` has written them and tells how. */
function decode() {
  const bytes = new Uint8Array(length);
  let at = 0;
  let high = -35;
  // By index: several times as fast as by character.
  for (let next = 0; next < text.length; next++) {
    const code = text.charCodeAt(next);
    if (code > 124) {
      high += (code - 124) * 90;
    } else {
      bytes[at++] = high + (code === 33 ? 92 : code);
      high = -35;
    }
  }
  return bytes;
}

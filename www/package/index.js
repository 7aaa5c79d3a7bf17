// The entry for everyone: the WebAssembly is part of it, as deflated text, and is started by the first call.
import { entry } from "./auth.js";
import init from "./core.js";
import { deflated } from "./core.wasm.js";

export { AuthError } from "./auth-error.js";
export { Auth } from "./auth.js";

let starting;

export const { createAuth, completeSignIn } = entry(() => {
  starting ??= init({ module_or_path: inflate(deflated) }).catch((reason) => {
    starting = undefined;
    throw reason;
  });
  return starting;
});

function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer();
}

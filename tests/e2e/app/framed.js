// The bare page; in a frame, it does what apps do when they are loaded, and tells the page around it how that went.
import "./bare.js";

if (window !== window.parent) {
  const { error } = await settled(createAuth().then(plain));
  const seen = { code: error?.code ?? "none", message: error?.message };
  const outer = /** @type {Window & typeof globalThis} */ (window.parent);
  (outer.inside ??= []).push(seen);
}

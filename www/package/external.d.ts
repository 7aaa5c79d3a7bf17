/**
 * The same package for apps that serve `placeos-auth.wasm` themselves: a smaller download.
 *
 * ```js
 * import { createAuth, load } from "placeos-auth/external";
 *
 * await load("/assets/placeos-auth.wasm");
 * const auth = await createAuth();
 * ```
 */
export * from "./index.js";

/**
 * Loads the WebAssembly, once: from a URL, a `Response`, its bytes or a compiled module. Call it before anything else.
 *
 * @throws {AuthError} `unsupported_environment` where it can't be started. A later call tries again.
 */
export function load(
  source: string | URL | Request | Response | BufferSource | WebAssembly.Module,
): Promise<void>;

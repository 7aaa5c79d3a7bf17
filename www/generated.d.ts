// The types of the modules that only a build writes: see `scripts/build.js`. The crate's side is `src/bindings.rs`.

declare module "*/core.js" {
  import type { Auth, AuthEvent, AuthOptions } from "placeos-auth";

  export type Watch = { end(): void };

  export type Core = Omit<
    Auth,
    "fetch" | "subscribe" | "install" | "loginWithPassword" | "renew"
  > & {
    fetch(
      input: RequestInfo | URL,
      init?: RequestInit,
      via?: typeof globalThis.fetch,
    ): Promise<Response>;
    subscribe(listener: (event: AuthEvent) => void): Watch;
    loginWithPassword(credentials: object): Promise<void>;
    renew(): Promise<void>;
  };

  export function create(options?: AuthOptions): Promise<Core>;
  export function complete(options?: Pick<AuthOptions, "log">): Promise<Core>;
  export default function init(options?: {
    module_or_path:
      string | URL | Request | Response | BufferSource | WebAssembly.Module;
  }): Promise<{
    memory: WebAssembly.Memory;
    __wbindgen_externrefs: WebAssembly.Table;
  }>;
}

declare module "*/core.wasm.js" {
  export const length: number;
  export const text: string;
}

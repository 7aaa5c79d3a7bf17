// The types of the modules that only a build writes: see `scripts/build.js`. The crate's side is `src/bindings.rs`.

declare module "*/core.js" {
  import type { Auth, AuthEvent, AuthOptions } from "placeos-auth";

  type Fetch = (input: unknown, init?: unknown) => Promise<Response>;

  export type Watch = { end(): void };

  export type Pass = { readonly authorization: string };

  export type Core = Omit<
    Auth,
    | "adopt"
    | "exchangeToken"
    | "fetch"
    | "install"
    | "login"
    | "loginWithPassword"
    | "renew"
    | "subscribe"
  > & {
    fetch(input: unknown, init?: unknown, via?: Fetch): Promise<Response>;
    origins(isWhole: boolean): string[];
    pass(): Pass | undefined;
    honours(pass: Pass): boolean;
    answered(
      pass: Pass,
      input: string,
      init: RequestInit,
      via: Fetch | undefined,
      response: unknown,
    ): Promise<Response>;
    subscribe(listener: (event: AuthEvent) => void): Watch;
    adopt(tokens: object): void;
    login(options?: object): Promise<void>;
    exchangeToken(options: object): Promise<void>;
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

declare module "*/browser/http.js" {
  export type Fetch = (input: unknown, init?: unknown) => Promise<Response>;

  export function callFetch(
    via: Fetch | undefined,
    input: unknown,
    init: unknown,
  ): Promise<Response>;
}

declare module "*/core.wasm.js" {
  export const length: number;
  export const text: string;
}

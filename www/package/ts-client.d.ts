/**
 * For apps on `@placeos/ts-client`.
 *
 * ```js
 * import * as client from "@placeos/ts-client";
 * import { createAuth } from "placeos-auth";
 * import { connect } from "placeos-auth/ts-client";
 *
 * const auth = await createAuth({ redirectUri: "/app/" });
 * await connect(auth, client);
 * ```
 */
import type { Auth } from "placeos-auth";

/** What `connect` needs of ts-client, in the order of use. */
export interface TsClient {
  setup(options: any): Promise<void>;
  token(): string;
  onlineState(): {
    subscribe(next: (isOnline: boolean) => void): { unsubscribe(): void };
  };
  authority?(): { readonly logout_url: string } | undefined;
}

/**
 * Puts ts-client on a client's session, in place of its own `setup`: its requests, its realtime socket and its `token()` are the
 * session's, and its `logout()` is `auth.logout()`. It signs nobody in, and never leaves the page. A request that has to fail is an
 * `AuthError`: `login_required` with nobody signed in, `other` for a 401 that no newer token helps against.
 *
 * `client` is all of the module, `import * as client from "@placeos/ts-client"`.
 *
 * Resolves when ts-client is online, or after 15 seconds, with the way back: ts-client has no token then, and opens no socket.
 *
 * @throws {AuthError} `configuration` for what isn't ts-client, or is of a version that can't be connected.
 */
export function connect(auth: Auth, client: TsClient): Promise<() => void>;

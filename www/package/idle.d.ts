/**
 * Signs out who has done nothing for a while, for pages on shared computers.
 *
 * ```js
 * import { createAuth } from "placeos-auth";
 * import { signOutWhenIdle } from "placeos-auth/idle";
 *
 * const auth = await createAuth();
 * const stop = signOutWhenIdle(auth, { after: 15 * 60, warn: 60, onWarning: (seconds) => console.log(seconds) });
 * ```
 */
import type { Auth, LogoutOptions } from "placeos-auth";

export interface IdleOptions extends Pick<LogoutOptions, "local" | "returnTo"> {
  /** Seconds without activity after which `auth.logout` is called. */
  after: number;
  /** For how many of the last seconds `onWarning` is called. Default 0: never. */
  warn?: number | undefined;
  /** Called with the seconds left, once a second; with `null` when the user is back, or the session is over. */
  onWarning?: ((secondsLeft: number | null) => void) | undefined;
}

/**
 * Watches the pointer, the keyboard, the wheel and touches, and signs out when there was none of them in any tab for so long. A
 * machine that slept over the end signs out when it wakes up, and a page that is opened after it at once. Sessions of an API key
 * go on.
 *
 * Returns the way to stop.
 *
 * @throws {AuthError} `configuration` for `after` and `warn` that can't be.
 */
export function signOutWhenIdle(auth: Auth, options: IdleOptions): () => void;

/**
 * For React 18 and newer.
 *
 * ```jsx
 * <AuthProvider options={{ redirectUri: "/app/" }} fallback={<p>Loading</p>}>
 *   <Rooms />
 * </AuthProvider>;
 *
 * function Rooms() {
 *   const { login } = useAuth();
 *   const session = useSession();
 *   if (!session) return <button onClick={login}>Sign in</button>;
 *   // …
 * }
 * ```
 */
import type { ReactNode } from "react";
import type { Auth, AuthOptions, Session } from "placeos-auth";

export interface AuthProviderProps {
  /** As for `createAuth`. Those of the first rendering count. */
  options?: AuthOptions | undefined;
  /**
   * A client that is there already, in place of `options`: of a router's loader, of `placeos-auth/external`, or of
   * `placeos-auth/testing`. Whoever made it closes it.
   */
  auth?: Auth | undefined;
  /** What is shown until the client is there, on a server as well. Default: nothing. */
  fallback?: ReactNode;
  children?: ReactNode;
}

/**
 * Makes a client in an effect, has `children` rendered once it is there, and closes it when unmounted. Renders the
 * `fallback` on a server. What `createAuth` rejects with is thrown in rendering, for the nearest error boundary.
 */
export function AuthProvider(props: AuthProviderProps): ReactNode;

/**
 * The client of the nearest `AuthProvider`.
 *
 * @throws {AuthError} `configuration` where there is none.
 */
export function useAuth(): Auth;

/**
 * Its session. The component is rendered again whenever that begins, is renewed, or ends.
 *
 * @throws {AuthError} `configuration` where there is no `AuthProvider`.
 */
export function useSession(): Session | null;

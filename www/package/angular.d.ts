/**
 * For Angular 18 and newer, with or without zone.js.
 *
 * ```ts
 * bootstrapApplication(App, {
 *   providers: [
 *     provideAuth({ redirectUri: "/app/" }, { failedUrl: "/failed" }),
 *     provideRouter([
 *       { path: "", component: Home },
 *       { path: "rooms", component: Rooms, canActivate: [authGuard] },
 *       { path: "failed", component: Failed },
 *     ]),
 *     provideHttpClient(withInterceptors([authInterceptor])),
 *   ],
 * });
 * ```
 */
import type { HttpInterceptorFn } from "@angular/common/http";
import type { EnvironmentProviders, Signal } from "@angular/core";
import type {
  CanActivateChildFn,
  CanActivateFn,
  CanMatchFn,
} from "@angular/router";
import type { Auth, AuthOptions, Session } from "placeos-auth";

export interface GuardOptions {
  /**
   * The app's route to which `authGuard` redirects where a sign-in has failed, as "/failed". It may not be guarded itself.
   * Default: the navigation fails with the error.
   */
  failedUrl?: string;
}

/**
 * Has the app start once its client is there, and before the router does. For the providers of `bootstrapApplication`, or
 * of the root module.
 *
 * `client`: options as for `createAuth`, or a client that is there already, of `placeos-auth/external` or of
 * `placeos-auth/testing`. Whoever made that one closes it. The default of `navigate` is `history.replaceState` for all of
 * the app's routes: the router starts at the page the user left.
 *
 * What `createAuth` rejects with, `bootstrapApplication` rejects with. On a server no client is made: there is no session.
 */
export function provideAuth(
  client?: AuthOptions | Auth,
  guard?: GuardOptions,
): EnvironmentProviders;

/**
 * The app's client. On a server: one without a session, whose methods reject with `unsupported_environment`.
 *
 * @throws {AuthError} `configuration` without `provideAuth`, and before the client is there, as in another app initializer.
 */
export function injectAuth(): Auth;

/**
 * Its session, as a signal that is set whenever that begins, is renewed, or ends.
 *
 * @throws {AuthError} as `injectAuth`.
 */
export function injectSession(): Signal<Session | null>;

/**
 * Lets those in who have a session, and has all others sign in: they come back to the route they asked for. For
 * `canActivate`, `canActivateChild` and `canMatch`.
 *
 * Where the server has refused, or `login` rejects, nobody is sent to the server again: the router goes to `failedUrl`,
 * with `{ error }` as the navigation's `info`. On a server it lets everybody in, because it can't know.
 *
 * @throws {AuthError} `configuration` as `injectAuth`; without a `failedUrl` why the sign-in failed.
 */
export const authGuard: CanActivateFn & CanActivateChildFn & CanMatchFn;

/**
 * Sends the requests of `HttpClient` as `auth.fetch` would: signed where the token belongs, renewed first when due, and
 * sent again after a 401. All others pass as they are; so do all requests without a session, and on a server. A request
 * that comes before the client is there waits for it. By XHR or by `fetch`; with an API key by `withFetch()` of Angular 20
 * or newer only, because an XHR can't be kept from following redirects.
 *
 * Fails with an `HttpErrorResponse`. Its `error` is an `AuthError` where there is no response because of the session; its
 * status is 0 then.
 */
export const authInterceptor: HttpInterceptorFn;

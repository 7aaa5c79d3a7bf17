// The client in Angular's injectors: what makes it, and how an app's code gets it.
import {
  isPlatformServer,
  Location,
  LOCATION_INITIALIZED,
} from "@angular/common";
import {
  APP_INITIALIZER,
  DestroyRef,
  inject,
  InjectionToken,
  makeEnvironmentProviders,
  NgZone,
  PLATFORM_ID,
  signal,
} from "@angular/core";
import { AuthError, createAuth } from "../index.js";
import { createServerAuth } from "./server.js";

/** @typedef {import("placeos-auth").Auth} Auth */
/** @typedef {import("placeos-auth").AuthOptions} AuthOptions */
/** @typedef {import("placeos-auth").Session} Session */

/**
 * @typedef {object} Provided
 * @property {Auth | null} auth null until it is there
 * @property {Promise<Auth>} ready
 * @property {import("@angular/core").WritableSignal<Session | null>} session
 * @property {boolean} isOnServer whether the client is the stand-in for one on a server
 * @property {string | undefined} failedUrl
 */

/** @type {InjectionToken<Provided>} */
const PROVIDED = new InjectionToken("placeos-auth");

/** @type {typeof import("placeos-auth/angular").provideAuth} */
export function provideAuth(client = {}, { failedUrl } = {}) {
  return makeEnvironmentProviders([
    { provide: PROVIDED, useFactory: () => provide(client, failedUrl) },
    {
      provide: APP_INITIALIZER,
      multi: true,
      useFactory: () => {
        const { ready } = inject(PROVIDED);
        return () => ready;
      },
    },
    // A router that navigates in an app initializer (`withEnabledBlockingInitialNavigation`) waits for this.
    {
      provide: LOCATION_INITIALIZED,
      useFactory: () => inject(PROVIDED).ready,
    },
  ]);
}

/** @type {typeof import("placeos-auth/angular").injectAuth} */
export const injectAuth = () => injectReady("injectAuth").auth;

/** @type {typeof import("placeos-auth/angular").injectSession} */
export const injectSession = () =>
  injectReady("injectSession").session.asReadonly();

/**
 * What is provided, once the client is there.
 *
 * @param {string} user the function that asks
 */
export function injectReady(user) {
  const provided = injectProvided(user);
  const { auth } = provided;
  if (auth) return { ...provided, auth };
  throw new AuthError(
    "configuration",
    `${user} was called before the client was there. Call it once the app has started, and put provideAuth() into the providers of the app, not of a route.`,
  );
}

/**
 * What is provided, with or without a client yet.
 *
 * @param {string} user the function that asks
 */
export function injectProvided(user) {
  const provided = inject(PROVIDED, { optional: true });
  if (provided) return provided;
  throw new AuthError(
    "configuration",
    `${user} finds no client. Put provideAuth() into the providers of the app.`,
  );
}

/**
 * @param {AuthOptions | Auth} client
 * @param {string | undefined} failedUrl
 * @returns {Provided}
 */
function provide(client, failedUrl) {
  const zone = inject(NgZone);
  const atEnd = endOf(inject(DestroyRef));
  const isOnServer = !isAuth(client) && isPlatformServer(inject(PLATFORM_ID));
  const session = signal(/** @type {Session | null} */ (null));

  /** @param {Auth} auth */
  const use = (auth) => {
    // With zone.js, a change outside of Angular's zone would be shown with the next one inside.
    const listener = () => zone.run(() => session.set(auth.session));
    atEnd(auth.subscribe(listener));
    session.set(auth.session);
    provided.auth = auth;
    return auth;
  };

  /** @returns {Promise<Auth>} */
  const make = async (/** @type {AuthOptions} */ options) => {
    const navigate = navigateBy(inject(Location));
    // Inside of Angular's zone, its timers would keep the app from ever being stable.
    const auth = await zone.runOutsideAngular(() =>
      createAuth({ navigate, ...options }),
    );
    atEnd(auth.close);
    return use(auth);
  };

  const provided = /** @type {Provided} */ ({
    auth: null,
    session,
    isOnServer,
    failedUrl,
  });
  if (isAuth(client)) provided.ready = Promise.resolve(use(client));
  else if (isOnServer)
    provided.ready = Promise.resolve(use(createServerAuth(client.server)));
  else provided.ready = make(client);
  return provided;
}

/**
 * What calls back at the end of the app, and at once where that has come: the client may be there later.
 *
 * @param {DestroyRef} destroyRef
 */
function endOf(destroyRef) {
  const controller = new AbortController();
  const { signal } = controller;
  destroyRef.onDestroy(() => controller.abort());
  return (/** @type {() => void} */ end) => {
    if (signal.aborted) end();
    else signal.addEventListener("abort", () => end());
  };
}

/**
 * Goes to a page while the router hasn't started, which then does so at that page.
 *
 * @param {Location} location
 */
const navigateBy = (location) => (/** @type {URL} */ url) => {
  const root = new URL(location.prepareExternalUrl("/"), document.baseURI);
  root.hash = "";
  if (url.href.startsWith(root.href))
    history.replaceState(history.state, "", url);
  else window.location.replace(url);
};

/**
 * @param {AuthOptions | Auth} client
 * @returns {client is Auth}
 */
const isAuth = (client) => "subscribe" in client;

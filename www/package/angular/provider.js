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
  const destroyRef = inject(DestroyRef);
  const isOnServer = !isAuth(client) && isPlatformServer(inject(PLATFORM_ID));
  const session = signal(/** @type {Session | null} */ (null));

  /** @param {Auth} auth */
  const use = (auth) => {
    // With zone.js, a change outside of Angular's zone would be shown with the next one inside.
    const unsubscribe = auth.subscribe(() =>
      zone.run(() => session.set(auth.session)),
    );
    destroyRef.onDestroy(unsubscribe);
    session.set(auth.session);
    provided.auth = auth;
    return auth;
  };

  /** @type {Provided} */
  const provided = {
    auth: null,
    session,
    isOnServer,
    failedUrl,
    ready: /** @type {Promise<any>} */ (Promise.resolve()),
  };
  if (isAuth(client)) use(client);
  else if (isOnServer) use(createServerAuth());
  else provided.ready = make(client, zone, destroyRef).then(use);
  return provided;
}

/**
 * A client that is closed with the app.
 *
 * @param {AuthOptions} options
 * @param {NgZone} zone
 * @param {DestroyRef} destroyRef
 */
async function make(options, zone, destroyRef) {
  const navigate = navigateBy(inject(Location));
  // Inside of Angular's zone, its timers would keep the app from ever being stable.
  const auth = await zone.runOutsideAngular(() =>
    createAuth({ navigate, ...options }),
  );
  destroyRef.onDestroy(() => auth.close());
  return auth;
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

// A client for an app's own tests, and for its mock mode: no WebAssembly, no server, the same types.
import { AuthError as OwnError } from "./auth-error.js";
import { given } from "./given.js";
import { emptyList, headersOf, isRequest } from "./testing-http.js";

/** @typedef {import("placeos-auth").AuthError} AuthError */
/** @typedef {import("placeos-auth").AuthEvent} AuthEvent */
/** @typedef {import("placeos-auth").Session} Session */
/** @typedef {import("placeos-auth/testing").TestAuth} TestAuth */
/** @typedef {import("placeos-auth/testing").TestRequest} TestRequest */

const AuthError = /** @type {typeof import("placeos-auth").AuthError} */ (
  /** @type {unknown} */ (OwnError)
);
const HOURS = 60 * 60 * 1000;
const DEFAULT_SERVER = "https://placeos.example.com";

/** @returns {Session} */
const newSession = () => ({
  flow: "code",
  tokenType: "Bearer",
  scope: "public",
  expiresAt: Date.now() + 2 * HOURS,
  canRenew: true,
});

/**
 * A client that is signed in, and does what the test says.
 *
 * @param {import("placeos-auth/testing").TestAuthOptions} [options]
 * @returns {TestAuth}
 */
export function createTestAuth(options = {}) {
  const server = new URL(options.server ?? pageOrigin() ?? DEFAULT_SERVER);
  const resources = [
    server,
    ...(options.protectedResources ?? []).map((url) => new URL(url)),
  ];
  /** @type {Session | null} */
  let session = null;
  /** @type {AuthError | null} */
  let failure = null;
  let tokens = 0;
  const listeners = /** @type {Set<(event: AuthEvent) => void>} */ (new Set());
  const requests = /** @type {TestRequest[]} */ ([]);

  /** @param {AuthEvent} event */
  const emit = (event) => {
    const frozen = Object.freeze(event);
    for (const listener of [...listeners]) listener(frozen);
  };

  /** @param {Session | null} next */
  const become = (next) => {
    session = next && Object.freeze(next);
    if (next) tokens += 1;
  };

  /** @param {string} message */
  const loginRequired = (message) => new AuthError("login_required", message);

  /** @type {TestAuth["signIn"]} */
  const signIn = (given) => {
    become({ ...newSession(), ...given });
    emit({ type: "signed-in" });
  };

  /** @type {TestAuth["signOut"]} */
  const signOut = () => {
    if (!session) return;
    become(null);
    emit({ type: "signed-out" });
  };

  /** @type {TestAuth["expire"]} */
  const expire = (reason) => {
    if (!session) return;
    become(null);
    emit(reason ? { type: "expired", reason } : { type: "expired" });
  };

  /** @type {TestAuth["renew"]} */
  const renew = async () => {
    if (!session?.canRenew) throw loginRequired("Nobody can renew a session.");
    if (failure) {
      emit({ type: "renewal-failed", error: failure });
      throw failure;
    }
    become({ ...session, expiresAt: Date.now() + 2 * HOURS });
    emit({ type: "renewed" });
    return /** @type {Session} */ (session);
  };

  /** The token, where it is there and good for now. */
  const tokenNow = () => {
    const end = session && (session.expiresAt ?? Infinity);
    return end !== null && end > Date.now() ? `test-token-${tokens}` : null;
  };

  /** @type {TestAuth["token"]} */
  const token = async () => {
    if (!session) throw loginRequired("Nobody is signed in. Call signIn().");
    if (!tokenNow()) await renew();
    return `test-token-${tokens}`;
  };

  /** @param {string | URL} text */
  const isOurs = (text) => {
    const url = new URL(text, pageBase() ?? server);
    const isSafe = url.username === "" && url.password === "";
    return isSafe && resources.some((resource) => covers(resource, url));
  };

  /** @type {(send: typeof globalThis.fetch) => typeof globalThis.fetch} */
  const fetchOver = (send) => async (input, init) => {
    const given = isRequest(input) ? input : undefined;
    const url = new URL(given?.url ?? String(input), pageBase() ?? server).href;
    const headers = headersOf(init?.headers ?? given?.headers);
    const isOwn = headers.has("Authorization") || headers.has("X-API-Key");
    const isSigned = !isOwn && isOurs(url);
    /** @param {string} [used] */
    const once = (used) => {
      if (used) headers.set("Authorization", `Bearer ${used}`);
      const method = init?.method ?? given?.method ?? "GET";
      requests.push({ url, method, headers: headersOf(headers), isSigned });
      return send(given ? new Request(given, { ...init, headers }) : url, {
        ...init,
        headers,
      });
    };
    if (!isSigned) return once();
    const response = await once(tokenNow() ?? (await token()));
    if (response.status !== 401 || given?.body || failure || !session?.canRenew)
      return response;
    await renew();
    return once(await token());
  };

  const fetch = fetchOver(options.fetch ?? (async () => emptyList()));

  become(
    options.session === null ? null : { ...newSession(), ...options.session },
  );

  /** @type {TestAuth} */
  const auth = {
    server: server.origin,
    get session() {
      return session;
    },
    redirect: Object.freeze(options.redirect ?? { status: "none" }),
    requests,
    signIn,
    signOut,
    expire,
    failRenewal: (error) => {
      failure = error ?? new AuthError("network", "No network.", true);
    },
    mendRenewal: () => {
      failure = null;
    },
    login: /** @type {TestAuth["login"]} */ (
      async (
        /** @type {import("placeos-auth").LoginOptions | import("placeos-auth").StayingLoginOptions | undefined} */ wanted,
      ) => {
        const { mode = "redirect", ...asked } = given(wanted) ?? {};
        // The page would be left, and nothing would go on.
        if (mode === "redirect") {
          options.onLogin?.(asked);
          return new Promise(() => {});
        }
        signIn();
        return session;
      }
    ),
    loginWithPassword: async ({ scope = "public" }) => {
      signIn({ flow: "password", scope });
      return /** @type {Session} */ (session);
    },
    exchangeToken: async ({ scope = "public" }) => {
      signIn({ flow: "exchange", scope });
      return /** @type {Session} */ (session);
    },
    adopt: async ({ refreshToken, expiresIn, scope = "public" }) => {
      const expiresAt =
        expiresIn === undefined ? null : Date.now() + expiresIn * 1000;
      const canRenew = refreshToken !== undefined;
      signIn({ flow: "adopted", expiresAt, canRenew, scope });
      return /** @type {Session} */ (session);
    },
    logout: async () => signOut(),
    fetch,
    token,
    renew,
    signUrl: async (given) => {
      const url = new URL(given, pageBase() ?? server);
      if (!isOurs(url))
        throw new AuthError("untrusted_url", "This URL may have no token.");
      url.searchParams.set("bearer_token", await token());
      return url;
    },
    openWebSocket: async (path, protocols) => {
      await token();
      if (options.openWebSocket) return options.openWebSocket(path, protocols);
      throw new AuthError(
        "configuration",
        "Give createTestAuth an `openWebSocket`.",
      );
    },
    authority: async () => ({
      id: "authority-1",
      name: "Test",
      domain: server.host,
      loginUrl: "/login?continue={{url}}",
      logoutUrl: "/auth/logout",
      session: session !== null,
      version: "2.0.0",
      apiRoot: "/api/engine/v2",
      config: {},
      ...options.authority,
    }),
    subscribe: (listener) => {
      // Each subscription is one, also of the same function.
      const own = (/** @type {AuthEvent} */ event) => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    install: (target = globalThis) => {
      const original = target.fetch;
      /** @type {typeof globalThis.fetch} */
      const via = (input, init) => original.call(target, input, init);
      const signed = fetchOver(via);
      target.fetch = (input, init) => (session ? signed : via)(input, init);
      return () => {
        target.fetch = original;
      };
    },
    close: () => listeners.clear(),
  };
  return auth;
}

/** The page's origin, if there is a page that has one. */
function pageOrigin() {
  const { location } = /** @type {{ location?: Location }} */ (globalThis);
  return location?.origin.startsWith("http") ? location.origin : undefined;
}

function pageBase() {
  const { document } = /** @type {{ document?: Document }} */ (globalThis);
  return pageOrigin() && document?.baseURI;
}

/**
 * Whether a URL lies under a resource, by whole segments.
 *
 * @param {URL} resource
 * @param {URL} url
 */
function covers(resource, url) {
  const path = resource.pathname.replace(/\/$/, "");
  return (
    resource.origin === url.origin &&
    (url.pathname === path || url.pathname.startsWith(`${path}/`))
  );
}

// React's ways to a client: a provider that makes it, and hooks that read it.
import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { AuthError, createAuth } from "./index.js";

/** @typedef {import("placeos-auth").Auth} Auth */

const Context = createContext(/** @type {Auth | null} */ (null));

/** @type {typeof import("placeos-auth/react").AuthProvider} */
export function AuthProvider({ auth: given, options, fallback, children }) {
  const [made, setMade] = useState(/** @type {Auth | null} */ (null));
  const [failure, setFailure] = useState(
    /** @type {{ error: unknown } | null} */ (null),
  );
  // Those of the first rendering: who writes them where they are used makes new ones, of the same content, each time.
  const [first] = useState(options);

  useEffect(() => {
    if (given) return;
    let isWanted = true;
    const making = createAuth(first);
    making.then(
      (client) => isWanted && setMade(client),
      (error) => isWanted && setFailure({ error }),
    );
    return () => {
      isWanted = false;
      setMade(null);
      making.then(
        (client) => client.close(),
        () => {},
      );
    };
  }, [given, first]);

  if (failure) throw failure.error;
  const auth = given ?? made;
  if (!auth) return fallback ?? null;
  return createElement(Context.Provider, { value: auth }, children);
}

/** @type {typeof import("placeos-auth/react").useAuth} */
export function useAuth() {
  const auth = useContext(Context);
  if (auth) return auth;
  throw new AuthError(
    "configuration",
    "useAuth and useSession have no client here. Put an <AuthProvider> around the component that calls them.",
  );
}

/** @type {typeof import("placeos-auth/react").useSession} */
export function useSession() {
  const auth = useAuth();
  return useSyncExternalStore(
    auth.subscribe,
    () => auth.session,
    // What a server renders, and what is first rendered over that.
    () => null,
  );
}

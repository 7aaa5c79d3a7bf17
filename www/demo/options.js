import { keep, recall } from "./kept.js";

const KEY = "demo:options";

/** The parameters of the demo's URL, and the options of `createAuth` that they set. */
const PARAMETERS = {
  server: "server",
  redirect_uri: "redirectUri",
  client_id: "clientId",
  storage: "storage",
  scope: "scope",
};

/**
 * The options for `createAuth` that the URL gives, or those it gave earlier in this tab: the server answers a sign-in at
 * the redirect URI, which has no parameters of the demo's.
 */
export function chosenOptions() {
  const given = new URLSearchParams(location.search);
  const options = Object.fromEntries(
    Object.entries(PARAMETERS)
      .filter(([parameter]) => given.get(parameter))
      .map(([parameter, option]) => [option, given.get(parameter)]),
  );
  if (Object.keys(options).length === 0) return recall(KEY) ?? {};
  keep(KEY, options);
  return options;
}

/** Begins anew with the defaults. */
export function resetOptions() {
  keep(KEY, null);
  location.assign(location.pathname);
}

import { keep, recall } from "./kept.js";

const KEY = "demo:options";
const WAY_KEY = "demo:way";

/** @typedef {import("placeos-auth").AuthOptions} AuthOptions */

/** The parameters of the demo's URL, and the options of `createAuth` that they set. */
const PARAMETERS = {
  server: "server",
  redirect_uri: "redirectUri",
  client_id: "clientId",
  flow: "flow",
  storage: "storage",
  scope: "scope",
};

/**
 * The options for `createAuth` that the URL gives, or those it gave earlier in this tab: the server answers a sign-in at
 * the redirect URI, which has no parameters of the demo's.
 *
 * @returns {AuthOptions}
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

/**
 * Keeps the options for this tab. What the URL says would come first after a reload, so it goes.
 *
 * @param {AuthOptions} options
 */
export function keepOptions(options) {
  keep(KEY, options);
  if (location.search) history.replaceState(null, "", location.pathname);
}

/** The way in that was chosen in this tab. @returns {string | null} */
export const chosenWay = () => recall(WAY_KEY);

/** @param {string} way */
export const keepWay = (way) => keep(WAY_KEY, way);

/** Begins anew with the defaults. */
export function resetOptions() {
  keep(KEY, null);
  keep(WAY_KEY, null);
  location.assign(location.pathname);
}

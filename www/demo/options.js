import { keep, recall } from "./kept.js";
import { find } from "./page.js";

const KEY = "demo:options";
const DEFAULT_FLOW = "auto";

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

/** Begins anew with the defaults. */
export function resetOptions() {
  keep(KEY, null);
  location.assign(location.pathname);
}

/**
 * Lets the user choose the flow of the next sign-in, which changes these options.
 *
 * @param {AuthOptions} options
 * @param {() => void} changed called after each change
 */
export function offerFlows(options, changed) {
  const chosen = options.flow ?? DEFAULT_FLOW;
  for (const radio of find("flow").querySelectorAll("input")) {
    radio.checked = radio.value === chosen;
    radio.onchange = () => {
      delete options.flow;
      if (radio.value !== DEFAULT_FLOW)
        options.flow = /** @type {AuthOptions["flow"]} */ (radio.value);
      keep(KEY, options);
      // What the URL says would come first after a reload.
      if (location.search) history.replaceState(null, "", location.pathname);
      changed();
    };
  }
}

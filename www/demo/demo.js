import { createAuth } from "placeos-auth";
import { Api } from "./api.js";
import { Building } from "./building.js";
import { Live } from "./live.js";
import { clearMessages, log, problemOf, showError } from "./messages.js";
import { chosenOptions, offerFlows, resetOptions } from "./options.js";
import { announce, find, tell } from "./page.js";
import { Readings, showLiveState } from "./readings.js";
import { watchRequests } from "./requests.js";
import { SessionPane } from "./session.js";
import { offerTrials } from "./trial.js";

/** @typedef {import("placeos-auth").Auth} Auth */

const readings = new Readings();
const building = new Building(readings);
const pane = new SessionPane();
const options = chosenOptions();
const server = options.server
  ? originOf(String(options.server))
  : location.origin;
let loading = new AbortController();

showOptions();
offerFlows(options, showOptions);
watchRequests(server);

try {
  const auth = await createAuth({ ...options, log });
  const api = new Api(auth.fetch, server);
  const live = new Live({
    connect: () => auth.openWebSocket(),
    onState: showLiveState,
    onValue: (binding, value) => readings.take(binding, value),
  });
  const { redirect } = auth;

  find("sign-in").onclick = () => signIn(auth);
  find("sign-out").onclick = () => leave(auth.logout());
  find("sign-out-local").onclick = () => leave(signOutHere(auth));
  // How it went is an event.
  find("renew").onclick = () => auth.renew().catch(() => {});
  find("load-again").onclick = () => load(api, live);
  find("reset").onclick = () =>
    leave(auth.logout({ local: true }).then(resetOptions));
  offerTrials(auth.fetch, server);

  auth.subscribe((event) => {
    const { session } = auth;
    if (session && event.type === "renewed") return pane.renewed(session);
    if (session && event.type === "renewal-failed")
      return pane.renewalFailed(session, event.error);
    show(auth, api, live);
    // The focus was on something that is gone now.
    if (!session) find("welcome-title").focus();
    if (event.type === "expired") {
      tell("notice", "Your session has expired. Sign in again to go on.");
    }
  });
  show(auth, api, live);
  if (redirect.status === "failed") {
    showError("You could not be signed in.", redirect.error);
  }
} catch (error) {
  find("reset").onclick = resetOptions;
  document.body.dataset.screen = "broken";
  showError("The demo can't start.", error);
}

/**
 * The screen that fits the session.
 *
 * @param {Auth} auth
 * @param {Api} api
 * @param {Live} live
 */
function show(auth, api, live) {
  loading.abort();
  live.stop();
  pane.clear();
  clearMessages();
  setLeaving(false);
  const { session } = auth;
  document.body.dataset.screen = session ? "dashboard" : "welcome";
  if (!session) {
    building.clear();
    showUser({});
    return;
  }
  pane.show(session, options.storage ?? "session");
  load(api, live);
}

/**
 * Fetches what the dashboard shows. What one part can't have doesn't keep the other from showing.
 *
 * @param {Api} api
 * @param {Live} live
 */
async function load(api, live) {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  tell("problem-message");
  find("problem").hidden = true;
  const [user, systems, zones] = await Promise.allSettled([
    api.user(signal),
    api.systems(signal),
    api.zones(signal),
  ]);
  // Signed out meanwhile.
  if (signal.aborted) return;

  showUser(valueOf(user) ?? { name: "Signed in" });
  building.show(valueOf(systems), valueOf(zones));
  live.start(readings.bindings(valueOf(systems) ?? []));
  const failed = [user, systems, zones].find(
    (result) => result.status === "rejected",
  );
  if (failed) {
    find("problem").hidden = false;
    tell("problem-message", problemOf(failed.reason));
    announce(find("problem-message").textContent);
  } else {
    announce("You are signed in, and the building is loaded.");
  }
}

/**
 * @template Value
 * @param {PromiseSettledResult<Value>} result
 */
function valueOf(result) {
  return result.status === "fulfilled" ? result.value : undefined;
}

/** @param {Auth} auth */
async function signIn(auth) {
  clearMessages();
  setLeaving(true);
  // The flow may have been switched since the page began; with the same one this is a twin of the same client.
  const client = await createAuth({ ...options, log });
  try {
    await client.login();
  } catch (error) {
    // Signed in meanwhile, and here again by the back button.
    if (client.session && !auth.session) return location.reload();
    client.close();
    setLeaving(false);
    showError("You are not signed in.", error);
  }
}

/** @param {Auth} auth */
async function signOutHere(auth) {
  await auth.logout({ local: true });
  tell(
    "notice",
    "You are signed out here, and not at the server: signing in again may need no password.",
  );
}

/** @param {Promise<void>} left */
async function leave(left) {
  try {
    await left;
  } catch (error) {
    showError("You could not be signed out.", error);
  }
}

/** @param {boolean} isLeaving */
function setLeaving(isLeaving) {
  const { dataset } = find("sign-in");
  find("flow", HTMLFieldSetElement).disabled = isLeaving;
  find("sign-in", HTMLButtonElement).disabled = isLeaving;
  find("sign-in").textContent = (isLeaving ? dataset.busy : dataset.idle) ?? "";
}

/** @param {import("./api.js").User} user */
function showUser({ name, email }) {
  find("user-name").textContent = name ?? "";
  find("user-email").textContent = email ?? "";
}

function showOptions() {
  const { server: _, ...others } = options;
  find("server").textContent = server;
  find("options").textContent = Object.entries(others)
    .map(([name, value]) => ` · ${name}: ${value}`)
    .join("");
  find("reset").hidden = Object.keys(options).length === 0;
}

/**
 * As it is if it isn't a URL: `createAuth` says what is wrong with it.
 *
 * @param {string} text
 */
function originOf(text) {
  return URL.canParse(text) ? new URL(text).origin : text;
}

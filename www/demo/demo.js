import { createAuth } from "placeos-auth";
import { CHOICES } from "./choices.js";
import { Client } from "./client.js";
import { Dashboard } from "./dashboard.js";
import { FaultsPane } from "./faults.js";
import { clearMessages, log, showError } from "./messages.js";
import {
  chosenOptions,
  chosenWay,
  keepOptions,
  keepWay,
  resetOptions,
} from "./options.js";
import { find, tell } from "./page.js";
import { watchRequests } from "./requests.js";
import { readSandbox } from "./sandbox.js";
import { SessionPane } from "./session.js";
import { SignInForm } from "./sign-in.js";
import { Switch } from "./switch.js";
import { Tabs } from "./tabs.js";
import { Timeline } from "./timeline.js";
import { offerTrials, tryOut } from "./trial.js";

const DEFAULTS = { flow: "auto", storage: "session", way: "redirect" };

const options = chosenOptions();
const server = options.server
  ? originOf(String(options.server))
  : location.origin;
const timeline = new Timeline();
const pane = new SessionPane();
const tabs = new Tabs();
const client = new Client(hear);
const dashboard = new Dashboard(client, server);
const form = new SignInForm(signIn);
/** Kept nowhere: a key in the page's storage would outlive the visit. */
let apiKey = "";
/** @type {Promise<void> | undefined} while the client is made anew */
let making;

watchRequests(server, (request) => timeline.request(request));
const way = chosenWay() ?? DEFAULTS.way;
form.way = way;
const switches = [
  new Switch("flow", options.flow ?? DEFAULTS.flow, (flow) =>
    choose("flow", flow),
  ),
  new Switch("storage", storage(), (chosen) => choose("storage", chosen)),
  new Switch("way", way, chooseWay),
];
showOptions();
find("sign-out").onclick = () => leave(signOut());
find("sign-out-local").onclick = () => leave(signOutHere());
find("reset").onclick = () => leave(reset());
// How it went is an event.
find("renew").onclick = () => client.auth.renew().catch(() => {});
offerTrials(client.fetch, server);
offerFaults();

try {
  const { redirect, session } = await client.open({ ...options, log });
  if (redirect.status === "signed-in") timeline.event("signed-in", session);
  else if (session) timeline.event("restored", session);
  show();
  if (redirect.status === "failed") {
    showError("You could not be signed in.", redirect.error);
  }
} catch (error) {
  document.body.dataset.screen = "broken";
  showError("The demo can't start.", error);
}

/**
 * What the client says has changed.
 *
 * @param {import("placeos-auth").AuthEvent} event
 */
function hear(event) {
  const { session } = client;
  const error =
    event.type === "renewal-failed"
      ? event.error
      : event.type === "expired"
        ? event.reason
        : undefined;
  timeline.event(event.type, session, error);
  tabs.show(session, storage());
  if (session && event.type === "renewed") return pane.renewed(session);
  if (session && event.type === "renewal-failed")
    return pane.renewalFailed(session, event.error);
  show();
  // The focus was on something that is gone now.
  if (!session) find("welcome-title").focus();
  else if (event.type === "signed-in") find("client-title").focus();
  if (event.type === "expired") {
    const why = error ? ` ${error.message} (${error.code})` : "";
    tell("notice", `Your session has expired.${why} Sign in again to go on.`);
  }
}

/** The screen that fits the session. */
function show() {
  dashboard.stop();
  pane.clear();
  clearMessages();
  setBusy(false);
  const { session } = client;
  document.body.dataset.screen = session ? "dashboard" : "welcome";
  tabs.show(session, storage());
  if (!session) return dashboard.clear();
  find("sign-out-local").hidden = session.flow === "api-key";
  pane.show(session, storage());
  dashboard.load();
}

/**
 * @param {"flow" | "storage"} name
 * @param {string} value
 */
function choose(name, value) {
  delete options[name];
  if (value !== DEFAULTS[name]) Object.assign(options, { [name]: value });
  keepOptions(options);
  remake();
}

/** @param {string} chosen */
function chooseWay(chosen) {
  keepWay(chosen);
  form.way = chosen;
  showOptions();
  if (apiKey) {
    apiKey = "";
    return remake();
  }
  if (client.session) {
    const name = CHOICES.way[chosen]?.name;
    tell("notice", `The next sign-in goes this way: ${name}.`);
  }
}

/** Makes the client anew with what is chosen now. */
async function remake() {
  const made = useNewClient();
  making = made;
  await made;
  if (making === made) making = undefined;
}

async function useNewClient() {
  showOptions();
  try {
    const key = apiKey ? { apiKey } : {};
    const { session } = await client.open({ ...options, ...key, log });
    timeline.event("client-made", session);
    show();
    const flow = CHOICES.flow[options.flow ?? DEFAULTS.flow]?.name;
    const made = `A new client was made: flow ${flow}, storage ${storage()}.`;
    const found = session
      ? "It has a session."
      : "It has no session: sign in to go on.";
    tell("notice", `${made} ${found}`);
  } catch (error) {
    apiKey = "";
    showError("The client can't be made.", error);
  }
}

async function signIn() {
  // Else nothing is awaited before `login`, or a browser would block the popup.
  if (making) await making;
  clearMessages();
  if (form.apiKey) {
    apiKey = form.apiKey;
    return remake();
  }
  setBusy(true);
  try {
    await form.enter(client.auth);
  } catch (error) {
    // Signed in meanwhile, and here again by the back button.
    if (client.session) show();
    else showError("You are not signed in.", error);
  }
  setBusy(false);
}

function signOut() {
  if (!apiKey) return client.auth.logout();
  apiKey = "";
  return remake();
}

async function signOutHere() {
  await client.auth.logout({ local: true });
  tell(
    "notice",
    "You are signed out here, and not at the server: signing in again may need no password.",
  );
}

/** Forgets the options, and the sessions of each storage. */
async function reset() {
  try {
    for (const storage of /** @type {const} */ (["session", "local"])) {
      const auth = await createAuth({ ...options, storage });
      await auth.logout({ local: true });
      auth.close();
    }
  } finally {
    resetOptions();
  }
}

/** @param {Promise<void>} left */
async function leave(left) {
  try {
    await left;
  } catch (error) {
    showError("You could not be signed out.", error);
  }
}

/** Only a sandbox that serves this page, and that the client asks, can be made to fail. */
async function offerFaults() {
  const sandbox = server === location.origin && (await readSandbox());
  if (!sandbox) return;
  form.suggest(sandbox.account);
  new FaultsPane(sandbox, (renews) => tryOut(client, server, renews));
}

/** @param {boolean} isBusy */
function setBusy(isBusy) {
  for (const each of switches) each.disabled = isBusy;
  form.busy = isBusy;
}

function storage() {
  return options.storage ?? DEFAULTS.storage;
}

function showOptions() {
  const { server: _, ...others } = options;
  find("server").textContent = server;
  find("options").textContent = Object.entries(others)
    .map(([name, value]) => ` · ${name}: ${value}`)
    .join("");
  const isChanged = (chosenWay() ?? DEFAULTS.way) !== DEFAULTS.way;
  find("reset").hidden = Object.keys(options).length === 0 && !isChanged;
}

/**
 * As it is if it isn't a URL: `createAuth` says what is wrong with it.
 *
 * @param {string} text
 */
function originOf(text) {
  return URL.canParse(text) ? new URL(text).origin : text;
}

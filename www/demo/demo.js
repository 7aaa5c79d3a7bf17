import { createAuth } from "placeos-auth";
import { Api } from "./api.js";
import { Building } from "./building.js";
import { Countdown } from "./countdown.js";
import { chosenOptions, resetOptions } from "./options.js";
import { announce, element, find, tell } from "./page.js";
import { watchRequests } from "./requests.js";
import { offerTrials } from "./trial.js";

const building = new Building();
const countdown = new Countdown();
const options = chosenOptions();
const server = options.server ? originOf(options.server) : location.origin;
let loading = new AbortController();

showOptions();
watchRequests(server);

try {
  const auth = await createAuth({ ...options, log });
  const api = new Api(auth.fetch, server);
  const { redirect } = auth;

  find("sign-in").onclick = () => signIn(auth);
  find("sign-out").onclick = () => leave(auth.logout());
  find("sign-out-local").onclick = () => leave(signOutHere(auth));
  find("load-again").onclick = () => load(api);
  find("reset").onclick = () =>
    leave(auth.logout({ local: true }).then(resetOptions));
  offerTrials(auth.fetch, server);

  auth.subscribe(({ type }) => {
    show(auth, api);
    // The focus was on something that is gone now.
    if (!auth.session) find("welcome-title").focus();
    if (type === "expired") {
      tell("notice", "Your session has expired. Sign in again to go on.");
    }
  });
  show(auth, api);
  if (redirect.status === "failed") {
    showError("You could not be signed in.", redirect.error);
  }
} catch (error) {
  find("reset").onclick = resetOptions;
  document.body.dataset.screen = "broken";
  showError("The demo can't start.", error);
}

/** The screen that fits the session. */
function show(auth, api) {
  loading.abort();
  countdown.stop();
  tell("notice");
  find("error").hidden = true;
  setLeaving(false);
  const { session } = auth;
  document.body.dataset.screen = session ? "dashboard" : "welcome";
  if (!session) {
    building.clear();
    showUser({});
    return;
  }
  countdown.start(session);
  find("session-flow").textContent = session.flow;
  find("session-scope").textContent = session.scope;
  find("session-storage").textContent = options.storage ?? "session";
  load(api);
}

/** Fetches what the dashboard shows. What one part can't have doesn't keep the other from showing. */
async function load(api) {
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

  showUser(user.value ?? { name: "Signed in" });
  building.show(systems.value, zones.value);
  const failed = [user, systems, zones].find(({ reason }) => reason);
  if (failed) {
    find("problem").hidden = false;
    tell("problem-message", problemOf(failed.reason));
    announce(find("problem-message").textContent);
  } else {
    announce("You are signed in, and the building is loaded.");
  }
}

function problemOf(reason) {
  if (reason.status === 401) {
    return `The server doesn't take this token any more: ${reason.message}. Sign out here and sign in again.`;
  }
  if (reason.status) return `The server answered with ${reason.message}.`;
  if (reason.name === "AuthError") return reason.message;
  if (reason instanceof SyntaxError) {
    return "The server's answer is not what the API promises.";
  }
  return "The server gave no answer that this page may read. It is out of reach, or doesn't allow this page's origin (CORS).";
}

async function signIn(auth) {
  tell("notice");
  find("error").hidden = true;
  setLeaving(true);
  try {
    await auth.login();
  } catch (error) {
    setLeaving(false);
    showError("You are not signed in.", error);
  }
}

async function signOutHere(auth) {
  await auth.logout({ local: true });
  tell(
    "notice",
    "You are signed out here, and not at the server: signing in again may need no password.",
  );
}

async function leave(left) {
  try {
    await left;
  } catch (error) {
    showError("You could not be signed out.", error);
  }
}

function setLeaving(isLeaving) {
  const { dataset } = find("sign-in");
  find("sign-in").disabled = isLeaving;
  find("sign-in").textContent = isLeaving ? dataset.busy : dataset.idle;
}

function showUser({ name, email }) {
  find("user-name").textContent = name ?? "";
  find("user-email").textContent = email ?? "";
}

function showError(title, { message, code, description }) {
  find("error-title").textContent = title;
  const more = description && !message.includes(description);
  find("error-message").textContent = more
    ? `${message} The server says: “${description}”`
    : message;
  tell("error-code", code);
  find("error").hidden = false;
}

/** The package's own lines, newest first. */
function log(line) {
  find("activity").hidden = false;
  find("activity-log").prepend(
    element(
      "li",
      { dataset: { testid: "activity" } },
      element("span", { className: "address" }, line),
      element("time", { className: "soft" }, new Date().toLocaleTimeString()),
    ),
  );
}

function showOptions() {
  const { server: _, ...others } = options;
  find("server").textContent = server;
  find("options").textContent = Object.entries(others)
    .map(([name, value]) => ` · ${name}: ${value}`)
    .join("");
  find("reset").hidden = Object.keys(options).length === 0;
}

/** As it is if it isn't a URL: `createAuth` says what is wrong with it. */
function originOf(text) {
  return URL.canParse(text) ? new URL(text).origin : text;
}

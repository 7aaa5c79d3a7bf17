import { complaint } from "./api.js";
import { find } from "./page.js";

/** @type {Record<string, string>} */
const LOOPBACK = { localhost: "127.0.0.1", "127.0.0.1": "localhost" };

/**
 * Lets the user send requests of their own and says in words how each one went.
 *
 * @param {typeof globalThis.fetch} fetch the one that signs: `auth.fetch`
 * @param {string} server its origin
 */
export function offerTrials(fetch, server) {
  const field = find("request-url", HTMLInputElement);

  /** @param {string} address */
  const send = async (address) => {
    field.value = address;
    find("answer").textContent = "…";
    find("answer").textContent = await outcome(fetch, address, server);
  };

  find("request-form").onsubmit = (event) => {
    event.preventDefault();
    send(field.value.trim());
  };
  find("try-forbidden").onclick = () => send("/api/engine/v2/cluster");

  const elsewhere = anotherOrigin(server);
  find("try-elsewhere").hidden = !elsewhere;
  find("try-elsewhere").onclick = () => send(`${elsewhere}/auth/authority`);
}

/**
 * Uses a client as an app does, and says in words how it went.
 *
 * @param {import("./client.js").Client} client
 * @param {string} server its origin
 * @param {boolean} renews whether a renewal is tried as well, before the request
 */
export async function tryOut(client, server, renews) {
  const { session } = client;
  if (!session) return "Sign in to see what it does to a session.";
  const [renewal, request] = await Promise.all([
    renews && session.canRenew ? renewalOf(client.auth) : "",
    outcome(client.fetch, "/api/engine/v2/systems?limit=2", server),
  ]);
  return [renewal, `Request: ${request}`].filter(Boolean).join("\n");
}

/** @param {import("placeos-auth").Auth} auth */
async function renewalOf(auth) {
  try {
    await auth.renew();
    return "Renewal: done.";
  } catch (error) {
    const { message, code } = /** @type {import("placeos-auth").AuthError} */ (
      error
    );
    return `Renewal: ${message} (${code})`;
  }
}

/**
 * @param {typeof globalThis.fetch} fetch
 * @param {string} address
 * @param {string} server
 */
async function outcome(fetch, address, server) {
  let url;
  try {
    url = new URL(address, server);
  } catch {
    return "That is not an address.";
  }
  try {
    const response = await fetch(url, { redirect: "follow" });
    const { status } = response;
    if (response.ok) return `Answered with ${status}.`;
    const said = await complaint(response);
    const answer = said ? `${status}, “${said}”` : status;
    return `Answered with ${answer}. ${MEANINGS[status] ?? ""}`;
  } catch (error) {
    const { name, message, code } =
      /** @type {import("placeos-auth").AuthError} */ (error);
    if (name === "AuthError") return `${message} (${code})`;
    return url.origin === location.origin
      ? "No answer: the server can't be reached."
      : "No answer this page may read: nothing is there, or that origin doesn't allow it (CORS).";
  }
}

/** @type {Record<number, string>} */
const MEANINGS = {
  401: "It refuses this token, and there is no newer one: because of 401s a session is renewed once a minute at most. If it goes on, sign in again.",
  403: "The token is good but doesn't allow this: the app's business, and the session goes on.",
};

/**
 * An origin that isn't the server's, and for which nobody else has to be troubled: this page's, or another name of it.
 *
 * @param {string} server
 */
function anotherOrigin(server) {
  if (server !== location.origin) return location.origin;
  const name = LOOPBACK[location.hostname];
  if (!name) return undefined;
  return location.origin.replace(location.hostname, name);
}

import { Api } from "./api.js";
import { Building } from "./building.js";
import { Live } from "./live.js";
import { problemOf } from "./messages.js";
import { announce, find, tell } from "./page.js";
import { Readings, showLiveState } from "./readings.js";

/** What only those who are signed in see: who they are, the building, and what its rooms say. */
export class Dashboard {
  #readings = new Readings();
  #building = new Building(this.#readings);
  #loading = new AbortController();
  #api;
  #live;

  /**
   * @param {import("./client.js").Client} client
   * @param {string} server its origin
   */
  constructor(client, server) {
    this.#api = new Api(client.fetch, server);
    this.#live = new Live({
      connect: () => client.auth.openWebSocket(),
      onState: showLiveState,
      onValue: (binding, value) => this.#readings.take(binding, value),
    });
    find("load-again").onclick = () => this.load();
  }

  /** Leaves nothing of it on the page. */
  clear() {
    this.stop();
    this.#building.clear();
    showUser({});
  }

  /** Neither loads nor listens any more. */
  stop() {
    this.#loading.abort();
    this.#live.stop();
  }

  /** Fetches what it shows. What one part can't have doesn't keep the other from showing. */
  async load() {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    tell("problem-message");
    find("problem").hidden = true;
    const [user, systems, zones] = await Promise.allSettled([
      this.#api.user(signal),
      this.#api.systems(signal),
      this.#api.zones(signal),
    ]);
    // Signed out meanwhile.
    if (signal.aborted) return;

    showUser(valueOf(user) ?? { name: "Signed in" });
    this.#building.show(valueOf(systems), valueOf(zones));
    this.#live.start(this.#readings.bindings(valueOf(systems) ?? []));
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
}

/**
 * @template Value
 * @param {PromiseSettledResult<Value>} result
 */
function valueOf(result) {
  return result.status === "fulfilled" ? result.value : undefined;
}

/** @param {import("./api.js").User} user */
function showUser({ name, email }) {
  find("user-name").textContent = name ?? "";
  find("user-email").textContent = email ?? "";
}

import { setClock } from "./clock.js";
import { element, find } from "./page.js";
import { changeSandbox, readSandbox } from "./sandbox.js";
import { Switch } from "./switch.js";

/**
 * A fault: what happens, and what it is tried with. `stays`: until it is ended.
 *
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} meaning
 * @property {boolean} stays
 * @property {boolean} renews whether a renewal shows more than a request alone
 */

/** @type {Record<string, Fault>} */
const FAULTS = {
  network: {
    name: "No network",
    meaning:
      "The connection to the server is cut. Requests and renewals fail, and the session stays.",
    stays: true,
    renews: true,
  },
  slow: {
    name: "Slow network",
    meaning:
      "Every answer takes three seconds. A request waits two seconds for the renewal, then goes with the token there is.",
    stays: true,
    renews: true,
  },
  unauthorized: {
    name: "401 once",
    meaning:
      "One signed request is refused. The session is renewed, once a minute at most, and the request sent again.",
    stays: false,
    renews: false,
  },
  unavailable: {
    name: "503",
    meaning:
      "The server is being restarted. The app gets the 503, a renewal fails, and the session stays.",
    stays: true,
    renews: true,
  },
  revoked: {
    name: "Token revoked",
    meaning:
      "The server takes no token any more. A hidden frame gets a new one; a refresh token is refused, and the session ends. Because of 401s it is tried once a minute at most.",
    stays: false,
    renews: false,
  },
  clock: {
    name: "Clock wrong",
    meaning:
      "This page's clock is an hour fast. If the token is over by it, it is renewed, and nothing is lost.",
    stays: true,
    renews: false,
  },
};

/** The faults that one can throw at the package, and what came of it. */
export class FaultsPane {
  #trial;
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {string | null} what the server has */
  #fault = null;
  #isClockWrong = false;
  #count = 0;

  /**
   * @param {import("./sandbox.js").Sandbox} sandbox
   * @param {(renews: boolean) => Promise<string>} trial uses the package, and says in words how it went
   */
  constructor(sandbox, trial) {
    this.#trial = trial;
    this.#fault = sandbox.fault;
    for (const [id, fault] of Object.entries(FAULTS)) {
      this.#buttons.set(
        id,
        element(
          "button",
          {
            type: "button",
            dataset: { testid: `fault-${id}` },
            onclick: () => this.#press(id, fault),
          },
          fault.name,
        ),
      );
    }
    find("faults").append(...this.#buttons.values());
    new Switch("lifetime", String(sandbox.tokenLifetime), (seconds) =>
      changeSandbox({ tokenLifetime: Number(seconds) }).catch(tellFailure),
    );
    find("sandbox").hidden = false;
    this.#draw();
    // Another tab may have changed it meanwhile.
    document.addEventListener("visibilitychange", () => this.#look());
  }

  async #look() {
    if (document.hidden) return;
    const sandbox = await readSandbox();
    if (!sandbox) return;
    this.#fault = sandbox.fault;
    this.#draw();
  }

  /** @param {string} id @param {Fault} fault */
  async #press(id, fault) {
    const count = ++this.#count;
    const ends = this.#isOn(id);
    const meaning = ends ? `“${fault.name}” is over.` : fault.meaning;
    tellFault(meaning, "…");
    try {
      await this.#throw(id, fault, ends);
      this.#draw();
      const outcome = await this.#trial(fault.renews);
      // The next one has been thrown meanwhile.
      if (count !== this.#count) return;
      tellFault(meaning, outcome);
    } catch (error) {
      tellFailure(error);
    }
  }

  /** @param {string} id @param {Fault} fault @param {boolean} ends */
  async #throw(id, { stays }, ends) {
    if (id === "clock") {
      this.#isClockWrong = !ends;
      return setClock(!ends);
    }
    await changeSandbox(
      id === "revoked" ? { revoked: true } : { fault: ends ? null : id },
    );
    if (id !== "revoked") this.#fault = ends || !stays ? null : id;
  }

  /** @param {string} id */
  #isOn(id) {
    return id === "clock" ? this.#isClockWrong : this.#fault === id;
  }

  #draw() {
    for (const [id, button] of this.#buttons) {
      if (FAULTS[id]?.stays) button.ariaPressed = String(this.#isOn(id));
    }
  }
}

/** @param {string} meaning @param {string} outcome */
function tellFault(meaning, outcome) {
  find("fault").hidden = false;
  find("fault-meaning").textContent = meaning;
  find("fault-outcome").textContent = outcome;
}

/** @param {unknown} error */
function tellFailure(error) {
  const { message } = /** @type {Error} */ (error);
  tellFault("The sandbox can't be changed.", message);
}

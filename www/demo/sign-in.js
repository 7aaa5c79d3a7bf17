import { element, find } from "./page.js";

/** @typedef {import("placeos-auth").Auth} Auth */

/** The form by which one signs in, in the way that was chosen. */
export class SignInForm {
  #way = "redirect";
  #button = find("sign-in", HTMLButtonElement);
  #email = field({ id: "email", type: "email", autocomplete: "username" });
  #password = field({
    id: "password",
    type: "password",
    autocomplete: "current-password",
  });
  #key = field({ id: "key", autocomplete: "off", spellcheck: false });

  /** @param {() => void} onSubmit */
  constructor(onSubmit) {
    find("sign-in-form").onsubmit = (event) => {
      event.preventDefault();
      onSubmit();
    };
  }

  /** The key that was typed, where a key is the way in. */
  get apiKey() {
    return this.#way === "api-key" ? this.#key.value.trim() : "";
  }

  /** @param {string} way */
  set way(way) {
    this.#way = way;
    /** @type {Record<string, HTMLElement[]>} */
    const fields = {
      password: [
        labelled("Email", this.#email),
        labelled("Password", this.#password),
      ],
      "api-key": [labelled("API key", this.#key)],
    };
    find("fields").replaceChildren(...(fields[way] ?? []));
    this.busy = false;
  }

  /** @param {boolean} isBusy */
  set busy(isBusy) {
    const { dataset } = this.#button;
    const idle = this.#way === "api-key" ? dataset.key : dataset.idle;
    const busy = this.#way === "redirect" ? dataset.leaving : dataset.busy;
    // A second click brings the popup to the front.
    this.#button.disabled = isBusy && this.#way !== "popup";
    this.#button.textContent = (isBusy ? busy : idle) ?? "";
  }

  /**
   * Fills in who can sign in, where a sandbox says so.
   *
   * @param {import("./sandbox.js").Sandbox["account"]} account
   */
  suggest({ email, password, api_key }) {
    this.#email.value = email;
    this.#password.value = password;
    this.#key.value = api_key;
  }

  /**
   * Signs in by the client.
   *
   * @param {Auth} auth
   * @returns {Promise<unknown>}
   */
  enter(auth) {
    switch (this.#way) {
      case "silent":
      case "popup":
        return auth.login({ mode: this.#way });
      case "password":
        return this.#byPassword(auth);
      default:
        return auth.login();
    }
  }

  /** @param {Auth} auth */
  async #byPassword(auth) {
    const { id } = await auth.authority();
    return auth.loginWithPassword({
      username: this.#email.value,
      password: this.#password.value,
      authority: id,
    });
  }
}

/** @param {Partial<Omit<HTMLInputElement, "dataset">>} properties */
const field = (properties) =>
  element("input", { ...properties, required: true });

/** @param {string} text @param {HTMLInputElement} input */
const labelled = (text, input) => element("label", {}, text, input);

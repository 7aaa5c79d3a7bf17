/** What the REST API said no with. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} [said] what the server said
   */
  constructor(status, said) {
    super(said ? `“${said}” (${status})` : `status ${status}`);
    this.status = status;
  }
}

/**
 * @typedef {{ name?: string, email?: string }} User
 *
 * @typedef {object} Zone
 * @property {string} id
 * @property {string} [name]
 * @property {string} [display_name]
 * @property {string} [description]
 * @property {string[]} [tags]
 *
 * @typedef {object} System
 * @property {string} id
 * @property {string} [name]
 * @property {string} [display_name]
 * @property {string} [description]
 * @property {string[]} [zones]
 * @property {string[] | string} [features]
 * @property {number} [capacity]
 * @property {boolean} [bookable]
 */

/** The part of the PlaceOS REST API that the demo reads. */
export class Api {
  #fetch;
  #root;

  /**
   * @param {typeof globalThis.fetch} fetch the one that signs: `auth.fetch`
   * @param {string} server its origin
   */
  constructor(fetch, server) {
    this.#fetch = fetch;
    this.#root = `${server}/api/engine/v2`;
  }

  /** @param {AbortSignal} signal @returns {Promise<User>} */
  user = (signal) => this.#get("/users/current", signal);
  /** @param {AbortSignal} signal @returns {Promise<System[]>} */
  systems = (signal) => this.#list("/systems?limit=100", signal);
  /** @param {AbortSignal} signal @returns {Promise<Zone[]>} */
  zones = (signal) => this.#list("/zones?limit=100", signal);

  /** @param {string} path @param {AbortSignal} signal */
  async #list(path, signal) {
    const list = await this.#get(path, signal);
    if (Array.isArray(list)) return list;
    throw new SyntaxError(`${path} is not a list`);
  }

  /** @param {string} path @param {AbortSignal} signal */
  async #get(path, signal) {
    const response = await this.#fetch(this.#root + path, { signal });
    if (!response.ok) {
      throw new Refusal(response.status, await complaint(response));
    }
    return response.json();
  }
}

/**
 * What a server says is wrong, if it says so in JSON as PlaceOS does.
 *
 * @param {Response} response
 * @returns {Promise<string | undefined>}
 */
export async function complaint(response) {
  try {
    const { error } = await response.json();
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}

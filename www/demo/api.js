/** What the REST API said no with. */
export class Refusal extends Error {
  constructor(status, said) {
    super(said ? `“${said}” (${status})` : `status ${status}`);
    this.status = status;
  }
}

/** The part of the PlaceOS REST API that the demo reads. */
export class Api {
  #fetch;
  #root;

  /**
   * @param {typeof fetch} fetch the one that signs: `auth.fetch`
   * @param {string} server its origin
   */
  constructor(fetch, server) {
    this.#fetch = fetch;
    this.#root = `${server}/api/engine/v2`;
  }

  user = (signal) => this.#get("/users/current", signal);
  systems = (signal) => this.#list("/systems?limit=100", signal);
  zones = (signal) => this.#list("/zones?limit=100", signal);

  async #list(path, signal) {
    const list = await this.#get(path, signal);
    if (Array.isArray(list)) return list;
    throw new SyntaxError(`${path} is not a list`);
  }

  async #get(path, signal) {
    const response = await this.#fetch(this.#root + path, { signal });
    if (!response.ok) {
      throw new Refusal(response.status, await complaint(response));
    }
    return response.json();
  }
}

/** What a server says is wrong, if it says so in JSON as PlaceOS does. */
export async function complaint(response) {
  try {
    const { error } = await response.json();
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}

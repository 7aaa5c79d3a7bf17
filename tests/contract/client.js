import { account } from "../servers/building.js";

/** @import { Fields } from "../servers/types.d.ts" */
/** @typedef {{ response: Response, text: string, origin: string }} Answer */
/** @typedef {ReturnType<typeof createClient>} Client */
/** @typedef {Record<string, string>} Headers */

/**
 * A browser without a screen: keeps cookies, follows nothing.
 *
 * @param {string} origin of the server
 */
export function createClient(origin) {
  /** @type {Map<string, string>} */
  const cookies = new Map();

  /**
   * @param {string} path
   * @param {{ headers?: Headers, method?: string, body?: string | URLSearchParams }} [init]
   * @returns {Promise<Answer>}
   */
  async function request(path, { headers = {}, ...init } = {}) {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(new URL(path, origin), {
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
      headers: { ...(cookie && { cookie }), ...headers },
      ...init,
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";");
      const [name = "", ...value] = pair.split("=");
      const expired = attributes.some((attribute) =>
        /^ *(max-age=0|expires=thu, 01 jan 1970)/i.test(attribute),
      );
      if (expired) cookies.delete(name);
      else cookies.set(name, value.join("="));
    }
    return { response, text: await response.text(), origin };
  }

  /** @param {string} path @param {Fields} fields @param {Headers} [headers] */
  const post = (path, fields, headers = {}) =>
    request(path, { method: "POST", body: encode(fields), headers });

  return {
    origin,
    /** @param {string} path @param {Headers} [headers] */
    get: (path, headers = {}) => request(path, { headers }),
    request,
    post,
    /** @param {Fields} parameters */
    authorize: (parameters) =>
      request(`/auth/oauth/authorize?${encode(parameters)}`),
    /** @param {Fields} fields */
    token: (fields) => post("/auth/oauth/token", fields),
    /** @param {Fields} fields */
    revoke: (fields) => post("/auth/oauth/revoke", fields),
    /** @param {string} token */
    api: (token) =>
      request("/api/engine/v2/systems", {
        headers: { authorization: `Bearer ${token}` },
      }),

    /** Fills in the login form as a person would, whatever hidden fields it has. */
    async signIn(place = "/", password = account.password) {
      const query = new URLSearchParams({ continue: place });
      const { text } = await request(`/login?${query}`);
      return post("/login", {
        ...hiddenFields(text),
        email: account.email,
        password,
      });
    },
  };
}

/**
 * Parameters as text: those that are undefined are left out.
 *
 * @param {Fields} fields
 */
export const encode = (fields) =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

/** @param {string} html */
function hiddenFields(html) {
  const inputs = html.match(/<input[^>]*type="hidden"[^>]*>/g) ?? [];
  /** @param {string} input @param {string} name */
  const attribute = (input, name) =>
    new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1] ?? "";
  return Object.fromEntries(
    inputs.map((input) => [
      attribute(input, "name"),
      attribute(input, "value").replaceAll("&amp;", "&"),
    ]),
  );
}

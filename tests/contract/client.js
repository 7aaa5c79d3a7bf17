import { account } from "../servers/building.js";

/**
 * A browser without a screen: keeps cookies, follows nothing.
 *
 * @param {string} origin of the server
 */
export function createClient(origin) {
  const cookies = new Map();

  async function request(path, { headers = {}, ...init } = {}) {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(new URL(path, origin), {
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
      headers: { ...(cookie && { cookie }), ...headers },
      ...init,
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(";");
      const [name, ...value] = pair.split("=");
      const expired = attributes.some((attribute) =>
        /^ *(max-age=0|expires=thu, 01 jan 1970)/i.test(attribute),
      );
      if (expired) cookies.delete(name);
      else cookies.set(name, value.join("="));
    }
    return { response, text: await response.text(), origin };
  }

  const post = (path, fields, headers) =>
    request(path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers,
    });

  return {
    origin,
    get: (path, headers) => request(path, { headers }),
    request,
    post,
    authorize: (parameters) =>
      request(`/auth/oauth/authorize?${new URLSearchParams(parameters)}`),
    token: (fields) => post("/auth/oauth/token", fields),
    revoke: (fields) => post("/auth/oauth/revoke", fields),
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

function hiddenFields(html) {
  const inputs = html.match(/<input[^>]*type="hidden"[^>]*>/g) ?? [];
  const attribute = (input, name) =>
    new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1];
  return Object.fromEntries(
    inputs.map((input) => [
      attribute(input, "name"),
      (attribute(input, "value") ?? "").replaceAll("&amp;", "&"),
    ]),
  );
}

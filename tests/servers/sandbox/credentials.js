/**
 * What a request brings to prove whose it is, looked for where PlaceOS looks and in its order.
 *
 * @param {{url: string, headers: import("node:http").IncomingHttpHeaders}} request
 * @returns {{apiKey: string} | {token: string} | undefined}
 */
export function credentials({ url, headers }) {
  const searchParams = new URLSearchParams(url.split("?")[1]);
  const cookies = readCookies(headers.cookie);

  const apiKey =
    headers["x-api-key"] ||
    searchParams.get("api-key") ||
    cookies.get("api-key");
  if (apiKey) return { apiKey };

  const token =
    bearer(headers.authorization) ||
    searchParams.get("bearer_token") ||
    cookies.get("bearer_token");
  return token ? { token } : undefined;
}

// As PlaceOS reads it: capital B, one space.
const bearer = (header) =>
  header?.startsWith("Bearer ") ? header.slice("Bearer ".length) : undefined;

function readCookies(header = "") {
  const pairs = header.split(";").map((pair) => {
    const [name, ...value] = pair.split("=");
    return [name.trim(), decode(value.join("=").trim())];
  });
  return new Map(pairs);
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The person behind a request, or undefined.
 *
 * @param {{tokens: import("./tokens.js").Tokens, people: import("./people.js").People}} world
 */
export function personBehind(request, { tokens, people }) {
  const { apiKey, token } = credentials(request) ?? {};
  if (apiKey) return people.byApiKey(apiKey);
  if (token) return people.byId(tokens.use(token)?.userId);
  return undefined;
}

/** @import { Carrier, World } from "./types.d.ts" */

/**
 * What a request brings to prove whose it is, looked for where PlaceOS looks and in its order.
 *
 * @param {Carrier} request
 * @returns {{ apiKey?: string, token?: string } | undefined}
 */
export function credentials({ url = "", headers }) {
  const searchParams = new URLSearchParams(url.split("?")[1]);
  const cookies = readCookies(headers.cookie);

  const apiKey =
    headers["x-api-key"]?.toString() ||
    searchParams.get("api-key") ||
    cookies.get("api-key");
  if (apiKey) return { apiKey };

  const token =
    bearer(headers.authorization) ||
    searchParams.get("bearer_token") ||
    cookies.get("bearer_token");
  return token ? { token } : undefined;
}

/**
 * As PlaceOS reads it: capital B, one space.
 *
 * @param {string} [header]
 */
const bearer = (header) =>
  header?.startsWith("Bearer ") ? header.slice("Bearer ".length) : undefined;

function readCookies(header = "") {
  const pairs = header.split(";").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return /** @type {const} */ ([name.trim(), decode(value.join("=").trim())]);
  });
  return new Map(pairs);
}

/** @param {string} text */
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
 * @param {Carrier} request
 * @param {Pick<World, "tokens" | "people">} world
 */
export function personBehind(request, { tokens, people }) {
  const { apiKey, token } = credentials(request) ?? {};
  if (apiKey) return people.byApiKey(apiKey);
  if (token) return people.byId(tokens.use(token)?.userId);
  return undefined;
}

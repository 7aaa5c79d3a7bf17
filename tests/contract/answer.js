/** The headers in which a client would notice a difference. */
const HEADERS = [
  "content-type",
  "cache-control",
  "pragma",
  "www-authenticate",
  "x-frame-options",
  "x-content-type-options",
  "referrer-policy",
];

// 32 random bytes in base64url: how both servers write tokens and codes.
const SECRET = /(?<![\w-])[\w-]{43}(?![\w-])/g;

/**
 * An answer as a value that two servers can be compared by: what is random, or the server's own address, is replaced;
 * everything else stays, down to the order of keys and the encoding of a redirect.
 *
 * @param {import("./client.js").Answer} answer
 */
export function answerOf({ response, text, origin }) {
  /** @param {string} value */
  const neutral = (value) =>
    value.replaceAll(origin, "<server>").replace(SECRET, "<secret>");
  const headers = HEADERS.filter((name) => response.headers.has(name)).map(
    (name) => [name, response.headers.get(name)],
  );
  const location = response.headers.get("location");
  const json = response.headers.get("content-type")?.includes("json");
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    location: location === null ? "" : neutral(location),
    // As text, since two objects are equal whatever the order of their keys.
    json: json ? neutral(settle(text)) : "",
    page: json || location ? pageOf("") : pageOf(text),
  };
}

/**
 * `created_at` becomes "now", if that is what it is.
 *
 * @param {string} json
 */
const settle = (json) =>
  json.replace(/(?<="created_at":)\d+/, (seconds) =>
    Math.abs(Date.now() / 1000 - Number(seconds)) < 5 ? '"<now>"' : seconds,
  );

/**
 * What a person reads on a page, without the style around it.
 *
 * @param {string} html
 */
function pageOf(html) {
  /** @param {string} tag */
  const inside = (tag) =>
    new RegExp(`<${tag}[^>]*>([^<]*)</${tag}>`).exec(html)?.[1]?.trim() ?? "";
  return {
    title: inside("title"),
    heading: inside("h1"),
    message: inside("pre"),
  };
}

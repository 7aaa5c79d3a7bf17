// Asks the browser's URL parser, in one call: a getter each would take longer than the parsing.

/**
 * The parts of a URL, a line each; nothing for what is no URL, nor where the page has replaced the parser by what is none.
 *
 * @param {string} text
 * @param {string} [base]
 */
export function parse(text, base) {
  try {
    const url = new URL(text, base);
    const isLogin = url.username || url.password ? "1" : "";
    const { protocol, host, hostname, pathname, search, hash } = url;
    return protocol
      ? [protocol, host, hostname, isLogin, pathname, search, hash].join("\n")
      : undefined;
  } catch {}
}

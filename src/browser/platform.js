// Asks the platform what a value is.

/** @typedef {{ [name: string]: { prototype: object } }} Classes */

/**
 * A getter of a platform class knows every object of that class, whichever frame it comes from and whatever its page has done
 * to the class, and throws for any other. `instanceof` knows the classes of one frame.
 *
 * What the platform says of a member of an object of this class; nothing for an object of another one.
 *
 * @param {string} name of the class
 * @param {string} member
 * @param {object} object
 * @returns {unknown}
 */
export function readMember(name, member, object) {
  try {
    const classes = /** @type {Classes} */ (
      /** @type {unknown} */ (globalThis)
    );
    const { prototype } = classes[name];
    return Object.getOwnPropertyDescriptor(prototype, member)?.get?.call(
      object,
    );
  } catch {}
}

/**
 * The parts of a URL, a line each, in one call: a getter each would take longer than the parsing. Nothing for what is no URL,
 * nor where the page has replaced the parser by what is none.
 *
 * @param {string} text
 * @param {string} [base]
 */
export function parseUrl(text, base) {
  try {
    const url = new URL(text, base);
    const isLogin = url.username || url.password ? "1" : "";
    const { protocol, host, hostname, pathname, search, hash } = url;
    return protocol
      ? [protocol, host, hostname, isLogin, pathname, search, hash].join("\n")
      : undefined;
  } catch {}
}

// Tells what an object really is, whichever frame it comes from and whatever its page has done to its class: a getter of a
// platform class knows every object of that class, and throws for any other. `instanceof` knows the classes of one frame.

/** @typedef {{ [name: string]: { prototype: object } }} Classes */

/**
 * What the platform says of a member of an object of this class; nothing for an object of another one.
 *
 * @param {string} name of the class
 * @param {string} member
 * @param {object} object
 * @returns {unknown}
 */
export function read(name, member, object) {
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

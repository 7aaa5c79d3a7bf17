/** @typedef {import("placeos-auth").PageEvent} PageEvent */

/**
 * Options as a method was given them. An event of the page's is none: `onClick={auth.login}` calls with one.
 *
 * @template Options
 * @param {Options} options
 * @returns {Exclude<Options, PageEvent> | undefined}
 */
export function given(options) {
  const { preventDefault } = /** @type {{ preventDefault?: unknown }} */ (
    options ?? {}
  );
  return typeof preventDefault === "function"
    ? undefined
    : /** @type {Exclude<Options, PageEvent>} */ (options);
}

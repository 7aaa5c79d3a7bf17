/** An access token that no server issued, easy to find wherever it should not be. */
export const TOKEN = "a-token-that-must-not-leak";

/** @typedef {Record<string, string | number | undefined>} Fields */
/** @typedef {(asked: Record<string, string | undefined>) => string} Locate where an authorization request is answered, given its parameters */

export const GOOD = {
  access_token: TOKEN,
  token_type: "Bearer",
  expires_in: "7200",
};

/**
 * Parameters in the order given; those that are undefined left out.
 *
 * @param {Fields} fields
 */
export const encode = (fields) =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  ).toString();

/**
 * A good answer but for these fields, in the fragment.
 *
 * @type {(fields?: Fields) => Locate}
 */
export const answerWith = (fields) => (asked) =>
  `${asked.redirect_uri}#${encode({ ...GOOD, state: asked.state, ...fields })}`;

/**
 * The same in the query, where it doesn't belong.
 *
 * @type {(fields?: Fields) => Locate}
 */
export const answerInQuery = (fields) => (asked) =>
  `${asked.redirect_uri}?${encode({ ...GOOD, state: asked.state, ...fields })}`;

/**
 * A refusal of the server's.
 *
 * @type {(fields?: Fields) => Locate}
 */
export const refuseWith = (fields) => (asked) =>
  `${asked.redirect_uri}#${encode({ error: "access_denied", state: asked.state, ...fields })}`;

/** A state of the right shape that nobody asked for. */
export const FOREIGN_STATE = `placeos-auth.${"0".repeat(64)}`;

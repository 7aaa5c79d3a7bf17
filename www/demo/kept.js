// What the demo itself keeps for this tab. Where storage is blocked it keeps nothing, and goes on.

/**
 * What was kept under this key, or null.
 *
 * @param {string} key
 */
export function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Keeps any value that JSON can say; null forgets.
 *
 * @param {string} key
 * @param {unknown} value
 */
export function keep(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}

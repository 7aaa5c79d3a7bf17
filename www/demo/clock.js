const { now } = Date;
const HOUR = 3_600_000;

/**
 * Sets this page's clock an hour fast, or right again. It is what the package reads the time by.
 *
 * @param {boolean} isWrong
 */
export function setClock(isWrong) {
  Date.now = isWrong ? () => now() + HOUR : now;
}

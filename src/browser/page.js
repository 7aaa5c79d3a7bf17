// Changes the address of this page, also where the page has taken the means for that away: Office add-ins blank
// `history.replaceState`, and others wrap it.

/**
 * Puts another URL and state in the place of this history entry, without loading anything; says whether the address is that
 * URL now. Tries what the page has, then the browser's own, then that of a frame, where no script of the page has been;
 * then, for another fragment, a navigation, which can't keep the state.
 *
 * @param {unknown} state
 * @param {string} href
 */
export function replaceEntry(state, href) {
  /** @param {() => void} change */
  const works = (change) => {
    try {
      change();
    } catch {}
    return location.href.replace(/#$/, "") === href;
  };
  /** @param {History} owner */
  const by = (owner) => owner.replaceState.call(history, state, "", href);
  return (
    works(() => by(history)) ||
    works(() => by(History.prototype)) ||
    works(() => {
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.documentElement.append(frame);
      try {
        const realm = /** @type {Window & typeof globalThis} */ (
          frame.contentWindow
        );
        by(realm.History.prototype);
      } finally {
        frame.remove();
      }
    }) ||
    works(() => replaceFragment(href))
  );
}

/** @param {string} href */
function replaceFragment(href) {
  const [page, fragment = ""] = href.split("#");
  // With a `#`, even if nothing follows it: without, the page would be loaded anew.
  if (location.href.split("#")[0] === page)
    location.replace(`${page}#${fragment}`);
}

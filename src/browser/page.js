// The address of this page, and hidden frames in it.

/**
 * Changes the address, also where the page has taken the means for that away: Office add-ins blank `history.replaceState`, and
 * others wrap it.
 *
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

/**
 * @typedef {object} Frame
 * @property {() => [number, Sight]} look how many pages it has loaded, and what can be seen of it
 * @property {() => unknown} status of the HTTP response that its page came with, where that may be read and the browser tells
 * @property {() => void} remove ends what it loads
 *
 * @typedef {string | false | true | null} Sight
 * The address of a page of this origin, empty as long as none has come; `false` for a page of another one, or one that may not be
 * in a frame; `true` where the app's policy allows no such frame; `null` where its document has no frame any more.
 */

/**
 * Loads a URL in a hidden frame. Nothing where the page has no place for one.
 *
 * @param {string} href
 * @param {string} mark the attribute by which the app inside knows
 * @param {string} sandbox
 * @returns {Frame | undefined}
 */
export function loadFrame(href, mark, sandbox) {
  try {
    const frame = document.createElement("iframe");
    const attributes = { [mark]: "", sandbox, src: href };
    for (const [name, value] of Object.entries(attributes))
      frame.setAttribute(name, value);
    // No rule of the app's beats this, and no policy forbids it, as it would an attribute.
    frame.style.setProperty("display", "none", "important");
    let loads = 0;
    frame.addEventListener("load", () => loads++);
    /** @type {boolean | undefined} whether it was this frame that a policy has kept out, if it was a frame */
    let isKeptOut;
    /** @param {SecurityPolicyViolationEvent} violation */
    const onViolation = (violation) => {
      const { effectiveDirective, disposition, blockedURI } = violation;
      // A policy that only reports keeps nothing out.
      if (effectiveDirective !== "frame-src" || disposition !== "enforce")
        return;
      // Browsers name what they kept out as a whole, or by its origin, or by that of the place it was redirected to.
      isKeptOut ||= blockedURI !== "" && href.startsWith(blockedURI);
    };
    document.documentElement.append(frame);
    // Only Chromium shows a page of its own then.
    document.addEventListener("securitypolicyviolation", onViolation);
    return {
      look: () => [loads, isKeptOut || sight(frame, isKeptOut === false)],
      status() {
        const [entry] =
          frame.contentWindow?.performance.getEntriesByType("navigation") ?? [];
        return /** @type {PerformanceNavigationTiming | undefined} */ (entry)
          ?.responseStatus;
      },
      remove() {
        document.removeEventListener("securitypolicyviolation", onViolation);
        frame.remove();
      },
    };
  } catch {}
}

/**
 * @param {HTMLIFrameElement} frame
 * @param {boolean} mayBeKeptOut whether a policy has kept out some frame
 * @returns {Sight}
 */
function sight({ contentWindow }, mayBeKeptOut) {
  if (!contentWindow) return null;
  try {
    const { href } = contentWindow.location;
    // Its first page is about:blank.
    return /^https?:/.test(href) ? href : mayBeKeptOut ? false : "";
  } catch {
    return false;
  }
}

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

/** The property in which the page of a popup has the answer for the page that opened it: only their own origin can read it. */
const ANSWER = "placeos-auth:answer";

/** The event by which it tells that page. */
const ANSWERED = "placeos-auth:answered";

/** What it is told when its answer was taken. */
const TAKEN = "taken";

/** How long is between two looks, where no event tells. */
const LOOK_MILLIS = 250;

/** How many looks a popup has to seem closed: its answer may be on the way by then. */
const LOOKS_CLOSED = 4;

/** How many looks long a popup's page waits for somebody to take its answer. */
const LOOKS_OFFERED = 20;

/** How long a window may take to close. */
const CLOSE_MILLIS = 1000;

const WIDTH = 480;
const HEIGHT = 640;

/**
 * @typedef {object} Popup
 * @property {(href: string, channel: string) => void} go loads a URL. Where the server's pages cut the popup off
 * (`Cross-Origin-Opener-Policy`), its answer comes by this channel, whose name nobody else knows
 * @property {() => Promise<string | boolean>} look waits a little; an answer, perhaps not the one that is waited for; `false`
 * where the user has closed the popup, else `true`
 * @property {() => boolean} isOpen whether it is there, and hasn't been cut off
 * @property {() => void} focus
 * @property {(isTaken: boolean) => void} close
 *
 * @typedef {Window & { [ANSWER]?: unknown }} Page
 */

/**
 * Opens an empty popup. Nothing where the browser blocks it.
 *
 * @returns {Popup | undefined}
 */
export function openPopup() {
  try {
    const left = screenX + (outerWidth - WIDTH) / 2;
    const top = screenY + (outerHeight - HEIGHT) / 2;
    const features = `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`;
    const popup = /** @type {Page | null} */ (open("", "_blank", features));
    if (!popup || popup.closed) return;
    const latch = newLatch();
    /** @type {ReturnType<typeof listen>} */
    let channel;
    let told = "";
    let looksClosed = 0;
    addEventListener(ANSWERED, latch.open);
    return {
      go(href, name) {
        channel = listen(name, (text) => {
          told = text;
          latch.open();
        });
        popup.location.replace(href);
      },
      async look() {
        await latch.wait();
        const answer = told || held(popup);
        told = "";
        if (answer) return answer;
        // One that was cut off seems to be closed as well, and then the user is in it.
        looksClosed = popup.closed && document.hasFocus() ? looksClosed + 1 : 0;
        return looksClosed < LOOKS_CLOSED;
      },
      isOpen: () => !popup.closed,
      focus: () => popup.focus(),
      close(isTaken) {
        removeEventListener(ANSWERED, latch.open);
        if (isTaken) channel?.post(TAKEN);
        channel?.close();
        try {
          popup[ANSWER] = "";
        } catch {
          // A page of another origin is in it.
        }
        popup.close();
      },
    };
  } catch {}
}

/**
 * On a popup's page: offers an answer to the page that opened it, and closes this window if that has taken it, which it says.
 *
 * @param {string} answer
 * @param {string} name of the channel
 */
export async function offerAnswer(answer, name) {
  const page = /** @type {Page} */ (window);
  const latch = newLatch();
  let isTaken = false;
  page[ANSWER] = answer;
  const channel = listen(name, (text) => {
    isTaken = text === TAKEN;
    latch.open();
  });
  channel?.post(answer);
  try {
    /** @type {Window | null} */ (opener)?.dispatchEvent(new Event(ANSWERED));
  } catch {
    // It is of another origin.
  }
  // Whoever takes it there, takes it away.
  const isOffered = () => !isTaken && held(page) === answer;
  for (let looks = 0; isOffered() && looks < LOOKS_OFFERED; looks++)
    await latch.wait();
  isTaken = !isOffered();
  page[ANSWER] = "";
  channel?.close();
  if (isTaken) {
    // A window that no script has opened stays.
    close();
    await new Promise((resolve) => setTimeout(resolve, CLOSE_MILLIS));
  }
  return isTaken;
}

/** @param {Page} page */
function held(page) {
  try {
    const answer = page[ANSWER];
    return typeof answer === "string" ? answer : "";
  } catch {
    return "";
  }
}

/**
 * A channel between the popup and the page that opened it. What a page has in the place of `BroadcastChannel` may throw.
 *
 * @param {string} name
 * @param {(text: string) => void} onText
 */
function listen(name, onText) {
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      if (typeof data === "string") onText(data);
    };
    return {
      /** @param {string} text */
      post(text) {
        try {
          channel.postMessage(text);
        } catch {}
      },
      close() {
        try {
          channel.close();
        } catch {}
      },
    };
  } catch {}
}

/** A wait that ends when it is opened, or at the next look. */
function newLatch() {
  let open = () => {};
  return {
    open: () => open(),
    wait: () =>
      /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          open = resolve;
          setTimeout(resolve, LOOK_MILLIS);
        })
      ),
  };
}

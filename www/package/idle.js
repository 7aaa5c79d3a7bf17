// Signs out who has done nothing for a while. All tabs have one clock: the time of the last activity, which they share in
// `localStorage`.
import { AuthError as OwnError } from "./auth-error.js";

/** @typedef {import("placeos-auth").AuthEvent} AuthEvent */
/** @typedef {import("placeos-auth/idle").IdleOptions} IdleOptions */

const AuthError = /** @type {typeof import("placeos-auth").AuthError} */ (
  /** @type {unknown} */ (OwnError)
);

const SECOND = 1000;

/** Activity that follows sooner is not noted. */
const NOTED_EVERY_MS = SECOND;

/** What a hidden tab waits longer, so that one that the user sees signs out first, and leaves. */
const HIDDEN_WAITS_MS = 2 * SECOND;

/** Browsers take a longer timer for none. */
const LONGEST_TIMER_MS = 60 * 60 * SECOND;

/** By which a user is known to be there. Not `scroll`: browsers trust it when a script has scrolled, too. */
const ACTIVITY = [
  "pointerdown",
  "pointermove",
  "keydown",
  "wheel",
  "touchstart",
];

/** @type {typeof import("placeos-auth/idle").signOutWhenIdle} */
export function signOutWhenIdle(auth, options) {
  const { after, warn, onWarning, logout } = checked(options);
  const stamp = stampUnder(`placeos-auth:active:${auth.server}`);
  const listening = new AbortController();
  let last = 0;
  let isEnding = false;
  /** @type {number | null} */
  let warnedOf = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  // A device that signs by an API key has no user.
  const isWatched = () => auth.session && auth.session.flow !== "api-key";

  const note = () => {
    last = Date.now();
    stamp.write(last);
  };

  /** How many milliseconds the user has left, by what is known of all tabs. */
  const left = () => {
    const now = Date.now();
    last = Math.max(last, stamp.read());
    // The machine's clock was put back: by that stamp nobody would be idle for as long.
    if (last > now) note();
    return last + after - now + (document.hidden ? HIDDEN_WAITS_MS : 0);
  };

  /** @param {number | null} seconds */
  const tell = (seconds) => {
    if (seconds === warnedOf) return;
    warnedOf = seconds;
    onWarning?.(seconds);
  };

  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    try {
      await auth.logout(logout);
    } catch (error) {
      // Where that can't be, the session ends all the same.
      await auth.logout({ local: true });
      reportError(error);
    }
    isEnding = false;
  };

  const check = () => {
    clearTimeout(timer);
    if (!isWatched()) return tell(null);
    const millis = left();
    if (millis <= 0) return void end();
    const isWarning = millis <= warn;
    const wait = isWarning ? millis % SECOND || SECOND : millis - warn;
    timer = setTimeout(check, Math.min(wait, LONGEST_TIMER_MS));
    tell(isWarning ? Math.ceil(millis / SECOND) : null);
  };

  /** @param {Event} event */
  const onActivity = (event) => {
    if (!event.isTrusted || isStill(event) || !isWatched()) return;
    const since = Date.now() - last;
    if (since >= 0 && since < NOTED_EVERY_MS) return;
    // After the machine has slept, it may be the first to hear that the time is over.
    if (left() <= 0) return check();
    note();
    if (warnedOf !== null) check();
  };

  /** @param {AuthEvent} event */
  const onAuthEvent = ({ type }) => {
    if (type === "signed-in") note();
    if (type !== "renewed" && type !== "renewal-failed") check();
  };

  const { signal } = listening;
  for (const type of ACTIVITY)
    addEventListener(type, onActivity, {
      capture: true,
      passive: true,
      signal,
    });
  addEventListener("storage", check, { signal });
  document.addEventListener("visibilitychange", check, { signal });
  const stopHearing = auth.subscribe(onAuthEvent);

  if (isWatched() && !stamp.isOf(auth.redirect.status === "signed-in")) note();
  check();

  return () => {
    clearTimeout(timer);
    listening.abort();
    stopHearing();
  };
}

/**
 * Options in milliseconds.
 *
 * @param {IdleOptions} options
 */
function checked({ after, warn = 0, onWarning, local, returnTo }) {
  const isSpan = (/** @type {unknown} */ value) =>
    typeof value === "number" && value >= 0 && value < Infinity;
  if (!isSpan(after) || after === 0)
    throw new AuthError(
      "configuration",
      "`after` is no number of seconds greater than 0.",
    );
  if (!isSpan(warn) || warn > after)
    throw new AuthError(
      "configuration",
      "`warn` is no number of seconds from 0 to `after`.",
    );
  const logout = {
    ...(local === undefined ? {} : { local }),
    ...(returnTo === undefined ? {} : { returnTo }),
  };
  return { after: after * SECOND, warn: warn * SECOND, onWarning, logout };
}

/**
 * The time of the last activity in any tab; 0 where none is known. Where the browser blocks storage, no tab hears of another.
 *
 * @param {string} key
 */
function stampUnder(key) {
  const read = () => {
    try {
      return Number(localStorage.getItem(key)) || 0;
    } catch {
      return 0;
    }
  };
  return {
    read,
    /** @param {number} time */
    write(time) {
      try {
        localStorage.setItem(key, String(time));
      } catch {}
    },
    /**
     * Whether it tells of this session. A sign-in that this page load has completed is newer than what was there before.
     *
     * @param {boolean} isNewSession
     */
    isOf(isNewSession) {
      const time = read();
      return time > (isNewSession ? performance.timeOrigin : 0);
    },
  };
}

/**
 * Whether this is a pointer that hasn't moved: browsers tell of that when what is under it has.
 *
 * @param {Event} event
 */
function isStill(event) {
  if (event.type !== "pointermove") return false;
  const { movementX, movementY } = /** @type {PointerEvent} */ (event);
  return movementX === 0 && movementY === 0;
}

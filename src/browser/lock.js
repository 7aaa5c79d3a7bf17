// A lock among the tabs of this origin, by Web Locks. What a page has in their place may throw, or give anything.

/**
 * Requests the lock of that name. Calls back once: with `true` when this tab has it, with `false` when the request has ended
 * without. Returns what releases it, or ends the request; nothing where there are no locks.
 * @param {string} name
 * @param {(isGranted: boolean) => void} answered
 * @returns {(() => void) | undefined}
 */
export function requestLock(name, answered) {
  try {
    const abort = new AbortController();
    /** @type {() => void} */
    let release = () => {};
    /** @type {Promise<void>} */
    const held = new Promise((resolve) => (release = resolve));
    let isAnswered = false;
    const answer = (/** @type {boolean} */ isGranted) => {
      if (!isAnswered) answered(isGranted);
      isAnswered = true;
    };
    const asked = navigator.locks.request(
      name,
      { signal: abort.signal },
      () => {
        answer(true);
        return held;
      },
    );
    const end = () => answer(false);
    Promise.resolve(asked).then(end, end);
    return () => {
      // Nobody listens any more.
      isAnswered = true;
      release();
      abort.abort();
    };
  } catch {
    return undefined;
  }
}

// `placeos-auth/idle`, by a clock that the test moves, in a page that is made up.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { beforeEach, mock, test } from "node:test";

const dist = new URL("../../dist/", import.meta.url);
const skip =
  !existsSync(new URL("idle.js", dist)) &&
  !process.env.CI &&
  "The package isn't built: npm run build.";
/** @type {typeof import("placeos-auth/testing")} */
const { createTestAuth } = skip ? {} : await import(`${dist}testing.js`);
/** @type {typeof import("placeos-auth/idle")} */
const { signOutWhenIdle } = skip ? {} : await import(`${dist}idle.js`);

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = 1_000_000 * SECOND;
const KEY = "placeos-auth:active:https://placeos.example.com";

/** What a page has that Node doesn't: listeners that can be told of trusted events, and a storage. */
class MadeUpPage {
  /** @type {Map<string, Set<(event: object) => void>>} */
  #listeners = new Map();
  stored = /** @type {Map<string, string>} */ (new Map());
  hidden = false;
  isBlocked = false;

  /** @type {(type: string, listener: (event: object) => void, options: { signal: AbortSignal }) => void} */
  addEventListener = (type, listener, { signal }) => {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    signal.addEventListener("abort", () => listeners.delete(listener));
  };

  /** @param {string} type @param {object} [more] */
  dispatch(type, more) {
    const event = { type, isTrusted: true, ...more };
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  get listeners() {
    return [...this.#listeners.values()].reduce(
      (sum, { size }) => sum + size,
      0,
    );
  }

  localStorage = {
    getItem: (/** @type {string} */ key) => {
      if (this.isBlocked) throw new DOMException("blocked", "SecurityError");
      return this.stored.get(key) ?? null;
    },
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => {
      if (this.isBlocked) throw new DOMException("blocked", "SecurityError");
      this.stored.set(key, value);
    },
  };
}

/** @type {MadeUpPage} */
let page;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: START });
  page = new MadeUpPage();
  for (const [name, value] of Object.entries({
    addEventListener: page.addEventListener,
    document: page,
    localStorage: page.localStorage,
    performance: { timeOrigin: START },
  }))
    Object.defineProperty(globalThis, name, { value, configurable: true });
});

/**
 * @param {Partial<import("placeos-auth/idle").IdleOptions>} [options]
 * @param {import("placeos-auth/testing").TestAuthOptions} [how]
 */
function watched(options, how) {
  const auth = createTestAuth({
    server: "https://placeos.example.com",
    ...how,
  });
  const warnings = /** @type {(number | null)[]} */ ([]);
  const stop = signOutWhenIdle(auth, {
    after: 15 * 60,
    warn: 3,
    onWarning: (seconds) => warnings.push(seconds),
    ...options,
  });
  return { auth, warnings, stop };
}

/**
 * Time goes by, in steps: within one, all timers would be told of its end.
 *
 * @param {number} millis
 */
function tick(millis) {
  for (let rest = millis; rest > 0;) {
    const step = Math.min(rest, rest > 2 * HOUR ? MINUTE : SECOND);
    mock.timers.tick(step);
    rest -= step;
  }
}

/** The machine sleeps: its clock goes on, and no timer. */
const sleepFor = (/** @type {number} */ millis) =>
  mock.timers.setTime(Date.now() + millis);

test("a user is warned each second, and signed out on time", { skip }, () => {
  const { auth, warnings } = watched();
  tick(15 * MINUTE - 3 * SECOND - 1);
  assert.deepEqual(warnings, []);
  tick(1);
  assert.deepEqual(warnings, [3]);
  tick(3 * SECOND - 1);
  assert.deepEqual(warnings, [3, 2, 1]);
  assert.ok(auth.session);
  tick(1);
  assert.equal(auth.session, null);
  assert.deepEqual(warnings, [3, 2, 1, null]);
});

for (const type of [
  "pointerdown",
  "pointermove",
  "keydown",
  "wheel",
  "touchstart",
])
  test(`a trusted ${type} is activity`, { skip }, () => {
    const { auth, warnings } = watched();
    tick(15 * MINUTE - SECOND);
    page.dispatch(type, { movementX: 1, movementY: 0 });
    assert.deepEqual(warnings, [3, 2, 1, null]);
    tick(15 * MINUTE - 1);
    assert.ok(auth.session);
    tick(1);
    assert.equal(auth.session, null);
  });

for (const [what, type, more] of /** @type {const} */ ([
  ["an event that a script made", "keydown", { isTrusted: false }],
  [
    "a pointer that hasn't moved",
    "pointermove",
    { movementX: 0, movementY: 0 },
  ],
  ["scrolling, which a script can do", "scroll", {}],
]))
  test(`${what} is no activity`, { skip }, () => {
    const { auth } = watched();
    tick(15 * MINUTE - SECOND);
    page.dispatch(type, more);
    tick(SECOND);
    assert.equal(auth.session, null);
  });

test("activity is stored once a second at most", { skip }, () => {
  watched();
  for (let count = 0; count < 30; count += 1) {
    tick(100);
    page.dispatch("keydown");
  }
  assert.equal(page.stored.get(KEY), String(START + 3 * SECOND));
  tick(999);
  page.dispatch("keydown");
  assert.equal(page.stored.get(KEY), String(START + 3 * SECOND));
});

test(
  "activity in another tab counts, and takes the warning back",
  { skip },
  () => {
    const { auth, warnings } = watched();
    tick(15 * MINUTE - SECOND);
    page.stored.set(KEY, String(Date.now()));
    page.dispatch("storage");
    assert.deepEqual(warnings, [3, 2, 1, null]);
    tick(15 * MINUTE - 1);
    assert.ok(auth.session);
  },
);

test("a hidden tab waits two seconds longer", { skip }, () => {
  page.hidden = true;
  const { auth } = watched();
  tick(15 * MINUTE + 2 * SECOND - 1);
  assert.ok(auth.session);
  tick(1);
  assert.equal(auth.session, null);
});

test(
  "a tab that is shown again after the end signs out at once",
  { skip },
  () => {
    const { auth } = watched();
    sleepFor(15 * MINUTE);
    page.dispatch("visibilitychange");
    assert.equal(auth.session, null);
  },
);

test(
  "a machine that slept over the end signs out upon waking, also by the user's own hand",
  { skip },
  () => {
    const { auth } = watched();
    sleepFor(8 * HOUR);
    page.dispatch("keydown");
    assert.equal(auth.session, null);
  },
);

test(
  "a stored time that is over signs a restored session out at once",
  { skip },
  () => {
    page.stored.set(KEY, String(START - 15 * MINUTE));
    const { auth } = watched();
    assert.equal(auth.session, null);
  },
);

test("a stored time that isn't over goes on", { skip }, () => {
  page.stored.set(KEY, String(START - 14 * MINUTE));
  const { auth } = watched();
  tick(MINUTE - 1);
  assert.ok(auth.session);
  tick(1);
  assert.equal(auth.session, null);
});

const SIGNED_IN = /** @type {const} */ ({
  status: "signed-in",
  returnTo: "https://app.example.com/",
  appState: undefined,
});

test("who has just signed in is not idle, whatever is stored", { skip }, () => {
  page.stored.set(KEY, String(START - HOUR));
  const { auth } = watched({}, { redirect: SIGNED_IN });
  tick(15 * MINUTE - 1);
  assert.ok(auth.session);
});

test(
  "to watch once more makes nobody busy who has signed in long ago",
  { skip },
  () => {
    tick(1);
    const { auth, stop } = watched({}, { redirect: SIGNED_IN });
    stop();
    tick(15 * MINUTE);
    signOutWhenIdle(auth, { after: 15 * 60 });
    assert.equal(auth.session, null);
  },
);

test("a sign-in that follows begins anew", { skip }, () => {
  const { auth } = watched({}, { session: null });
  tick(HOUR);
  assert.equal(page.stored.size, 0);
  auth.signIn();
  tick(15 * MINUTE - 1);
  assert.ok(auth.session);
  tick(1);
  assert.equal(auth.session, null);
});

test("a time that lies ahead counts as now", { skip }, () => {
  page.stored.set(KEY, String(START + HOUR));
  const { auth } = watched();
  assert.equal(page.stored.get(KEY), String(START));
  tick(15 * MINUTE);
  assert.equal(auth.session, null);
});

test(
  "where storage is blocked, the tab has a clock of its own",
  { skip },
  () => {
    page.isBlocked = true;
    const { auth } = watched();
    tick(10 * MINUTE);
    page.dispatch("keydown");
    tick(15 * MINUTE - 1);
    assert.ok(auth.session);
    tick(1);
    assert.equal(auth.session, null);
  },
);

test("a span that is longer than any timer is waited for", { skip }, (t) => {
  const timers = t.mock.method(globalThis, "setTimeout");
  const { auth } = watched({ after: 60 * 24 * 60 * 60 });
  tick(60 * 24 * HOUR - 1);
  assert.ok(auth.session);
  tick(1);
  assert.equal(auth.session, null);
  const longest = Math.max(
    ...timers.mock.calls.map(({ arguments: [, millis] }) => millis ?? 0),
  );
  assert.ok(longest < 2 ** 31, `${longest} ms`);
});

test("a renewal is no activity", { skip }, async () => {
  const { auth } = watched();
  tick(10 * MINUTE);
  await auth.renew();
  tick(5 * MINUTE);
  assert.equal(auth.session, null);
});

test("an API key's session goes on", { skip }, () => {
  const { auth } = watched({}, { session: { flow: "api-key" } });
  tick(HOUR);
  assert.ok(auth.session);
});

test(
  "a stopped watch signs nobody out, and leaves no listener",
  { skip },
  () => {
    const { auth, stop } = watched();
    assert.ok(page.listeners > 5);
    stop();
    assert.equal(page.listeners, 0);
    tick(HOUR);
    assert.ok(auth.session);
    auth.signOut();
    auth.signIn();
    tick(HOUR);
    assert.ok(auth.session);
  },
);

test("a sign-out that takes a while is asked for once", { skip }, () => {
  const { auth } = watched();
  let count = 0;
  auth.logout = () => {
    count += 1;
    return new Promise(() => {});
  };
  tick(15 * MINUTE);
  page.dispatch("keydown");
  page.dispatch("storage");
  assert.equal(count, 1);
});

test(
  "a sign-out is as it was asked for; one that can't be ends the session all the same",
  { skip },
  async () => {
    const auth = createTestAuth({ server: "https://placeos.example.com" });
    const asked = /** @type {unknown[]} */ ([]);
    const { logout } = auth;
    /** @type {Promise<unknown>} */
    const reported = new Promise((resolve) => {
      Object.assign(globalThis, { reportError: resolve });
    });
    auth.logout = async (options) => {
      asked.push(options);
      if (asked.length === 1) throw new Error("not there");
      return logout(options);
    };
    signOutWhenIdle(auth, { after: 60, returnTo: "https://other.test/" });
    tick(MINUTE);
    assert.match(String(await reported), /not there/);
    assert.deepEqual(asked, [
      { returnTo: "https://other.test/" },
      { local: true },
    ]);
    assert.equal(auth.session, null);
  },
);

for (const options of [
  { after: 0 },
  { after: -1 },
  { after: NaN },
  { after: Infinity },
  { after: "60" },
  { after: 60, warn: 61 },
  { after: 60, warn: -1 },
])
  test(`${JSON.stringify(options)} is refused`, { skip }, () => {
    const auth = createTestAuth();
    const given = /** @type {{ after: number }} */ (options);
    assert.throws(() => signOutWhenIdle(auth, given), {
      code: "configuration",
    });
  });

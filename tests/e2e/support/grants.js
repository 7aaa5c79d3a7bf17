import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { account } from "../../servers/building.js";
import { create, historyOf, shows, typePassword } from "./visit.js";
import { sandboxOf } from "./worlds.js";

/** @import { Page } from "playwright-core" */
/** @import { Handler, Next, Req, Res } from "../../servers/types.d.ts" */
/** @import { Options } from "../page.d.ts" */
/** @import { Visit } from "./visit.js" */
/** @import { World } from "./worlds.js" */

export const AUTHORIZE_PATH = "/auth/oauth/authorize";
export const TOKEN_PATH = "/auth/oauth/token";
export const REVOKE_PATH = "/auth/oauth/revoke";
export const AUTHORITY_PATH = "/auth/authority";
/** A path of the API, which a request has to be signed for. */
export const SYSTEMS = "/api/engine/v2/systems";
/** Another, which is there only where a test answers it. */
export const ECHO = "/api/engine/v2/echo";
export const BARE = "/app/bare.html";

/** What `loginWithPassword` takes from the person both servers know. */
export const CREDENTIALS = {
  username: account.email,
  password: account.password,
};

/**
 * Options of a client that signs in by code, in the visit's world.
 *
 * @param {{ world: World }} visit
 * @param {Options} [more]
 */
export const byCode = ({ world }, more) => ({
  ...world.options,
  flow: "code",
  ...more,
});

/**
 * A person types the password, and the page is back before the app has looked at the answer.
 *
 * @param {Visit} visit
 * @param {Page} page
 * @param {Options} [options]
 * @param {object} [login]
 */
export async function answered(visit, page, options, login) {
  await Promise.all([
    visit.signInUntilAnswered(page, options, login),
    typePassword(page),
  ]);
}

/**
 * A bare page on which a person has just signed in by code.
 *
 * @param {Visit} visit
 * @param {{ options?: Options | undefined, login?: object }} [how]
 */
export async function signedInByCode(visit, { options, login } = {}) {
  const given = byCode(visit, options);
  const page = await visit.open();
  await answered(visit, page, given, login);
  const outcome = await create(page, given);
  assert.ok(outcome.session, JSON.stringify(outcome.redirect));
  return { page, options: given, ...outcome };
}

/**
 * A bare page with a session that can be renewed, got without leaving it.
 *
 * @param {Visit} visit
 * @param {Options} [more]
 */
export async function signedInByPassword(visit, more) {
  const options = { ...visit.world.options, ...more };
  const page = await visit.open();
  await create(page, options);
  const session = await page.evaluate(
    (credentials) => auth.loginWithPassword(credentials),
    CREDENTIALS,
  );
  return { page, options, session };
}

/**
 * The same by whichever grant the server has: by code where it takes no password.
 *
 * @param {Visit} visit
 * @param {Options} [options]
 */
export const signedInForLong = (visit, options) =>
  visit.world.isNewest
    ? signedInByCode(visit, { options })
    : signedInByPassword(visit, options);

/**
 * The session's text in this page's storage, field by field; undefined where there is none.
 *
 * @param {Page} page
 * @returns {Promise<Record<string, string> | undefined>}
 */
export const stored = (page) =>
  page.evaluate(() => {
    const texts = [sessionStorage, localStorage].flatMap((area) =>
      Object.keys(area)
        .filter((key) => key.startsWith("placeos-auth:session:"))
        .map((key) => area[key]),
    );
    const [text] = texts;
    return text ? Object.fromEntries(new URLSearchParams(text)) : undefined;
  });

/**
 * What the browser has posted to this path so far: where, with which headers, and the form.
 *
 * @param {Visit} visit
 * @param {string} path
 */
export const postsTo = (visit, path) =>
  visit.requests
    .filter(({ method, url }) => method === "POST" && pathOf(url) === path)
    .map(({ url, headers, body }) => ({
      url,
      headers,
      form: Object.fromEntries(new URLSearchParams(body ?? "")),
    }));

/**
 * The parameters of each authorization request that the browser has made so far, in frames too.
 *
 * @param {Visit} visit
 */
export const authorizations = ({ requests }) =>
  requests
    .filter(
      ({ method, url }) => method === "GET" && pathOf(url) === AUTHORIZE_PATH,
    )
    .map(({ url }) => Object.fromEntries(new URL(url).searchParams));

/** @param {Visit} visit */
export const tokenPosts = (visit) => postsTo(visit, TOKEN_PATH);

/** @param {Visit} visit */
export const renewals = (visit) =>
  tokenPosts(visit).filter(({ form }) => form.grant_type === "refresh_token");

/** @param {string} url */
const pathOf = (url) => new URL(url).pathname;

/**
 * Has the sandbox's requests to this path answered by this, the others as before.
 *
 * @param {{ world: World }} visit
 * @param {string} path
 * @param {Handler} handle
 * @returns {() => void} ends it
 */
export function answerAt({ world }, path, handle) {
  const sandbox = sandboxOf(world);
  const before = sandbox.intercept;
  /** @type {Handler} */
  const mine = (req, res, next) => {
    if (req.path === path) return handle(req, res, next);
    return before ? before(req, res, next) : next();
  };
  sandbox.intercept = mine;
  return () => {
    sandbox.intercept = before;
  };
}

/**
 * Holds requests to this path back until they are let go; they are answered as they would have been then.
 *
 * @param {Visit} visit
 * @param {string} path
 */
export const hold = (visit, path) =>
  holding(visit, path, (_req, _res, next, keep) => keep(next));

/**
 * Lets requests to this path through, and holds back what the server has answered, which is in `answers`.
 *
 * @param {Visit} visit
 * @param {string} path
 */
export function holdAnswers(visit, path) {
  /** @type {string[]} */
  const answers = [];
  const held = holding(visit, path, (_req, res, next, keep) => {
    const send = res.end.bind(res);
    res.end = (/** @type {unknown[]} */ ...body) => {
      answers.push(String(body[0]));
      keep(() => Reflect.apply(send, res, body));
      return res;
    };
    next();
  });
  return { ...held, answers };
}

/**
 * @param {Visit} visit
 * @param {string} path
 * @param {(req: Req, res: Res, next: Next, keep: (go: () => void) => void) => void} handle
 */
function holding(visit, path, handle) {
  /** @type {(() => void)[]} */
  const held = [];
  let came = () => {};
  /** @type {Promise<void>} */
  const arrived = new Promise((resolve) => {
    came = resolve;
  });
  const end = answerAt(visit, path, (req, res, next) =>
    handle(req, res, next, (go) => {
      held.push(go);
      came();
    }),
  );
  return {
    arrived,
    release() {
      end();
      for (const go of held) go();
    },
  };
}

/**
 * Waits until something holds; says what it was for where it never does.
 *
 * @param {() => unknown} holds
 * @param {string} what
 * @param {number} [ms]
 */
export async function until(holds, what, ms = 8000) {
  const end = Date.now() + ms;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `waited in vain until ${what}`);
    await sleep(20);
  }
}

/**
 * A clock that a test can put forward, from the next page load on.
 *
 * The ids that Playwright's own gives to timers don't fit in 32 bits, as a browser's do.
 *
 * @param {Pick<Visit, "context">} visit
 */
export async function withClock({ context }) {
  await context.clock.install();
  await context.addInitScript(() => {
    const { setTimeout: set, clearTimeout: clear } = window;
    /** @type {(number | undefined)[]} */
    const ids = [undefined];
    /** @type {(...call: Parameters<typeof set>) => number} */
    const setShort = (...call) => ids.push(set(...call)) - 1;
    Object.assign(window, { setTimeout: setShort });
    window.clearTimeout = (id) => clear(ids[Number(id)]);
  });
}

/**
 * What listeners of the page's client hear from now on, as `[type, error code]`: see `heard`.
 *
 * @param {Page} page
 */
export const listen = (page) =>
  page.evaluate(() => {
    window.heard = [];
    auth.subscribe(({ type, error }) =>
      window.heard.push(error ? [type, error.code] : [type]),
    );
  });

/** @param {Page} page */
export const heard = (page) => page.evaluate(() => window.heard);

/**
 * What the page's client gets from a path of the API: the status.
 *
 * @param {Page} page
 * @param {string} path
 */
export const statusAt = (page, path) =>
  page.evaluate(async (url) => (await auth.fetch(url)).status, path);

/**
 * What the API answers to the page's client: the status.
 *
 * @param {Visit} visit
 * @param {Page} page
 */
export const statusOf = (visit, page) =>
  page.evaluate(
    async (server) =>
      (await auth.fetch(`${server}/api/engine/v2/systems`)).status,
    visit.world.server,
  );

/**
 * Asks the server's API with a token, from outside of the browser; the status.
 *
 * @param {{ world: World }} visit
 * @param {string} token
 */
export async function statusWith({ world }, token) {
  const response = await fetch(`${world.server}/api/engine/v2/systems`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return response.status;
}

/**
 * Posts a form to the server from outside of the browser.
 *
 * @param {{ world: World }} visit
 * @param {string} path
 * @param {Record<string, string>} form
 */
export const post = ({ world }, path, form) =>
  fetch(world.server + path, {
    method: "POST",
    body: new URLSearchParams(form),
  });

/**
 * Asserts that these are in no URL, header, console line, history entry, nor anywhere in the page.
 *
 * @param {Visit} visit
 * @param {Page} page
 * @param {(string | undefined)[]} secrets
 * @param {{ but?: (url: string) => boolean }} [options]
 */
export async function assertHidden(
  visit,
  page,
  secrets,
  { but = () => false } = {},
) {
  for (const secret of secrets) {
    assert.ok(secret && secret.length > 8, "there is a secret to look for");
    visit.secrets.push(secret);
    for (const { url, headers } of visit.requests) {
      if (but(url)) continue;
      assert.ok(!shows(decodeURIComponent(url), secret), url);
      const { authorization, ...others } = headers;
      assert.ok(!shows(JSON.stringify(others), secret), url);
    }
    for (const text of await shownBy(page)) {
      assert.ok(!shows(text ?? "", secret), text);
    }
  }
  visit.assertNothingLeaked();
}

/** @param {Page} page */
async function shownBy(page) {
  const seen = await page.evaluate(() => [
    location.href,
    JSON.stringify(history.state),
    JSON.stringify([auth, auth.session, auth.redirect]),
    document.title,
    document.documentElement.outerHTML,
    document.cookie,
    document.referrer,
    window.name,
  ]);
  return [...seen, ...(await historyOf(page))];
}

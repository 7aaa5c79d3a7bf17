import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { account } from "../../servers/building.js";
import { queryOf } from "../../servers/sandbox/parameters.js";
import { answerWith, TOKEN } from "./answers.js";
import { sandboxOf } from "./worlds.js";

/** @import { Browser, BrowserContext, Page } from "playwright-core" */
/** @import { Handler } from "../../servers/types.d.ts" */
/** @import { Options } from "../page.d.ts" */
/** @import { Locate } from "./answers.js" */
/** @import { World } from "./worlds.js" */

/** @typedef {{ path?: string, options?: Options, login?: object }} How a page is opened, a client made, and `login` called */

const STEP_MS = 8_000;

/** One person in one browser profile, on a visit to the app. Notes what the browser says and asks for on the way. */
export class Visit {
  /**
   * Console lines, the package's log among them, and uncaught errors.
   *
   * @type {string[]}
   */
  lines = [];
  /**
   * What the browser asked anybody for.
   *
   * @type {{ method: string, url: string, headers: Record<string, string>, body: string | null }[]}
   */
  requests = [];
  /** Tokens that must appear in none of those. */
  secrets = [TOKEN];

  /** @param {Browser} browser @param {World} world */
  static async of(browser, world) {
    const context = await browser.newContext();
    context.setDefaultTimeout(STEP_MS);
    return new Visit(context, world);
  }

  /** @param {BrowserContext} context @param {World} world */
  constructor(context, world) {
    this.context = context;
    this.world = world;
    context.on("console", (message) => this.lines.push(message.text()));
    context.on("weberror", (error) => this.lines.push(String(error.error())));
    context.on("request", (request) =>
      this.requests.push({
        method: request.method(),
        url: request.url(),
        headers: request.headers(),
        body: request.postData(),
      }),
    );
  }

  /** Chromium doesn't always close a page that is just being left: such a one ends with the browser. */
  end() {
    const patience = sleep(STEP_MS, undefined, { ref: false });
    return Promise.race([this.context.close(), patience]);
  }

  /** A page of the app. The bare one is handed over once it can be called. */
  async open(path = "/app/bare.html") {
    const page = await this.context.newPage();
    await page.goto(new URL(path, this.world.app).href);
    if (/^\/app\/(bare|rooms)\b/.test(path)) await ready(page);
    return page;
  }

  /**
   * Has the sandbox answer every authorization request from now on with a redirect to this place, without asking anyone
   * for a password.
   *
   * @param {Locate} locate given the request's parameters
   * @returns {() => void} ends it
   */
  answer(locate) {
    const sandbox = sandboxOf(this.world);
    const { intercept } = sandbox;
    sandbox.intercept = (req, res, next) => {
      if (req.path !== "/auth/oauth/authorize") {
        return intercept ? intercept(req, res, next) : next();
      }
      res.writeHead(302, { location: locate(queryOf(req)) }).end();
    };
    return () => {
      sandbox.intercept = intercept;
    };
  }

  /**
   * Signs in on a bare page and stops before the app has looked at the answer.
   *
   * @param {Page} page
   * @param {Options} [options] of `createAuth`
   * @param {object} [login] of `login`
   */
  async signInUntilAnswered(page, options, login) {
    await create(page, options);
    await leave(page, login);
    // The page that is left may have a `state` of its own in its address.
    await page.waitForFunction(() => !window.leaving);
    await page.waitForURL((url) => /[?#&]state=/.test(url.href));
    await ready(page);
  }

  /**
   * A bare page with a made-up session.
   *
   * @param {How} [how]
   */
  async signedIn({ path, options, login } = {}) {
    this.answer(answerWith());
    const page = await this.open(path);
    await this.signInUntilAnswered(page, options, login);
    const { session } = await create(page, options);
    assert.ok(session);
    return page;
  }

  /**
   * What the app gets to see of an answer. On a page that is given, as on one that is opened, nobody is signed in before.
   *
   * @param {Locate} locate
   * @param {How & { page?: Page }} [how]
   */
  async outcome(locate, { page, options, login, path } = {}) {
    this.answer(locate);
    page ??= await this.open(path);
    await page.evaluate(() => sessionStorage.clear());
    await this.signInUntilAnswered(page, options, login);
    const outcome = await create(page, options);
    return { page, ...outcome };
  }

  /**
   * Begins a sign-in on a bare page and holds back its answer, which is returned.
   *
   * @param {Page} page
   * @param {Locate} [locate]
   * @returns {Promise<string>}
   */
  async begin(page, locate = answerWith()) {
    const here = page.url();
    /** @type {Promise<string>} */
    const held = new Promise((resolve) => {
      this.answer((asked) => {
        resolve(locate(asked));
        return here;
      });
    });
    await page.evaluate(() => sessionStorage.clear());
    await create(page);
    await leave(page);
    const answer = await held;
    await page.waitForFunction(() => !window.leaving);
    await ready(page);
    return answer;
  }

  /**
   * Has these pages served under another policy from now on.
   *
   * @param {string | RegExp} pages
   * @param {(policy: string) => string} change
   */
  async withPolicy(pages, change) {
    await this.context.route(pages, async (route) => {
      const response = await route.fetch();
      const name = "content-security-policy";
      const headers = response.headers();
      headers[name] = change(headers[name] ?? "");
      await route.fulfill({ response, headers });
    });
  }

  assertNothingLeaked() {
    for (const secret of this.secrets) {
      const told = this.lines.filter((line) => shows(line, secret));
      assert.deepEqual(told, [], "the console shows no token");
    }
  }
}

/**
 * Whether a text shows a secret, or enough of a long one: who writes a kilobyte somewhere may have cut it.
 *
 * @param {string} text
 * @param {string} secret
 */
export function shows(text, secret) {
  const isLong = secret.length > 200;
  // Of a JWT, what its claims begin with, for all begin with the same header; and its signature's end.
  const pieces = isLong ? [secret.slice(48, 88), secret.slice(-40)] : [secret];
  return pieces.some((piece) => text.includes(piece));
}

/**
 * Waits until a bare page can be called.
 *
 * @param {Page} page
 */
export const ready = (page) =>
  page.waitForSelector("html[data-ready]", { state: "attached" });

/**
 * Loads an address on a bare page anew, also one that differs from the page's own by its fragment alone.
 *
 * @param {Page} page
 * @param {string} address
 */
export async function reopen(page, address) {
  const url = new URL(address, page.url()).href;
  await page.goto("about:blank");
  await page.goto(url);
  await ready(page);
}

/**
 * `createAuth` on a bare page; its session and redirect as plain objects.
 *
 * @param {Page} page
 * @param {Options} [options]
 */
export const create = (page, options) =>
  page.evaluate((given) => window.create(given), options);

/**
 * The same where it has to fail.
 *
 * @param {Page} page
 * @param {Options} [options]
 */
export async function refusal(page, options) {
  const { error } = await page.evaluate(
    (given) => settled(window.create(given)),
    options,
  );
  assert.ok(error, "createAuth rejects");
  return error;
}

/**
 * `login` on a bare page, which is then left. Its promise stays behind as `leaving`.
 *
 * @param {Page} page
 * @param {object} [options]
 */
export const leave = (page, options) =>
  page.evaluate((given) => {
    window.leaving = settled(window.auth.login(given));
  }, options);

/**
 * Calls `login`, and goes back from the login page to this one, which the browser has kept: `login` rejects.
 *
 * @param {Page} page
 */
export async function leaveAndComeBack(page) {
  await leave(page);
  await page.getByLabel("Password").waitFor();
  await page.evaluate(() => history.back());
  // Nothing is loaded, so there is no load event to wait for.
  await page.waitForURL("**/app/bare.html", { waitUntil: "commit" });
  const { error } = await page.evaluate(() => window.leaving);
  assert.equal(error?.code, "login_required");
}

/**
 * Changes a field of the record of the sign-in that this page has begun.
 *
 * @param {Page} page
 * @param {string} field
 * @param {string | number} value
 */
export const changeSignIn = (page, field, value) =>
  page.evaluate(
    ({ name, text }) => {
      const key = Object.keys(sessionStorage).find((each) =>
        each.startsWith("placeos-auth:sign-in:"),
      );
      if (!key) throw new Error("no sign-in has begun");
      const record = new URLSearchParams(sessionStorage[key]);
      record.set(name, text);
      sessionStorage.setItem(key, String(record));
    },
    { name: field, text: String(value) },
  );

/**
 * Fills in the server's login page as a person would.
 *
 * @param {Page} page
 */
export async function typePassword(page) {
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/**
 * Every entry of this tab's history, as the browser itself keeps it.
 *
 * @param {Page} page
 */
export async function historyOf(page) {
  const browser = await page.context().newCDPSession(page);
  const { entries } = await browser.send("Page.getNavigationHistory");
  await browser.detach();
  return entries.map(({ url, userTypedURL, title }) =>
    [url, userTypedURL, title].join(" "),
  );
}

/**
 * What is under our name in this page's storage.
 *
 * @param {Page} page
 */
export const keysOf = (page) =>
  page.evaluate(() =>
    [sessionStorage, localStorage].flatMap((area) =>
      Object.keys(area).filter((key) => key.startsWith("placeos-auth")),
    ),
  );

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { account } from "../../servers/building.js";
import { answerWith, TOKEN } from "./answers.js";

const STEP_MS = 8_000;

/** One person in one browser profile, on a visit to the app. Notes what the browser says and asks for on the way. */
export class Visit {
  /** Console lines, the package's log among them, and uncaught errors. */
  lines = [];
  /** What the browser asked anybody for: `{ method, url, headers, body }`. */
  requests = [];
  /** Tokens that must appear in none of those. */
  secrets = [TOKEN];

  static async of(browser, world) {
    const context = await browser.newContext();
    context.setDefaultTimeout(STEP_MS);
    return new Visit(context, world);
  }

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
   * @param {(asked: Record<string, string>) => string} locate given the request's parameters
   */
  answer(locate) {
    const { sandbox } = this.world;
    const { intercept } = sandbox;
    sandbox.intercept = (req, res, next) => {
      if (req.path !== "/auth/oauth/authorize") {
        return intercept ? intercept(req, res, next) : next();
      }
      res.writeHead(302, { location: locate(req.query) }).end();
    };
  }

  /**
   * Signs in on a bare page and stops before the app has looked at the answer.
   *
   * @param {import("playwright-core").Page} page
   * @param {object} [options] of `createAuth`
   * @param {object} [login] of `login`
   */
  async signInUntilAnswered(page, options, login) {
    await create(page, options);
    await leave(page, login);
    await page.waitForURL((url) => /[?#&]state=/.test(url.href));
    await ready(page);
  }

  /** A bare page with a made-up session. */
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
   */
  async outcome(locate, { page, options, login, path } = {}) {
    this.answer(locate);
    page ??= await this.open(path);
    await page.evaluate(() => sessionStorage.clear());
    await this.signInUntilAnswered(page, options, login);
    const outcome = await create(page, options);
    return { page, ...outcome };
  }

  /** Begins a sign-in on a bare page and holds back its answer, which is returned. */
  async begin(page, locate = answerWith()) {
    const here = page.url();
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

  /** Has these pages served under another policy from now on. */
  async withPolicy(pages, change) {
    await this.context.route(pages, async (route) => {
      const response = await route.fetch();
      const name = "content-security-policy";
      const headers = response.headers();
      headers[name] = change(headers[name]);
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

/** Whether a text shows a secret, or enough of a long one: who writes a kilobyte somewhere may have cut it. */
export function shows(text, secret) {
  const isLong = secret.length > 200;
  // Of a JWT, what its claims begin with, for all begin with the same header; and its signature's end.
  const pieces = isLong ? [secret.slice(48, 88), secret.slice(-40)] : [secret];
  return pieces.some((piece) => text.includes(piece));
}

/** Waits until a bare page can be called. */
export const ready = (page) =>
  page.waitForSelector("html[data-ready]", { state: "attached" });

/** Loads an address on a bare page anew, also one that differs from the page's own by its fragment alone. */
export async function reopen(page, address) {
  const url = new URL(address, page.url()).href;
  await page.goto("about:blank");
  await page.goto(url);
  await ready(page);
}

/** `createAuth` on a bare page; its session and redirect as plain objects. */
export const create = (page, options) =>
  page.evaluate((given) => create(given), options);

/** The same where it has to fail. */
export async function refusal(page, options) {
  const { error } = await page.evaluate(
    (given) => settled(create(given)),
    options,
  );
  assert.ok(error, "createAuth rejects");
  return error;
}

/** `login` on a bare page, which is then left. Its promise stays behind as `leaving`. */
export const leave = (page, options) =>
  page.evaluate((given) => {
    window.leaving = settled(window.auth.login(given));
  }, options);

/** Fills in the server's login page as a person would. */
export async function typePassword(page) {
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Every entry of this tab's history, as the browser itself keeps it. */
export async function historyOf(page) {
  const browser = await page.context().newCDPSession(page);
  const { entries } = await browser.send("Page.getNavigationHistory");
  await browser.detach();
  return entries.map(({ url, userTypedURL, title }) =>
    [url, userTypedURL, title].join(" "),
  );
}

/** What is under our name in this page's storage. */
export const keysOf = (page) =>
  page.evaluate(() =>
    [sessionStorage, localStorage].flatMap((area) =>
      Object.keys(area).filter((key) => key.startsWith("placeos-auth")),
    ),
  );

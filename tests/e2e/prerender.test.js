import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import express from "express";
import { startSandbox } from "../servers/sandbox/index.js";
import { CHROMIUM, whyNoChromium } from "./support/chromium.js";
import { until } from "./support/grants.js";
import { site } from "./support/site.js";
import { suite } from "./support/suite.js";
import { keysOf } from "./support/visit.js";

/** How long a page is prerendered before the user goes there. */
const UNSEEN_MS = 2_000;

const PATHS = {
  authorize: "/auth/oauth/authorize",
  token: "/auth/oauth/token",
  report: "/report",
};

const html = (script, head = "") =>
  `<!doctype html><title>A page</title><link rel="icon" href="data:,">${head}<script type="module">${script}</script>`;

/** A page that has another prerendered, and goes there after a while. */
const leadingTo = (url) =>
  html(
    `setTimeout(() => location.assign(${JSON.stringify(url)}), ${UNSEEN_MS});`,
    `<script type="speculationrules">${JSON.stringify({
      prerender: [{ source: "list", urls: [url], eagerness: "immediate" }],
    })}</script>`,
  );

/** Tells the server how it is with the page, in order. */
const REPORTING = `
  const report = (what, more) => fetch("${PATHS.report}?" + new URLSearchParams({ what, ...more }), { keepalive: true });
  report("begun", { prerendering: document.prerendering });
  document.addEventListener("prerenderingchange", () => report("seen"));`;

/** An app that signs its users in at once. */
const EAGER = `${REPORTING}
  import { createAuth } from "/placeos-auth/index.js";
  const auth = await createAuth();
  report("created", { session: auth.session?.flow, redirect: auth.redirect.status, code: auth.redirect.error?.code });
  if (!auth.session) await auth.login();`;

/** Begins a sign-in by code, as a page that somebody sees. */
const STARTING = `
  import { createAuth } from "/placeos-auth/index.js";
  const auth = await createAuth({ flow: "code", redirectUri: "/answered" });
  await auth.login({ returnTo: "/answered" });`;

const ANSWERED = `${REPORTING}
  import { createAuth } from "/placeos-auth/index.js";
  const auth = await createAuth({ flow: "code", redirectUri: "/answered" });
  report("created", { session: auth.session?.flow, redirect: auth.redirect.status, code: auth.redirect.error?.code });`;

const COMPLETING = `${REPORTING}
  import { completeSignIn } from "/placeos-auth/index.js";
  const auth = await completeSignIn();
  report("created", { session: auth.session?.flow, redirect: auth.redirect.status, code: auth.redirect.error?.code });`;

/**
 * A Chromium that nobody looks into, on this page of a sandbox's: with a debugger at it, and Playwright is one, it prerenders
 * nothing.
 */
async function browse(pages, start, prove) {
  const router = express.Router();
  for (const [path, page] of Object.entries(pages)) {
    router.get(path, (_req, res) => res.type("html").send(page));
  }
  router.get(PATHS.report, (_req, res) => res.status(204).end());
  router.use(site());
  const sandbox = await startSandbox({ site: router });
  const profile = await mkdtemp(join(tmpdir(), "prerender-"));
  const chromium = spawn(
    CHROMIUM,
    [
      "--headless",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--user-data-dir=${profile}`,
      sandbox.origin + start,
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => chromium.once("exit", resolve));
  try {
    await prove(sandbox);
  } finally {
    chromium.kill();
    await ended;
    await sandbox.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What the sandbox was asked for, in order: what pages report, by what they say; else the path. */
const story = ({ requests }) =>
  requests
    .map(({ url }) => new URL(url, "http://localhost"))
    .map(({ pathname, searchParams }) =>
      pathname === PATHS.report ? searchParams.get("what") : pathname,
    );

const told = ({ requests }, what) =>
  requests
    .map(({ url }) => new URL(url, "http://localhost"))
    .filter(({ searchParams }) => searchParams.get("what") === what)
    .map(({ searchParams }) => Object.fromEntries(searchParams));

/** Until the page that was prerendered has told what came of it, and for a moment longer. */
const over = async (sandbox, what = "created") => {
  await until(() => told(sandbox, what).length > 0, `"${what}"`, 20_000);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.deepEqual(
    told(sandbox, "begun").map(({ prerendering }) => prerendering),
    ["true"],
    "the page was prerendered",
  );
  assert.equal(told(sandbox, "seen").length, 1, story(sandbox).join(" "));
};

const claim = (sentence, prove) =>
  it(
    sentence,
    {
      skip: whyNoChromium !== "" && !process.env.CI && whyNoChromium,
      timeout: 60_000,
    },
    prove,
  );

describe("A page that is prerendered", () => {
  claim("begins no sign-in before somebody sees it, then one", () =>
    browse(
      { "/start": leadingTo("/eager"), "/eager": html(EAGER) },
      "/start",
      async (sandbox) => {
        await over(sandbox);
        const steps = story(sandbox);
        const seen = steps.indexOf("seen");
        const asked = steps.flatMap((step, at) =>
          step.startsWith("/auth/") || step.startsWith("/.well-known/")
            ? at
            : [],
        );
        assert.ok(asked.length > 0);
        assert.ok(
          asked.every((at) => at > seen),
          steps.join(" "),
        );
        assert.ok(steps.indexOf("created") > seen, steps.join(" "));
        const authorized = steps.filter((step) => step === PATHS.authorize);
        assert.equal(authorized.length, 1);
      },
    ),
  );

  for (const [how, page] of [
    ["takes its answer once it is seen", ANSWERED],
    ["is a callback page that does so, too", COMPLETING],
  ]) {
    claim(`and ${how}: a code is exchanged once`, () =>
      browse(
        { "/start": html(STARTING), "/answered": html(page) },
        "/start",
        async (sandbox) => {
          sandbox.intercept = (req, res, next) => {
            const { state, redirect_uri } = req.query;
            if (req.path === PATHS.authorize) {
              const to = `${new URL(redirect_uri).pathname}?code=good&state=${state}`;
              return res.type("html").send(leadingTo(to));
            }
            if (req.path !== PATHS.token) return next();
            return res.json({
              access_token: "good",
              token_type: "Bearer",
              expires_in: 7200,
            });
          };
          await over(sandbox);
          const steps = story(sandbox);
          const seen = steps.indexOf("seen");
          const exchanges = steps.flatMap((step, at) =>
            step === PATHS.token ? at : [],
          );
          assert.equal(exchanges.length, 1, steps.join(" "));
          assert.ok(exchanges[0] > seen, steps.join(" "));
          assert.deepEqual(told(sandbox, "created"), [
            {
              what: "created",
              session: "code",
              redirect: "signed-in",
              code: "undefined",
            },
          ]);
        },
      ),
    );
  }
});

suite("A page that says that it is prerendering", (claim) => {
  const hide = (visit) =>
    visit.context.addInitScript(() => {
      window.isHidden = true;
      Object.defineProperty(document, "prerendering", {
        get: () => window.isHidden,
      });
      window.touched = [];
      for (const name of ["getItem", "setItem", "removeItem", "key"]) {
        const original = Storage.prototype[name];
        Storage.prototype[name] = function (...given) {
          window.touched.push(name);
          return original.apply(this, given);
        };
      }
    });

  const show = (page) =>
    page.evaluate(() => {
      window.isHidden = false;
      document.dispatchEvent(new Event("prerenderingchange"));
    });

  claim(
    "has its storage and address left alone until it is seen, and so have all clients",
    async (visit) => {
      await hide(visit);
      const path = `/app/bare.html?code=x&state=placeos-auth.${"0".repeat(64)}`;
      const page = await visit.open(path);
      await page.evaluate(() => {
        window.ended = [];
        const calls = [
          createAuth(),
          createAuth(),
          createAuth({ clientId: "another" }),
          completeSignIn(),
        ];
        window.all = Promise.all(
          calls.map((call) =>
            settled(call.then(plain)).then((outcome) => {
              window.ended.push(outcome);
              return outcome;
            }),
          ),
        );
      });
      await page.waitForTimeout(500);
      const seen = await page.evaluate(() => [window.touched, window.ended]);
      assert.deepEqual(seen, [[], []]);
      assert.equal(page.url(), visit.world.app + path);
      assert.deepEqual(await keysOf(page), []);
      await show(page);
      const outcomes = await page.evaluate(() => window.all);
      assert.equal(outcomes.length, 4);
      assert.equal(outcomes[0].value.redirect.error.code, "state_mismatch");
      assert.equal(page.url(), `${visit.world.app}/app/bare.html`);
    },
  );
});

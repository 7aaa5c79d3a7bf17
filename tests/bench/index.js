// `npm run bench`: this package beside what people would use in its place, in one run of one browser, on the same page and
// server. Clients take turns, so that what else the machine does meets all of them alike.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build as bundle } from "esbuild";
import express from "express";
import { must } from "../../scripts/run.js";
import { root } from "../../scripts/tools.js";
import { launchChromium } from "../e2e/support/chromium.js";
import { typePassword } from "../e2e/support/visit.js";
import { freePort } from "../e2e/support/worlds.js";
import { account } from "../servers/building.js";
import { clientIdOf } from "../servers/sandbox/apps.js";
import { startSandbox } from "../servers/sandbox/index.js";

const ROUNDS = Number(process.env.ROUNDS ?? 11);
const here = join(root, "tests", "bench");
const OURS = "placeos-auth";

/** @type {Record<string, string | undefined>} each with its package */
const CLIENTS = {
  bare: undefined,
  [OURS]: undefined,
  "ts-client": "@placeos/ts-client",
  "oidc-client-ts": "oidc-client-ts",
  "keycloak-js": "keycloak-js",
  "okta-auth-js": "@okta/okta-auth-js",
  "auth0-spa-js": "@auth0/auth0-spa-js",
};
const names = Object.keys(CLIENTS);

/** Those that more than the download is measured of. */
const measured = names.filter((name) => name !== "auth0-spa-js");

const port = await freePort();
const origin = `http://localhost:${port}`;

/** As the server is told of it. @param {string} name */
const app = (name) => ({ name, redirectUris: [`${origin}/bench/${name}`] });

/** What isn't measured, and why. */
const LEFT_OUT = {
  "landing, ts-client":
    "begins a sign-in by itself, from within its start: there is no moment to measure from",
  "auth0-spa-js":
    "signs in at its own service alone, which signs an ID token, and keeps no session that came another way: only its download is compared",
  "landing, keycloak-js": "speaks only to a server of its own kind",
  "landing, okta-auth-js": "asks its own server's well-known address first",
  "landing, implicit flow": "oidc-client-ts has none",
  Firefox: "this bench drives Chromium only",
};

await must("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
  cwd: here,
});
const scripts = await bundleClients();
const sandbox = await startSandbox({
  port,
  apps: names.map(app),
  site: site(),
});
const browser = await launchChromium({ keepsPages: false });
try {
  const results = await measure();
  await report(results);
} finally {
  await browser.close();
  await sandbox.close();
}

/** Each client as a bundler that minifies ships it. */
async function bundleClients() {
  const bundles = await Promise.all(
    names.map(async (name) => {
      const { outputFiles } = await bundle({
        entryPoints: [join(here, "clients", `${name}.js`)],
        alias: { [OURS]: join(root, "dist", "index.js") },
        bundle: true,
        minify: true,
        format: "esm",
        write: false,
        define: {
          global: "globalThis",
          "process.env.NODE_ENV": '"production"',
        },
        logLevel: "error",
      });
      const [file] = outputFiles;
      if (!file) throw new Error(`no bundle of ${name}`);
      return /** @type {const} */ ([name, Buffer.from(file.contents)]);
    }),
  );
  return new Map(bundles);
}

function site() {
  const router = express.Router();
  router.get("/bench/echo", (request, response) => {
    response.send(request.headers.authorization ?? "");
  });
  // keycloak-js restores a session by renewing it, at an endpoint of its own server's.
  const renewal = "/realms/r/protocol/openid-connect/token";
  router.post(renewal, express.urlencoded(), (request, response) => {
    const token = request.body.refresh_token;
    response.json({ access_token: token, refresh_token: token });
  });
  router.get("/bench/page.js", (_request, response) =>
    response.sendFile("page.js", { root: here }),
  );
  router.get("/bench/clients/:name", (request, response) => {
    const script = scripts.get(request.params.name.replace(/\.js$/, ""));
    response.type("js").set("Cache-Control", "max-age=3600").send(script);
  });
  router.get("/bench/:name", (request, response) => {
    const { name } = request.params;
    const [redirectUri = ""] = app(name).redirectUris;
    const given = {
      client: name,
      server: origin,
      redirectUri,
      clientId: clientIdOf(redirectUri),
      account: { username: account.email, password: account.password },
      token: "an-access-token-of-the-usual-length-of-43-bytes",
    };
    const data = JSON.stringify(given).replaceAll('"', "&quot;");
    response.type("html").send(
      `<!doctype html><html data-app="${data}"><title>bench</title>
       <script type="module">globalThis.bench = await import("/bench/page.js")</script>`,
    );
  });
  return router;
}

/**
 * Calls a function of `page.js`.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {...unknown} args
 */
async function call(page, name, ...args) {
  await page.waitForFunction(() => "bench" in globalThis);
  return page.evaluate(
    ([called, given]) =>
      /** @type {any} */ (globalThis).bench[called](...given),
    /** @type {const} */ ([name, args]),
  );
}

/** @param {string} client @param {Record<string, string>[]} [stored] of both storages */
async function open(client, [session, local] = [{}, {}]) {
  const context = await browser.newContext();
  await context.addInitScript(([ofTab, ofOrigin]) => {
    if (sessionStorage.length + localStorage.length > 0) return;
    Object.assign(sessionStorage, ofTab);
    Object.assign(localStorage, ofOrigin);
  }, /** @type {const} */ ([session, local]));
  const page = await context.newPage();
  await page.goto(`${origin}/bench/${client}`);
  return page;
}

async function measure() {
  /** @type {Record<string, Record<string, number[]>>} */
  const times = {};
  /** @param {string} what @param {string} who @param {number} value */
  const note = (what, who, value) => {
    times[what] ??= {};
    (times[what][who] ??= []).push(value);
  };

  /** @type {Map<string, Record<string, string>[]>} */
  const sessions = new Map();
  for (const name of measured) {
    const page = await open(name);
    sessions.set(name, await call(page, "seed"));
    await page.context().close();
  }

  for (let round = 0; round < ROUNDS; round++) {
    for (const name of measured) {
      const page = await open(name, sessions.get(name));
      note("start, first time (ms)", name, await call(page, "start"));
      await page.reload();
      note("start, again (ms)", name, await call(page, "start"));
      await page.context().close();
    }
    for (const [name, flow] of [
      [OURS, "implicit"],
      [OURS, "code"],
      ["oidc-client-ts", "code"],
    ]) {
      const what = `landing to a session, ${flow} flow (ms)`;
      note(what, name, await landing(name, flow));
    }
  }

  const pages = new Map();
  for (const name of measured) {
    const page = await open(name, sessions.get(name));
    await call(page, "start");
    const echoed = await call(page, "echo");
    if (!/^Bearer ./.test(echoed)) throw new Error(`${name} signs nothing`);
    pages.set(name, page);
  }
  /** @param {string} what @param {string} called @param {unknown[]} args */
  const round = async (what, called, ...args) => {
    for (const [name, page] of pages)
      note(what, name, 1000 * (await call(page, called, ...args)));
  };
  const kinds = ["text", "URL", "Request"];
  for (let at = 0; at < ROUNDS; at++)
    for (const kind of kinds)
      await round(`signed fetch, ${kind} (µs)`, "sequence", kind, 50);
  for (const page of pages.values()) await call(page, "stub");
  for (let at = 0; at < ROUNDS + 2; at++)
    for (const kind of kinds)
      await round(
        `signed fetch, stubbed, ${kind} (µs)`,
        "sequence",
        kind,
        2000,
      );
  for (let at = 0; at < ROUNDS; at++)
    for (const count of [1, 100, 10_000])
      await round(`${count} at once, stubbed (µs each)`, "together", count);

  for (const [name, page] of pages) {
    const before = await heap(page);
    await call(page, "sequence", "text", 100_000);
    const grown = (await heap(page)) - before;
    note("growth by 100,000 requests (kB)", name, grown / 1000);
  }
  const ours = pages.get(OURS);
  await call(ours, "unstub");
  // The first thousand fill what the browser itself remembers of requests.
  await call(ours, "renew", 1000);
  const before = await heap(ours);
  await call(ours, "renew", 1000);
  note(
    "growth by 1,000 renewals (kB)",
    OURS,
    ((await heap(ours)) - before) / 1000,
  );
  for (const page of pages.values()) await page.context().close();

  for (const count of [1, 10, 1000]) {
    const page = await open(OURS, sessions.get(OURS));
    const protectedResources = Array.from(
      { length: count },
      (_, index) => `https://resource-${index}.example.com/api`,
    );
    await call(page, "start", { protectedResources });
    await call(page, "stub");
    for (let at = 0; at < ROUNDS; at++)
      note(
        `${count} protected resources, stubbed (µs)`,
        OURS,
        1000 * (await call(page, "sequence", "text", 2000)),
      );
    await page.context().close();
  }
  for (const length of [1_000, 100_000, 1_000_000]) {
    for (let at = 0; at < ROUNDS; at++) {
      const page = await open(OURS, sessions.get(OURS));
      await page.evaluate((size) => {
        location.hash = `access_token=${"x".repeat(size)}&state=not-ours`;
      }, length);
      note(
        `start with a fragment of ${length / 1000} kB (ms)`,
        OURS,
        await call(page, "start"),
      );
      await page.context().close();
    }
  }
  return times;
}

/** @param {string} name @param {string} flow */
async function landing(name, flow) {
  const page = await open(name);
  await call(page, "begin", flow);
  await typePassword(page);
  await page.waitForURL(/\/bench\/.*[?#&]state=/);
  const time = await call(page, "land", flow);
  await page.context().close();
  return time;
}

/** The heap of a page after a collection, with the memory that lies outside. @param {import("playwright-core").Page} page */
async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const usage = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Half of all values are so near the median. @param {number[]} values */
function spread(values) {
  return median(values.map((value) => Math.abs(value - median(values))));
}

/** @param {Record<string, Record<string, number[]>>} times */
async function report(times) {
  /** @type {Record<string, Record<string, string>>} */
  const table = {};
  for (const name of names) {
    const script = scripts.get(name) ?? "";
    const size = brotliCompressSync(script).length;
    (table["download, brotli (kB)"] ??= {})[name] = (size / 1000).toFixed(1);
  }
  for (const [what, by] of Object.entries(times)) {
    const row = (table[what] ??= {});
    for (const [name, values] of Object.entries(by))
      row[name] = `${figure(median(values))} ±${figure(spread(values))}`;
  }
  const versions = await Promise.all(
    names.map(async (name) => {
      const folder = CLIENTS[name];
      const path = folder ? join(here, "node_modules", folder) : root;
      const { version } = JSON.parse(
        await readFile(join(path, "package.json"), "utf8"),
      );
      return [name, name === "bare" ? "" : version];
    }),
  );
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model}, Chromium ${browser.version()}, Node ${process.version}`;
  console.log(`${machine}; medians of ${ROUNDS}, ± half of all are so near`);
  console.log(Object.fromEntries(versions));
  console.table(table);
  for (const [what, why] of Object.entries(LEFT_OUT))
    console.log(`left out: ${what}: ${why}`);
  const file = join(root, "target", "bench.json");
  await mkdir(join(root, "target"), { recursive: true });
  const json = {
    machine,
    versions: Object.fromEntries(versions),
    rounds: ROUNDS,
    table,
    times,
    leftOut: LEFT_OUT,
  };
  await writeFile(file, JSON.stringify(json, undefined, 2));
  console.log("all values are in target/bench.json");
}

/** @param {number} value */
function figure(value) {
  return value.toFixed(value < 100 ? 1 : 0);
}

// The package as npm packs it, in the hands of somebody who installs it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";

const run = promisify(execFile);
const root = new URL("../..", import.meta.url).pathname;
/** @type {string} */
let app;

before(async () => {
  app = await mkdtemp(join(tmpdir(), "placeos-auth-"));
  const { stdout } = await run(
    "npm",
    ["pack", "--ignore-scripts", "--json", "--pack-destination", app],
    { cwd: root },
  );
  const packed = JSON.parse(stdout);
  const { filename } = Array.isArray(packed)
    ? packed[0]
    : Object.values(packed)[0];
  await writeFile(join(app, "package.json"), '{"type":"module"}');
  await run(
    "npm",
    ["install", "--offline", "--no-audit", join(app, filename)],
    { cwd: app },
  );
});

after(() => rm(app, { recursive: true, force: true }));

/** @param {string[]} names */
const installed = (...names) =>
  join(app, "node_modules", "placeos-auth", ...names);

test("the package holds what a user needs and nothing of ours", async () => {
  const entries = await readdir(installed(), { recursive: true });
  assert.deepEqual(entries.sort(), [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist",
    "dist/angular",
    "dist/angular.d.ts",
    "dist/angular.js",
    "dist/angular/guard.js",
    "dist/angular/interceptor.js",
    "dist/angular/provider.js",
    "dist/angular/server.js",
    "dist/auth-error.js",
    "dist/auth.js",
    "dist/browser",
    "dist/browser/http.js",
    "dist/browser/lock.js",
    "dist/browser/page.js",
    "dist/browser/platform.js",
    "dist/callback",
    "dist/callback/oauth-resp.html",
    "dist/callback/oauth-resp.js",
    "dist/control-socket.js",
    "dist/core.js",
    "dist/core.wasm.js",
    "dist/external.d.ts",
    "dist/external.js",
    "dist/fetch.js",
    "dist/given.js",
    "dist/idle.d.ts",
    "dist/idle.js",
    "dist/index.d.ts",
    "dist/index.js",
    "dist/placeos-auth.wasm",
    "dist/react.d.ts",
    "dist/react.js",
    "dist/testing-http.js",
    "dist/testing.d.ts",
    "dist/testing.js",
    "dist/ts-client-setup.js",
    "dist/ts-client.d.ts",
    "dist/ts-client.js",
    "package.json",
  ]);
});

test("the package names no folder of the machine that built it", async () => {
  const entries = await readdir(installed("dist"), {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const { name, parentPath } = entry;
    const text = await readFile(join(parentPath, name), "latin1");
    assert.doesNotMatch(text, /\/(home|root|Users|work)\//, name);
  }
});

test("the package needs no other package", async () => {
  const manifest = JSON.parse(
    await readFile(installed("package.json"), "utf8"),
  );
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.sideEffects, false);
});

const INERT = `
  const before = Object.keys(globalThis).length;
  const auth = await import("placeos-auth");
  const external = await import("placeos-auth/external");
  if (Object.keys(globalThis).length !== before) throw new Error("touched the globals");
  const errors = [];
  for (const create of [auth.createAuth, auth.completeSignIn, external.createAuth]) {
    await create().catch((error) => errors.push(error.name + " " + error.code));
  }
`;
const REFUSALS = [
  "AuthError unsupported_environment",
  "AuthError unsupported_environment",
  "AuthError configuration",
];

test("importing it in Node does nothing, and calling it there says why it can't work", async () => {
  await writeFile(
    join(app, "node.js"),
    `${INERT} console.log(JSON.stringify(errors));`,
  );
  const { stdout } = await run(process.execPath, [join(app, "node.js")]);
  assert.deepEqual(JSON.parse(stdout), REFUSALS);
});

test("importing it takes nothing of the platform's, as in Jest's pages, which lack some of it", async () => {
  const taken = ["TextDecoder", "TextEncoder", "fetch", "URL"];
  const source = `
    for (const name of ${JSON.stringify(taken)}) delete globalThis[name];
    const auth = await import("placeos-auth");
    await auth.createAuth().catch(({ code, message }) => console.log(code, message));
  `;
  await writeFile(join(app, "bare.js"), source);
  const { stdout } = await run(process.execPath, [join(app, "bare.js")]);
  assert.match(stdout, /^unsupported_environment There is no TextDecoder/);
});

test("importing it in a worker does nothing, and calling it there says why it can't work", async () => {
  const source = `import { parentPort } from "node:worker_threads"; ${INERT} parentPort.postMessage(errors);`;
  await writeFile(join(app, "worker.js"), source);
  const worker = new Worker(join(app, "worker.js"));
  const errors = await new Promise((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  await worker.terminate();
  assert.deepEqual(errors, REFUSALS);
});

test("an app that uses nothing of it, or its errors alone, carries nothing else of it", async () => {
  for (const [contents, most] of /** @type {const} */ ([
    ['import { createAuth } from "placeos-auth"; console.log(1);', 200],
    ['export { AuthError } from "placeos-auth";', 3000],
    ['export { AuthError } from "placeos-auth/external";', 3000],
  ])) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: app },
      bundle: true,
      format: "esm",
      write: false,
    });
    const [bundle] = outputFiles;
    assert.ok(bundle && bundle.contents.length < most, contents);
  }
});

test("a minimal app downloads no more than was promised", async () => {
  const { stdout } = await run("npm", ["run", "--silent", "size"], {
    cwd: root,
  });
  const [, budget = "none"] = stdout.match(/^the budget.* ([\d,]+)$/m) ?? [];
  for (const page of ["README.md", "docs/size.md"]) {
    const text = await readFile(join(root, page), "utf8");
    const promised = Number(text.match(/at most (\d+) kB/)?.[1]) * 1000;
    assert.equal(promised, Number(budget.replaceAll(",", "")), page);
  }
});

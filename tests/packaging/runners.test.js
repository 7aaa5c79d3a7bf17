// An app's own tests, in the test runners that apps use.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { account } from "../servers/building.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { sourceOf } from "./support/app.js";
import { install } from "./support/install.js";

const run = promisify(execFile);
const bin = join(sourceOf("runners"), "..", "..", "node_modules", ".bin");
/** @type {Awaited<ReturnType<typeof startSandbox>>} */
let sandbox;

before(async () => {
  await install();
  // Where the runners' pages say they are.
  const origins = ["http://localhost", "http://localhost:3000"];
  const apps = origins.map((origin) => ({
    name: origin,
    redirectUris: [`${origin}/`],
  }));
  sandbox = await startSandbox({ apps, origins });
});
after(() => sandbox.close());

/**
 * Runs the tests of an app. This fails if one of them does.
 *
 * @param {number} count of tests
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [more] of the environment
 */
async function passes(count, command, args, more) {
  const env = {
    ...process.env,
    SANDBOX: sandbox.origin,
    CREDENTIALS: JSON.stringify({
      username: account.email,
      password: account.password,
    }),
    CI: "true",
    NO_COLOR: "1",
    // As `placeos-auth` is made of modules.
    NODE_OPTIONS: command === "jest" ? "--experimental-vm-modules" : "",
    ...more,
  };
  const options = { cwd: sourceOf("runners"), env };
  const { stdout, stderr } = await run(join(bin, command), args, options).catch(
    (failed) => failed,
  );
  const output = stdout + stderr;
  assert.match(output, new RegExp(`Tests:? +${count} passed`), output);
}

for (const environment of ["jsdom", "happy-dom"])
  test(`Vitest with ${environment} runs the client for tests, and the real one`, () =>
    passes(2, "vitest", ["run", `--environment=${environment}`]));

test("Jest with jsdom runs the client for tests, though that lacks a fetch", () =>
  passes(1, "jest", ["--env=jsdom"]));

test("Jest with what jsdom lacks runs the real one as well", () =>
  passes(2, "jest", ["--env=./environment.js"], { HAS_ALL: "yes" }));

// `npm test`: every part in turn, each with its own count, and one line of totals at the end.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.js";
import { capture } from "./run.js";
import {
  ensureChromium,
  ensureNodeModules,
  ensureRuby,
  ensureWasmPack,
  environment,
  root,
} from "./tools.js";

/** What a line begins with that tells of a case, as JSON: see `tests/e2e/support/staying.js` and `tests/host/model.rs`. */
const MARK = "# staying signed in: ";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const TARGET = ["--target", "wasm32-unknown-unknown"];
const totals = { passed: 0, failed: 0, skipped: 0 };
const begun = Date.now();

await ensureNodeModules();
await ensureWasmPack();
const noChromium = await ensureChromium();
const noRuby = await ensureRuby();
for (const lack of [noChromium, noRuby]) if (lack) console.log(lack);

await check("format, Rust", "cargo", ["fmt", "--check"]);
await check("format, everything else", "prettier", [
  "--check",
  "--log-level=warn",
  "{scripts,src,tests,www}/**/*.{js,ts,css,html,json}",
  "*.json",
  "!package-lock.json",
]);
await check("clippy", "cargo", clippy("--all-targets"));
await check("clippy, for browsers", "cargo", clippy(...TARGET));
await check(
  "clippy, with bindings and tests",
  "cargo",
  clippy(...TARGET, "--all-targets", "--features", "bindings"),
);
await suite("host tests", cargoCounts, "cargo", [
  "test",
  "--locked",
  "--",
  "--show-output",
]);
await part("package", build);
await check("types", "tsc", ["--project", "tests/types"]);
await suite("package tests", nodeCounts, ...nodeTest("package"));
await suite(
  "browser tests",
  cargoCounts,
  "wasm-pack",
  ["test", "--headless", "--chrome", "--test", "browser"],
  noChromium,
);
await suite("contract suite", nodeCounts, ...nodeTest("contract"));
await suite("end-to-end tests", nodeCounts, ...nodeTest("e2e"), noChromium);

console.log(`\nall parts took ${seconds(begun)}`);
const { passed, failed, skipped } = totals;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;

function clippy(...options) {
  return [
    "clippy",
    "--quiet",
    "--locked",
    ...options,
    "--",
    "--deny",
    "warnings",
  ];
}

function nodeTest(folder) {
  const names = readdirSync(join(root, "tests", folder)).sort();
  const files = names.filter((name) => name.endsWith(".test.js"));
  const paths = files.map((name) => join("tests", folder, name));
  const options = ["--test", "--test-reporter=spec"];
  const [major, minor] = process.versions.node.split(".").map(Number);
  // Left to itself, Node leaves one core idle.
  if (major > 20 || minor >= 10) options.push("--test-concurrency=2");
  return [process.execPath, [...options, ...paths]];
}

/** A command that passes or fails as a whole. */
function check(name, command, args) {
  return suite(name, () => undefined, command, args);
}

/**
 * A command that runs tests. Where `lack` says that it can't run, it counts as skipped, or as failed with `CI` set: a
 * machine that tests for others has to have everything.
 */
function suite(name, counts, command, args, lack) {
  return part(name, async () => {
    if (lack) {
      if (process.env.CI) throw new Error(lack);
      console.log(`  skipped: ${name} (${lack})`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    const { code, output } = await capture(command, args, {
      cwd: root,
      env: environment(),
    });
    const counted = counts(output);
    table(output);
    if (code !== 0) {
      const failed = Math.max(1, counted?.failed ?? 1);
      return { passed: 0, ...counted, failed, output };
    }
    if (counted?.passed === 0) throw new Error(`no test ran:\n${output}`);
    for (const skipped of output.match(/^.*(?:﹣|\.\.\. ignored).*$/gm) ?? [])
      console.log(`  skipped: ${skipped.trim()}`);
    return counted;
  });
}

/** Prints what tests have told of their cases: one table for those that tell the same of themselves. */
function table(output) {
  const lines = output.split("\n").filter((line) => line.startsWith(MARK));
  const tables = new Map();
  for (const line of lines) {
    const { case: name, ...numbers } = JSON.parse(line.slice(MARK.length));
    const columns = Object.keys(numbers).join();
    if (!tables.has(columns)) tables.set(columns, {});
    tables.get(columns)[name] = numbers;
  }
  for (const rows of tables.values()) console.table(rows);
}

/** Runs a part of the whole, says how it went, and adds it up. A part without counts of its own counts as one. */
async function part(name, run) {
  const start = Date.now();
  console.log(`running ${name}`);
  let counts;
  try {
    counts = { passed: 1, failed: 0, skipped: 0, ...(await run()) };
  } catch (error) {
    counts = { passed: 0, failed: 1, skipped: 0, output: error.stack };
  }
  if (counts.failed > 0) console.log(counts.output);
  for (const key of Object.keys(totals)) totals[key] += counts[key];
  const word = counts.failed > 0 ? "FAILED" : "ok";
  console.log(
    `  ${word}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${seconds(start)})`,
  );
}

/** What `cargo test` counted, over all its binaries. @returns {Counts} */
function cargoCounts(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const lines = output.matchAll(
    /^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  );
  for (const [, passed, failed, ignored] of lines) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return counts;
}

/** What Node's test runner counted. @returns {Counts} */
function nodeCounts(output) {
  const count = (name) =>
    Number(output.match(new RegExp(`^ℹ ${name} (\\d+)$`, "m"))?.[1] ?? 0);
  return {
    passed: count("pass"),
    failed: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
  };
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

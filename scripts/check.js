// `npm run check`: everything that needs no browser. With a warm build cache it takes less than two minutes.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FUZZ_FILES, PRETTIER_FILES } from "./format.js";
import { cargoCounts, check, suite, summarize } from "./parts.js";
import { ensureNodeModules, ensureWasmTarget } from "./tools.js";

const WASM = ["--target", "wasm32-unknown-unknown"];

/** Runs the checks, as parts of whatever the caller runs after them. */
export async function runChecks() {
  await ensureNodeModules();
  await ensureWasmTarget();

  await check("format, Rust", "cargo", ["fmt", "--check", "--", ...FUZZ_FILES]);
  await check("format, everything else", "prettier", [
    "--check",
    "--log-level=warn",
    ...cache("prettier"),
    ...PRETTIER_FILES,
  ]);
  await check("eslint", "eslint", [
    "--max-warnings=0",
    ...cache("eslint"),
    ".",
  ]);
  await check("types", "tsc", ["--project", "."]);
  await check("types, end-to-end tests", "tsc", ["--project", "tests/e2e"]);
  await check("clippy", "cargo", clippy("--all-targets"));
  await check("clippy, for browsers", "cargo", clippy(...WASM));
  await check(
    "clippy, with bindings and tests",
    "cargo",
    clippy(...WASM, "--all-targets", "--features", "bindings"),
  );
  await suite("host tests", {
    command: "cargo",
    args: ["test", "--locked", "--", "--show-output"],
    counts: cargoCounts,
  });
}

/**
 * Files that were well before, and haven't changed since, aren't looked at again.
 *
 * @param {"eslint" | "prettier"} tool
 */
function cache(tool) {
  const location = join("node_modules", ".cache", tool, "files.json");
  return [
    "--cache",
    "--cache-strategy=content",
    `--cache-location=${location}`,
  ];
}

/** @param {string[]} options */
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runChecks();
  summarize();
}

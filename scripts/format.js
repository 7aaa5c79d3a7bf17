// `npm run format`: formats every file that `npm run check` wants formatted.
import { fileURLToPath } from "node:url";
import { must } from "./run.js";
import { ensureNodeModules, environment, root } from "./tools.js";

/** The files that Prettier formats. Rust's are formatted by `cargo fmt`. */
export const PRETTIER_FILES = [
  "{scripts,src,tests,www}/**/*.{js,ts,tsx,vue,css,html,json}",
  "*.{js,json}",
  ".github/**/*.yml",
  "!package-lock.json",
];

/** Files of a crate of their own, which `cargo fmt` doesn't find. */
export const FUZZ_FILES = ["tests/fuzz/lib.rs", "tests/fuzz/target.rs"];

async function format() {
  await ensureNodeModules();
  const options = { cwd: root, env: environment() };
  await must("cargo", ["fmt", "--", ...FUZZ_FILES], options);
  const changes = await must(
    "prettier",
    ["--write", "--list-different", ...PRETTIER_FILES],
    options,
  );
  process.stdout.write(changes);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await format();

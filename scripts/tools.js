// Brings what a machine lacks, into the project's own folders wherever that is possible, and says so.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { capture } from "./run.js";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, ".tools");

/** wasm-pack of the version these scripts were written for. */
const WASM_PACK = "0.15.1";

/** cargo-fuzz of the version these scripts were written for. */
const CARGO_FUZZ = "0.13.1";

/** The environment that finds the project's own tools first. */
export function environment() {
  const path = [
    join(tools, "bin"),
    join(root, "node_modules", ".bin"),
    process.env.PATH,
  ];
  return { ...process.env, PATH: path.join(delimiter) };
}

/** npm packages, exactly as the lock file has them. */
export async function ensureNodeModules() {
  await ensureLocked("npm packages", root);
}

/** The frameworks and tools of `tests/packaging`. */
export async function ensurePackagingModules() {
  const folder = join(root, "tests", "packaging");
  await ensureLocked("frameworks and their tools", folder, [
    "--ignore-scripts",
  ]);
}

/**
 * @param {string} what
 * @param {string} folder
 * @param {string[]} options of npm's
 */
async function ensureLocked(what, folder, options = []) {
  const wanted = await readFile(join(folder, "package-lock.json"), "utf8");
  const marker = join(folder, "node_modules", ".placeos-auth-lock");
  if ((await readFile(marker, "utf8").catch(() => "")) === wanted) return;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  await install(what, "npm", [...args, ...options], { cwd: folder });
  await writeFile(marker, wanted);
}

/** Rust with its wasm32 target. */
export async function ensureWasmTarget() {
  await ensureRust();
  const { output: targets } = await capture(
    "rustup",
    ["target", "list", "--installed"],
    { cwd: root },
  );
  if (!targets.includes("wasm32-unknown-unknown")) {
    await install("the wasm32 target of Rust", "rustup", [
      "target",
      "add",
      "wasm32-unknown-unknown",
    ]);
  }
}

/** The wasm32 target, and the wasm-bindgen that matches the locked crate. */
export async function ensureWasmTools() {
  await ensureWasmTarget();
  await ensureCargoTool(
    "wasm-bindgen-cli",
    "wasm-bindgen",
    await lockedVersion("wasm-bindgen"),
  );
}

/** wasm-pack, for the browser tests. */
export async function ensureWasmPack() {
  await ensureWasmTools();
  await ensureCargoTool("wasm-pack", "wasm-pack", WASM_PACK);
}

/** cargo-fuzz, which needs a C++ compiler besides. */
export async function ensureCargoFuzz() {
  await ensureRust();
  await ensureCargoTool("cargo-fuzz", "cargo-fuzz", CARGO_FUZZ);
}

/** The Rust that `rust-toolchain.toml` names, with all that it lists. */
async function ensureRust() {
  const { code } = await capture("rustup", ["--version"]);
  if (code !== 0)
    throw new Error(
      "Rust is missing. Install it with rustup: https://rustup.rs",
    );
  // Left to itself, rustup would install it in the midst of another command, which shows nothing for a minute.
  const env = { ...process.env, RUSTUP_AUTO_INSTALL: "0" };
  const active = await capture("rustup", ["show", "active-toolchain"], {
    cwd: root,
    env,
  });
  if (active.code !== 0)
    await install("the Rust of rust-toolchain.toml", "rustup", [
      "toolchain",
      "install",
    ]);
}

/** @param {string} name of a crate */
async function lockedVersion(name) {
  const lock = await readFile(join(root, "Cargo.lock"), "utf8");
  const [, version] =
    lock.match(new RegExp(`name = "${name}"\\nversion = "([^"]+)"`)) ?? [];
  if (!version) throw new Error(`Cargo.lock has no ${name}`);
  return version;
}

/**
 * @param {string} name of the crate
 * @param {string} binary the command in it
 * @param {string} version
 */
async function ensureCargoTool(name, binary, version) {
  const { output } = await capture(binary, ["--version"], {
    env: environment(),
  });
  if (output.trim().endsWith(` ${version}`)) return;
  const args = ["install", name, "--version", version, "--root", tools];
  const what = `${name} ${version} (compiled here, once; takes some minutes)`;
  try {
    await install(what, "cargo", [...args, "--locked"]);
  } catch {
    // The tool's own lock file may name versions that a registry mirror lags behind.
    await install(`${what}, with newer dependencies`, "cargo", args);
  }
}

/** Chromium and its driver, for tests in a browser. @returns {Promise<string | null>} why not, in a sentence */
export function ensureChromium() {
  return ensureDebianPackages(
    "Chromium",
    ["chromium", "chromium-driver", "chromium-headless-shell"],
    async () =>
      (await runs("chromium", "--version")) &&
      (await runs("chromium-headless-shell", "--version")) &&
      (await runs("chromedriver", "--version")),
  );
}

/** Ruby with Doorkeeper, the counterpart of the sandbox. @returns {Promise<string | null>} why not, in a sentence */
export function ensureRuby() {
  const packages = [
    "puma",
    "ruby-activerecord",
    "ruby-doorkeeper",
    "ruby-railties",
    "ruby-sqlite3",
  ];
  // Not Debian's `rails`: it pulls in Debian's Node.js, which can't be installed beside another.
  return ensureDebianPackages("Doorkeeper", packages, () =>
    runs("ruby", "-e", "%w[doorkeeper puma sqlite3].each { |name| gem name }"),
  );
}

/** @param {string} command @param {string[]} args */
async function runs(command, ...args) {
  return (await capture(command, args)).code === 0;
}

/**
 * Debian packages, as root.
 *
 * @param {string} what
 * @param {string[]} packages
 * @param {() => Promise<boolean>} isThere
 * @returns {Promise<string | null>} if they can't be installed, why, in a sentence
 */
async function ensureDebianPackages(what, packages, isThere) {
  if (await isThere()) return null;
  if (!existsSync("/etc/debian_version"))
    return `${what} can't be installed here: this is not Debian`;
  if (process.getuid?.() !== 0)
    return `${what} can't be installed here: that needs root`;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await install("Debian's package lists", "apt-get", ["update", "-qq"], {
      env,
    });
    const args = [
      "install",
      "-y",
      "-qq",
      "--no-install-recommends",
      ...packages,
    ];
    await install(`${what} (${packages.join(", ")})`, "apt-get", args, { env });
  } catch (error) {
    const [firstLine] = String(error).split("\n");
    return `${what} can't be installed here: ${firstLine}`;
  }
  return (await isThere())
    ? null
    : `${what} can't be used here, though it was installed`;
}

/**
 * Runs an installation, with a sign of life every few seconds; its output is shown only if it fails.
 *
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @param {import("./run.js").RunOptions} [options]
 * @returns {Promise<void>}
 */
function install(what, command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const begun = Date.now();
    const seconds = () => Math.round((Date.now() - begun) / 1000);
    console.log(`installing ${what}`);
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    const life = setInterval(() => {
      const last = output.trimEnd().split("\n").at(-1) ?? "";
      console.log(`  … ${seconds()} s: ${last.trim().slice(0, 80)}`);
    }, 10_000);
    /** @param {Error | null} error */
    const end = (error) => {
      clearInterval(life);
      if (error) reject(error);
      else resolve();
    };
    child.on("error", (error) =>
      end(new Error(`${command} can't be run: ${error.message}`)),
    );
    child.on("close", (code) => {
      if (code === 0) console.log(`  done in ${seconds()} s`);
      end(
        code === 0
          ? null
          : new Error(`${command} ended with ${code}\n${output.trimEnd()}`),
      );
    });
  });
}

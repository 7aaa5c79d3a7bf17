// Builds the npm package into dist/: the crate as WebAssembly, its glue, the hand-written modules and types.
import { createHash } from "node:crypto";
import {
  cp,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "./run.js";
import {
  ensureNodeModules,
  ensureWasmTools,
  environment,
  root,
} from "./tools.js";

const dist = join(root, "dist");
/** Where it is put together, so that dist/ is never half there. */
const next = join(root, "target", "dist");
const bindgen = join(root, "target", "bindgen");
/** The WebAssembly of dist/ with the names of its functions, for `npm run size`. */
export const NAMED = join(bindgen, "named.wasm");
const STAMP = ".inputs";
const wasm = join(next, "placeos-auth.wasm");

/** Builds dist/, unless it was built from the same inputs already. */
export async function build() {
  await ensureNodeModules();
  const inputs = await fingerprint();
  if ((await readFile(join(dist, STAMP), "utf8").catch(() => "")) === inputs)
    return;
  await ensureWasmTools();
  console.log("building the package into dist/");
  await rm(next, { recursive: true, force: true });
  await mkdir(next, { recursive: true });
  await compile();
  await cp(join(root, "www", "package"), next, { recursive: true });
  await inline();
  await bundleCallback();
  await writeFile(join(next, STAMP), inputs);
  await rm(dist, { recursive: true, force: true });
  await rename(next, dist);
}

async function compile() {
  // Panic messages name source files; the machine's folders are nobody's business, and cost size.
  const homes = [process.env.CARGO_HOME ?? join(homedir(), ".cargo"), root];
  // Where the sources of Rust are installed, its libraries name that folder.
  const sysroot = await must("rustc", ["--print", "sysroot"], { cwd: root });
  const registries = await readdir(join(homes[0], "registry", "src")).catch(
    () => [],
  );
  const remapped = [
    ...homes,
    sysroot.trim(),
    ...registries.map((name) => join(homes[0], "registry", "src", name)),
  ];
  const flags = remapped.map((path) => `--remap-path-prefix=${path}=`);
  // SHA-256 in a loop, not unrolled: seven kilobytes less.
  flags.push('--cfg=sha2_backend="soft"', '--cfg=sha2_backend_soft="compact"');
  // Where in the sources a panic would be: nobody reads it. Saves 1.8 percent of a minimal app. It is no stable option, and
  // by themselves the options that aren't change how functions are named, which the later steps go by.
  flags.push(
    "-Zunstable-options",
    "-Zlocation-detail=none",
    "-Csymbol-mangling-version=legacy",
  );
  const env = {
    ...environment(),
    CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f"),
    RUSTC_BOOTSTRAP: "1",
  };
  const target = "wasm32-unknown-unknown";
  await must(
    "cargo",
    [
      "build",
      "--quiet",
      "--locked",
      "--release",
      "--target",
      target,
      "--features",
      "bindings",
    ],
    { cwd: root, env },
  );
  await must(
    "wasm-bindgen",
    [
      join(root, "target", target, "release", "placeos_auth.wasm"),
      "--out-dir",
      bindgen,
      "--out-name",
      "core",
      "--target",
      "web",
      "--no-typescript",
      "--omit-default-module-path",
      "--remove-producers-section",
    ],
    { env },
  );
  // It needs an npm package, which a clean machine has only by now.
  const { shrink } = await import("./shrink.js");
  const {
    wasm: small,
    named,
    glue,
  } = shrink(
    await readFile(join(bindgen, "core_bg.wasm")),
    await readFile(join(bindgen, "core.js"), "utf8"),
  );
  await writeFile(wasm, small);
  await writeFile(NAMED, named);
  await writeFile(join(next, "core.js"), await withSnippets(inert(glue)));
}

/**
 * The glue without what it does when it is imported: it makes its encoders with the first client, where there may be none
 * (Jest's pages have no `TextDecoder`).
 *
 * @param {string} glue
 */
function inert(glue) {
  const make = `cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });`;
  const steps = /** @type {const} */ ([
    [`let ${make}\ncachedTextDecoder.decode();\n`, "let cachedTextDecoder;\n"],
    // In every browser that has reference types, an encoder has `encodeInto`.
    [
      /^const cachedTextEncoder = new TextEncoder\(\);\n\nif \(.*?\n\}\n/ms,
      "let cachedTextEncoder;\n",
    ],
    [
      "    wasmInstance = instance;\n",
      `    ${make}\n    cachedTextEncoder = new TextEncoder();\n    wasmInstance = instance;\n`,
    ],
  ]);
  return steps.reduce((text, [before, after]) => {
    const [start = "", ...rest] = text.split(before);
    if (rest.length !== 1) throw new Error(`The glue doesn't have ${before}.`);
    return start + after + rest[0];
  }, glue);
}

/**
 * The JavaScript beside the crate's Rust, in files of its own under `browser/`: wasm-bindgen has it in a folder whose name
 * changes with every version.
 *
 * @param {string} glue
 */
async function withSnippets(glue) {
  const at = /\.\/snippets\/placeos-auth-[0-9a-f]+\/src\/(browser\/\w+\.js)/g;
  for (const [, name = ""] of glue.matchAll(at)) {
    await mkdir(join(next, "browser"), { recursive: true });
    await cp(join(root, "src", name), join(next, name));
  }
  const moved = glue.replace(at, "./$1");
  if (moved.includes("snippets/")) throw new Error("a snippet of nobody's");
  return moved;
}

/**
 * The WebAssembly as text in a module, so that every bundler takes it along without being told.
 *
 * A byte is one character, or two if it is 90 or more: `}` or `~` and its remainder. What servers compress downloads by
 * a fifth better than base64, which hides the bytes' pattern, and a tenth better than base64 of deflated bytes.
 */
async function inline() {
  /** @param {number} value */
  const character = (value) =>
    String.fromCharCode(value + 35 === 92 ? 33 : value + 35);
  const bytes = await readFile(wasm);
  const text = Array.from(
    bytes,
    (byte) => ["", "}", "~"][Math.floor(byte / 90)] + character(byte % 90),
  );
  const module = `export const length = ${bytes.length};\nexport const text =\n  "${text.join("")}";\n`;
  await writeFile(join(next, "core.wasm.js"), module);
}

/** The callback page stands alone: one page, one script. */
async function bundleCallback() {
  const { build } = await import("esbuild");
  const source = join(root, "www", "callback");
  await build({
    entryPoints: [join(source, "oauth-resp.js")],
    alias: { "placeos-auth": join(next, "index.js") },
    bundle: true,
    format: "esm",
    minify: true,
    logLevel: "warning",
    outfile: join(next, "callback", "oauth-resp.js"),
  });
  await cp(
    join(source, "oauth-resp.html"),
    join(next, "callback", "oauth-resp.html"),
  );
}

async function fingerprint() {
  const hash = createHash("sha256");
  for (const name of [
    "Cargo.toml",
    "Cargo.lock",
    "package-lock.json",
    "rust-toolchain.toml",
    "scripts/build.js",
    "scripts/shrink.js",
  ]) {
    hash.update(await readFile(join(root, name)));
  }
  for (const folder of ["src", "www/package", "www/callback"]) {
    const entries = await readdir(join(root, folder), {
      recursive: true,
      withFileTypes: true,
    });
    const files = entries.filter((entry) => entry.isFile());
    for (const path of files
      .map((file) => join(file.parentPath, file.name))
      .sort()) {
      hash.update(path.slice(root.length)).update(await readFile(path));
    }
  }
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();

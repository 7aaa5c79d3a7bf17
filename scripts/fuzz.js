// `npm run fuzz [target] [seconds]` looks for inputs that break a claim of `tests/fuzz/claims`, and fails where it finds one.
// What it has found it keeps in `target/`. `npm run fuzz keep [target]` adds to `tests/fuzz/corpus` what covers code that nothing
// there does, and `cargo test --test host corpus` replays it.
import {
  appendFile,
  mkdir,
  readFile,
  readdir,
  rm,
  writeFile,
} from "node:fs/promises";
import { basename, join } from "node:path";
import { capture } from "./run.js";
import { ensureCargoFuzz, environment, root } from "./tools.js";

const FOLDER = join("tests", "fuzz");
const CORPUS = join(root, FOLDER, "corpus");
const DICTIONARY = join(root, FOLDER, "dictionary.txt");
const TARGET = join(root, "target", "fuzz");

/** How long each target runs if nothing is said, in seconds. */
const SECONDS = 60;

/** The longest inputs, in bytes. Where each byte is a step, a long input says no more than several short ones. */
const LONGEST = new Map([
  ["session", 300],
  ["tabs", 200],
]);
const LONGEST_TEXT = 1000;

const words = process.argv.slice(2);
const isKeeping = words.includes("keep");
const seconds = Number(words.find(isNumber) ?? SECONDS);
const named = words.filter((word) => word !== "keep" && !isNumber(word));
const targets = (await readdir(CORPUS)).map((file) => basename(file, ".txt"));
const unknown = named.find((name) => !targets.includes(name));
if (unknown)
  throw new Error(
    `There is no target "${unknown}". There are: ${targets.join(", ")}.`,
  );

await ensureCargoFuzz();
for (const target of named.length > 0 ? named : targets) {
  await unpack(target);
  await (isKeeping ? keep(target) : run(target));
}

/** @param {string} word */
function isNumber(word) {
  return /^\d+$/.test(word);
}

/** @param {string} target */
async function run(target) {
  console.log(`running ${target}`);
  const folders = [foundIn(target), keptIn(target)];
  const { code, output } = await cargoFuzz(target, folders, [
    `-max_total_time=${seconds}`,
    `-max_len=${LONGEST.get(target) ?? LONGEST_TEXT}`,
    `-dict=${DICTIONARY}`,
    "-timeout=20",
  ]);
  const [, coverage = "no"] = output.match(/.*\bcov: (\d+)/s) ?? [];
  const [, runs = "no"] = output.match(/^Done (\d+) runs/m) ?? [];
  if (code === 0) {
    console.log(
      `  ok: ${runs} executions in ${seconds} s, ${coverage} edges covered, ${(await readdir(foundIn(target))).length} inputs found`,
    );
    return;
  }
  process.exitCode = 1;
  const [, artifact] = output.match(/Test unit written to (\S+)/) ?? [];
  if (!artifact) return console.log(`  FAILED:\n${output.slice(-4000)}`);
  const [message] = output.match(
    /^thread .* panicked at[^]*?(?=^stack|^note|^==)/m,
  ) ?? [output.slice(-4000)];
  const line = escape(await readFile(artifact));
  console.log(
    `  FAILED: ${message}\nby the input ${artifact}, in the corpus:\n${line}`,
  );
}

/** @param {string} target */
async function keep(target) {
  const before = await inputsIn(keptIn(target));
  // By edges alone: how often each is passed would make it many times as large.
  const options = ["-merge=1", "-use_counters=0"];
  const { code, output } = await cargoFuzz(
    target,
    [keptIn(target), foundIn(target)],
    options,
  );
  if (code !== 0) throw new Error(output.slice(-4000));
  const added = [];
  for (const [name, line] of await inputsIn(keptIn(target)))
    if (!before.has(name)) added.push(line);
  added.sort(
    (one, other) => one.length - other.length || (one < other ? -1 : 1),
  );
  const text = added.map((line) => `${line}\n`).join("");
  await appendFile(join(CORPUS, `${target}.txt`), text);
  console.log(`${target}: ${added.length} inputs added, ${text.length} bytes`);
}

/**
 * Runs a target. It adds to the first of the folders what it finds.
 *
 * @param {string} target
 * @param {string[]} folders
 * @param {string[]} options of libFuzzer
 */
function cargoFuzz(target, folders, options) {
  // Without a sanitizer the pinned toolchain will do; safe Rust has nothing for one to find.
  const args = [
    "--sanitizer=none",
    `--fuzz-dir=${FOLDER}`,
    `--target-dir=${TARGET}`,
  ];
  return capture(
    "cargo",
    ["fuzz", "run", ...args, target, ...folders, "--", ...options],
    { cwd: root, env: environment() },
  );
}

/** @param {string} target */
function foundIn(target) {
  return join(TARGET, "corpus", target);
}

/** @param {string} target */
function keptIn(target) {
  return join(TARGET, "kept", target);
}

/** The inputs in a folder, each as a line, by the names of their files. @param {string} folder */
async function inputsIn(folder) {
  /** @type {Map<string, string>} */
  const inputs = new Map();
  for (const name of await readdir(folder))
    inputs.set(name, escape(await readFile(join(folder, name))));
  return inputs;
}

/** Puts each input of a target into a file, as libFuzzer wants them. @param {string} target */
async function unpack(target) {
  await mkdir(foundIn(target), { recursive: true });
  await rm(keptIn(target), { recursive: true, force: true });
  await mkdir(keptIn(target), { recursive: true });
  const lines = await readFile(join(CORPUS, `${target}.txt`), "utf8");
  for (const [at, line] of lines.split("\n").slice(0, -1).entries())
    await writeFile(join(keptIn(target), String(at)), unescape(line));
}

/** A line of the corpus: what isn't plain is written as Rust writes it. @param {Buffer} input */
function escape(input) {
  const line = Array.from(input, (byte) => {
    if (byte === 0x0a) return "\\n";
    if (byte === 0x5c) return "\\\\";
    const isPlain = byte >= 0x20 && byte < 0x7f;
    return isPlain
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`;
  }).join("");
  if (!unescape(line).equals(input))
    throw new Error(`not the same input: ${line}`);
  return line;
}

/** @param {string} line */
function unescape(line) {
  const text = line.replace(/\\(n|\\|x[0-9a-f]{2})/g, (_, escape) => {
    if (escape === "n") return "\n";
    return escape === "\\"
      ? "\\"
      : String.fromCharCode(parseInt(escape.slice(1), 16));
  });
  return Buffer.from(text, "latin1");
}

// The parts of `npm run check` and `npm test`: each runs a command, says how it went, and is added to the totals.
import { capture } from "./run.js";
import { environment, root } from "./tools.js";

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 *
 * @typedef {object} Suite
 * @property {string} command
 * @property {string[]} args
 * @property {(output: string) => Counts} counts reads what the command counted from what it printed
 * @property {string | null} [lack] why it can't run here, in a sentence
 */

/** The start of a line in which a test describes a case, as JSON: see `tests/e2e/support/staying.js` and `tests/host/model`. */
const MARK = "# staying signed in: ";

const totals = { passed: 0, failed: 0, skipped: 0 };
const begun = Date.now();

/** Prints the totals of all parts, and sets the exit code. */
export function summarize() {
  const { passed, failed, skipped } = totals;
  console.log(`\nall parts took ${seconds(begun)}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/**
 * Runs a part, prints how it went, and adds its counts to the totals. A part without counts of its own counts as one.
 *
 * @param {string} name
 * @param {() => Promise<(Counts & { output?: string }) | void>} run
 */
export async function part(name, run) {
  const start = Date.now();
  console.log(`running ${name}`);
  const { output, ...counts } = await outcome(run);
  if (counts.failed > 0) console.log(output);
  totals.passed += counts.passed;
  totals.failed += counts.failed;
  totals.skipped += counts.skipped;
  const word = counts.failed > 0 ? "FAILED" : "ok";
  console.log(
    `  ${word}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${seconds(start)})`,
  );
}

/**
 * @param {() => Promise<(Counts & { output?: string }) | void>} run
 * @returns {Promise<Counts & { output?: string }>}
 */
async function outcome(run) {
  try {
    return { passed: 1, failed: 0, skipped: 0, ...(await run()) };
  } catch (error) {
    const output = error instanceof Error ? error.stack : String(error);
    return { passed: 0, failed: 1, skipped: 0, output };
  }
}

/**
 * Runs a command that passes or fails as a whole.
 *
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 */
export function check(name, command, args) {
  return part(name, async () => {
    const { code, output } = await execute(command, args);
    const passed = code === 0;
    return {
      passed: Number(passed),
      failed: Number(!passed),
      skipped: 0,
      output,
    };
  });
}

/**
 * Runs a command that runs tests. Where `lack` says that it can't run, it counts as skipped, or as failed if `CI` is set: a
 * machine that tests for others has to have everything.
 *
 * @param {string} name
 * @param {Suite} suite
 */
export function suite(name, { command, args, counts, lack }) {
  return part(name, async () => {
    if (lack) {
      if (process.env.CI) throw new Error(lack);
      console.log(`  skipped: ${name} (${lack})`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    const { code, output } = await execute(command, args);
    const counted = counts(output);
    table(output);
    if (code !== 0)
      return { ...counted, failed: Math.max(1, counted.failed), output };
    if (counted.passed === 0) throw new Error(`no test ran:\n${output}`);
    for (const skipped of output.match(/^.*(?:﹣|\.\.\. ignored).*$/gm) ?? [])
      console.log(`  skipped: ${skipped.trim()}`);
    return counted;
  });
}

/** @param {string} command @param {string[]} args */
function execute(command, args) {
  return capture(command, args, { cwd: root, env: environment() });
}

/**
 * Prints the cases that tests have described: cases with the same columns are in one table.
 *
 * @param {string} output
 */
function table(output) {
  const lines = output.split("\n").filter((line) => line.startsWith(MARK));
  /** @type {Map<string, Record<string, object>>} */
  const tables = new Map();
  for (const line of lines) {
    const { case: name, ...numbers } = JSON.parse(line.slice(MARK.length));
    const columns = Object.keys(numbers).join();
    const rows = tables.get(columns) ?? {};
    rows[name] = numbers;
    tables.set(columns, rows);
  }
  for (const rows of tables.values()) console.table(rows);
}

/**
 * What `cargo test` counted, over all its binaries.
 *
 * @param {string} output
 * @returns {Counts}
 */
export function cargoCounts(output) {
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

/**
 * What Node's test runner counted.
 *
 * @param {string} output
 * @returns {Counts}
 */
export function nodeCounts(output) {
  /** @param {string} name */
  const count = (name) =>
    Number(output.match(new RegExp(`^ℹ ${name} (\\d+)$`, "m"))?.[1] ?? 0);
  return {
    passed: count("pass"),
    failed: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
  };
}

/** @param {number} since */
function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

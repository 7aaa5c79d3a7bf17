// What the steps that shrink the WebAssembly do to a small module, and that each of them fails if the module isn't what it
// was written for.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import {
  clearTable,
  emptyPanics,
  optimize,
  refuseFormatting,
  shortenNames,
  shrink,
} from "../../scripts/shrink.js";

const CORE = "core[c5930c85a12de822]";
const PANIC = `${CORE}::panicking::panic_fmt`;
const CLOSURE = "wasm_bindgen::convert::closures::_::invoke::h0123456789abcdef";
const FORMATTER = `<u32 as ${CORE}::fmt::Display>::fmt`;
const PAYLOAD = `<std[a543996e6e7dbf1e]::panicking::Text as ${CORE}::panic::PanicPayload>::get`;
const TELL = "__wbg_tell_0123456789abcdef";
const INVOKE = "wasm_bindgen__convert__closures_____invoke__h0123456789abcdef";

/** A function that panics, one that calls by the table, and what a build has beside them. Each tells a number of its own. */
const MODULE = `(module
  (import "./core_bg.js" "${TELL}" (func $tell (param i32)))
  (table $table 6 6 funcref)
  (elem $entries (table $table) (i32.const 1) func
    $first $"${CLOSURE}" $"${FORMATTER}" $"${PAYLOAD}" $last)
  (func $first (call $tell (i32.const 1)))
  (func $"${CLOSURE}" (call $tell (i32.const 2)))
  (func $"${FORMATTER}" (call $write))
  (func $"${PAYLOAD}" (call $tell (i32.const 4)))
  (func $last (call $tell (i32.const 5)))
  (func $"${PANIC}" (param i32) (call $tell (i32.const 6)) (unreachable))
  (func $write (call $tell (i32.const 7)))
  (func (export "panic") (call $"${PANIC}" (i32.const 0)))
  (func (export "call") (param i32) (call_indirect $table (local.get 0)))
  (export "${INVOKE}" (func $"${CLOSURE}")))`;

const GLUE = `
  import0 = { ${TELL}: function(number) { told.push(number); } };
  imports = { "./core_bg.js": import0 };
  makeClosure(wasm.${INVOKE}, wasm.${INVOKE});`;

/** The module, or the same with `replaced` replaced in its text. */
function parse(replaced = "(module", by = replaced) {
  assert.ok(MODULE.includes(replaced), `The module has no ${replaced}`);
  return binaryen.parseText(MODULE.replaceAll(replaced, by));
}

/** @typedef {Record<string, (place?: number) => void>} Exports */

/**
 * What an instance of it exports, and the numbers that it tells.
 *
 * @param {Uint8Array} wasm
 * @returns {Promise<{ exports: Exports, told: number[] }>}
 */
async function run(wasm, [from, name] = ["./core_bg.js", TELL]) {
  /** @type {number[]} */
  const told = [];
  const tell = (/** @type {number} */ number) => told.push(number);
  const { instance } = await WebAssembly.instantiate(new Uint8Array(wasm), {
    [from]: { [name]: tell },
  });
  return { exports: /** @type {Exports} */ (instance.exports), told };
}

/**
 * As wasm-bindgen hands it over: with the names of its functions.
 *
 * @param {binaryen.Module} module
 */
function binary(module) {
  binaryen.setDebugInfo(true);
  return module.emitBinary();
}

/**
 * The names of its functions.
 *
 * @param {binaryen.Module} module
 */
const names = (module) =>
  Array.from(
    { length: module.getNumFunctions() },
    (_, index) =>
      binaryen.getFunctionInfo(module.getFunctionByIndex(index)).name,
  );

test("a function that panics says nothing, and still traps", async () => {
  const module = parse();
  const before = await run(module.emitBinary());
  assert.throws(before.exports.panic, /unreachable/);
  assert.deepEqual(before.told, [6]);

  emptyPanics(module);
  const after = await run(module.emitBinary());
  assert.throws(after.exports.panic, /unreachable/);
  assert.deepEqual(after.told, []);
  after.exports.call(1);
  assert.deepEqual(after.told, [1]);
});

test("panics fail the build if there are none, or if one returns", () => {
  assert.throws(
    () => emptyPanics(parse("::panicking::panic_fmt", "::panics::panic_fmt")),
    /^Error: The name of no function begins with core::panicking::\.$/,
  );
  assert.throws(
    () => emptyPanics(parse("(i32.const 6)) (unreachable)", "(i32.const 6))")),
    /panic_fmt is no panic: it can return to its caller\.$/,
  );
});

test("what nobody calls by the table traps there, and the rest keeps its place", async () => {
  const module = parse();
  clearTable(module);
  const { exports, told } = await run(module.emitBinary());
  const { call, [INVOKE]: invoke } = exports;
  call(1);
  for (const place of [2, 3, 4]) {
    assert.throws(() => call(place), /unreachable/);
  }
  call(5);
  assert.deepEqual(told, [1, 5]);
  invoke();
  assert.deepEqual(told, [1, 5, 2]);
});

test("what nobody calls in another way either is removed", () => {
  const module = parse();
  optimize(module);
  assert.ok(names(module).includes(FORMATTER));
  clearTable(module);
  optimize(module);
  for (const name of [FORMATTER, PAYLOAD, "write"]) {
    assert.ok(!names(module).includes(name), name);
  }
  assert.ok(names(module).includes("last"));
});

test("the table fails the build if it lacks a kind of function", () => {
  for (const name of [CLOSURE, FORMATTER, PAYLOAD]) {
    const other = parse(name, `other::${name.replace(/\W/g, "_")}`);
    assert.throws(
      () => clearTable(other),
      /^Error: 0 functions in the table match .+, not 1 to \d+\.$/,
    );
  }
});

test("the table fails the build if it has more of a kind than is known", () => {
  /** @type {[name: string, most: number][]} */
  const known = [
    [CLOSURE, 60],
    [FORMATTER, 30],
    [PAYLOAD, 10],
  ];
  for (const [name, most] of known) {
    /** @param {number} count */
    const withMore = (count) =>
      parse(" $last)", `${` $"${name}"`.repeat(count)} $last)`);
    clearTable(withMore(most - 1));
    assert.throws(
      () => clearTable(withMore(most)),
      new RegExp(`: ${most + 1} functions .+, not 1 to ${most}\\.$`),
    );
  }
});

test("the table fails the build if it isn't filled in one piece", () => {
  const two = "(elem (i32.const 0) func $last) (func $first";
  assert.throws(() => clearTable(parse("(func $first", two)), /2 segments/);
});

test("the WebAssembly and its glue share short names", async () => {
  const module = parse();
  const glue = shortenNames(module, GLUE);
  assert.equal(
    glue,
    `
  import0 = { $0: function(number) { told.push(number); } };
  imports = { "$": import0 };
  makeClosure(wasm.$1, wasm.$1);`,
  );
  const { told, exports } = await run(module.emitBinary(), ["$", "$0"]);
  exports.$1();
  assert.deepEqual(told, [2]);
  assert.deepEqual(Object.keys(exports).sort(), ["$1", "call", "panic"]);
});

test("names fail the build if the module has none to shorten", () => {
  assert.throws(
    () => shortenNames(parse("./core_bg.js", "./other.js"), GLUE),
    /^Error: No function is imported from \.\/core_bg\.js\.$/,
  );
  assert.throws(
    () => shortenNames(parse(INVOKE, "invoke"), GLUE),
    /^Error: No export has a hash in its name\.$/,
  );
});

test("names fail the build if the glue hasn't the same", () => {
  /** @type {[glue: string, reason: string][]} */
  const others = [
    [GLUE.replace(TELL, "__wbg_other"), `The glue has ${TELL} 0 times`],
    [`${GLUE}${TELL}`, `The glue has ${TELL} 2 times`],
    [GLUE.replaceAll(INVOKE, "other"), `The glue doesn't have ${INVOKE}`],
    [GLUE.replace("./core_bg.js", "./other.js"), 'have "./core_bg.js" exactly'],
    [`${GLUE}"./core_bg.js": 1`, 'have "./core_bg.js" exactly once'],
  ];
  for (const [glue, reason] of others) {
    assert.throws(
      () => shortenNames(parse(), glue),
      (error) => error instanceof Error && error.message.includes(reason),
    );
  }
});

test("a function with one caller is inlined only if it is small", () => {
  /** @param {number} calls */
  const isInlined = (calls) => {
    const body = "(call $tell (i32.const 7))".repeat(calls);
    const module = parse("(call $tell (i32.const 7))", body);
    optimize(module);
    return !names(module).includes("write");
  };
  assert.ok(isInlined(5));
  assert.ok(!isInlined(30));
});

test("a module that isn't valid fails the build", () => {
  const module = parse();
  module.addFunction("wrong", binaryen.none, binaryen.i32, [], module.nop());
  assert.throws(() => optimize(module), /^Error: The WebAssembly isn't valid/);
});

test("a function that formats text fails the build by its name", () => {
  const module = parse();
  clearTable(module);
  optimize(module);
  refuseFormatting(module);

  const write = `${CORE}::fmt::write`;
  const formatting = parse("$write", `$"${write}"`);
  formatting.addFunctionExport(write, "stillCalled");
  assert.throws(
    () => shrink(binary(formatting), GLUE),
    /^Error: The library formats text, .+: core\[c5930c85a12de822\]::fmt::write\. Use /,
  );
});

test("all steps together leave a module that works and names no function", async () => {
  const { wasm, glue } = shrink(binary(parse()), GLUE);
  assert.doesNotMatch(Buffer.from(wasm).toString("latin1"), /::|__wbg|first/);
  assert.match(glue, /wasm\.\$1/);
  const { told, exports } = await run(wasm, ["$", "$0"]);
  exports.call(5);
  assert.throws(exports.panic, /unreachable/);
  assert.deepEqual(told, [5]);
});

test("what is no WebAssembly fails the build with an error that says so", () => {
  assert.throws(
    () => shrink(new Uint8Array(30), GLUE),
    /^Error: The WebAssembly can't be read: .+/,
  );
});

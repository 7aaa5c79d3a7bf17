// Steps that make the WebAssembly smaller to download, and change nothing of what it does. Each says what it saves: by how
// much a minimal app, compressed by brotli, is larger without it. A step that saves less than one percent isn't worth its
// code.
import binaryen from "binaryen";

/** The module by which the WebAssembly imports wasm-bindgen's glue. */
const GLUE = "./core_bg.js";

/** Functions that only tell why a panic has happened: what their names begin with. */
const PANICS = "core::panicking::";

/**
 * Functions in the function table that nobody calls by it. If a new version of Rust or of wasm-bindgen has more than `most`
 * of a kind, somebody has to look whether this is still true.
 */
const UNCALLED = [
  // One for each number and kind of arguments that js-sys knows. JavaScript calls them as exports. They are 0.7 percent.
  { name: /^wasm_bindgen::convert::closures::_::invoke$/, most: 60 },
  // They format text. If something else still formats text, `refuseFormatting` throws.
  {
    name: /^<.+ as core::fmt::(Debug|Display|Write)>::(fmt|write_\w+)$/,
    most: 30,
  },
  // They hand over the message of a panic.
  {
    name: /^<.+ as core::panic::PanicPayload>::(as_str|get|take_box)$/,
    most: 10,
  },
];

/**
 * All steps: from what wasm-bindgen has made to what is shipped.
 * @param {Uint8Array} wasm with the names of its functions
 * @param {string} glue
 * @returns {{ wasm: Uint8Array, named: Uint8Array, glue: string }} `named` is the same with the names of its functions
 */
export function shrink(wasm, glue) {
  const module = read(wasm);
  try {
    emptyPanics(module);
    clearTable(module);
    const shortGlue = shortenNames(module, glue);
    optimize(module);
    refuseFormatting(module);
    binaryen.setDebugInfo(true);
    const named = module.emitBinary();
    binaryen.setDebugInfo(false);
    return { wasm: module.emitBinary(), named, glue: shortGlue };
  } finally {
    module.dispose();
  }
}

/**
 * Empties the functions that tell why a panic has happened. On this target nobody reads that, and what is left of them ends
 * in the same trap. What formats numbers and text for them alone goes too. Saves 1.4 percent.
 *
 * Throws if there is no such function, or if one can return to its caller: that one does more than tell.
 * @param {binaryen.Module} module
 */
export function emptyPanics(module) {
  const panics = functions(module).filter(({ name }) =>
    withoutHashes(name).startsWith(PANICS),
  );
  if (panics.length === 0)
    throw new Error(`The name of no function begins with ${PANICS}.`);
  for (const { name, params, results, body } of panics) {
    if (binaryen.getExpressionType(body) !== binaryen.unreachable)
      throw new Error(`${name} is no panic: it can return to its caller.`);
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
  }
}

/**
 * Takes the functions of `UNCALLED` out of the function table, so that `optimize` removes those that nobody calls in another
 * way either. A function that traps stands in their places, because all others have to keep theirs. Saves 3.1 percent.
 *
 * Throws if a kind has no function in the table, or more than it may, or if the table isn't filled in one piece.
 * @param {binaryen.Module} module
 */
export function clearTable(module) {
  const segments = module.getNumElementSegments();
  if (segments !== 1)
    throw new Error(`The function table has ${segments} segments, not 1.`);
  const { name, table, offset, data } = binaryen.getElementSegmentInfo(
    module.getElementSegmentByIndex(0),
  );
  const cleared = new Set();
  for (const uncalled of UNCALLED) {
    const found = data.filter((entry) =>
      uncalled.name.test(withoutHashes(entry)),
    );
    if (found.length === 0 || found.length > uncalled.most)
      throw new Error(
        `${found.length} functions in the table match ${uncalled.name}, not 1 to ${uncalled.most}.`,
      );
    for (const entry of found) cleared.add(entry);
  }
  const { none } = binaryen;
  module.addFunction("uncalled", none, none, [], module.unreachable());
  const kept = data.map((entry) => (cleared.has(entry) ? "uncalled" : entry));
  module.removeElementSegment(name);
  module.addActiveElementSegment(table, name, kept, offset);
}

/**
 * Gives short names to what the WebAssembly imports from its glue, and to the exports that have a hash in their names. Hashes
 * don't compress. Saves 4.2 percent.
 *
 * Throws if there is no such import or export, if the glue doesn't have an import exactly once, or doesn't have an export.
 * @param {binaryen.Module} module
 * @param {string} glue
 * @returns {string} the glue with the short names
 */
export function shortenNames(module, glue) {
  const imports = functions(module).filter((it) => it.module === GLUE);
  const exports = exportsOf(module).filter((it) =>
    /_h[0-9a-f]{16}$/.test(it.name),
  );
  if (imports.length === 0)
    throw new Error(`No function is imported from ${GLUE}.`);
  if (exports.length === 0)
    throw new Error("No export has a hash in its name.");

  const words = glue.split(/([\w$]+)/);
  const uses = (/** @type {string} */ name) =>
    words.filter((word) => word === name).length;
  /** @type {Map<string, string>} */
  const short = new Map();
  for (const { name, base, params, results } of imports) {
    const long = String(base);
    if (uses(long) !== 1)
      throw new Error(`The glue has ${long} ${uses(long)} times, not once.`);
    const to = `$${short.size}`;
    short.set(long, to);
    // The module has a function of this name already, so only what it is imported by changes.
    module.addFunctionImport(name, "$", to, params, results);
  }
  for (const { name, value } of exports) {
    if (uses(name) === 0) throw new Error(`The glue doesn't have ${name}.`);
    const to = `$${short.size}`;
    short.set(name, to);
    module.removeExport(name);
    module.addFunctionExport(value, to);
  }
  const [before, after, ...more] = words
    .map((word) => short.get(word) ?? word)
    .join("")
    .split(`"${GLUE}":`);
  if (after === undefined || more.length > 0)
    throw new Error(`The glue doesn't have "${GLUE}" exactly once.`);
  return `${before}"$":${after}`;
}

/**
 * Removes what nobody uses, and makes the rest short. Saves 6.2 percent. Of these, 2.8 are saved because functions with one
 * caller are inlined only if they are small: that makes the WebAssembly itself a little larger, but it compresses better.
 *
 * Throws if the module isn't valid.
 * @param {binaryen.Module} module
 */
export function optimize(module) {
  if (!module.validate()) throw new Error("The WebAssembly isn't valid.");
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  binaryen.setOneCallerInlineMaxSize(30);
  module.optimize();
}

/**
 * Throws if a function is left that formats text by `core::fmt`. The functions that it would call have been taken out of the
 * function table.
 * @param {binaryen.Module} module
 */
export function refuseFormatting(module) {
  const found = functions(module).find(({ name }) =>
    withoutHashes(name).includes("core::fmt::"),
  );
  if (found)
    throw new Error(
      `The library formats text, which would be ten kilobytes: ${found.name}. Use push_str and to_string in place of format!.`,
    );
}

/** @param {Uint8Array} wasm */
function read(wasm) {
  try {
    return binaryen.readBinary(wasm);
  } catch (error) {
    // What binaryen throws is no `Error`, and its types lack the function that tells what it is.
    const { getExceptionMessage } =
      /** @type {{ getExceptionMessage(error: unknown): [string, string] }} */ (
        /** @type {unknown} */ (binaryen)
      );
    const [kind, reason] = getExceptionMessage(error);
    const message = `The WebAssembly can't be read: ${reason || kind}`;
    throw new Error(message, { cause: error });
  }
}

/** @param {binaryen.Module} module */
function functions(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, index) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(index)),
  );
}

/** @param {binaryen.Module} module */
function exportsOf(module) {
  return Array.from({ length: module.getNumExports() }, (_, index) =>
    binaryen.getExportInfo(module.getExportByIndex(index)),
  );
}

/** `core[c5930c85a12de822]::str::trim::h9cfdcc9a93d1f3ff` is `core::str::trim`. @param {string} name of a function */
function withoutHashes(name) {
  return name.replace(/\[[0-9a-f]+\]|::h[0-9a-f]{16}$/g, "");
}

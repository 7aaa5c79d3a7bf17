// Changes to WebAssembly in its text form that make the download smaller and nothing else different.

/** A crate in the name of a function, with its hash or without. */
const crate = (name) => `${name}(?:\\[[0-9a-f]+\\])?`;

/**
 * Empties the functions by which Rust panics: on this target their message reaches nobody, and after it they end in the
 * same trap that is left of them. With them goes the formatting of numbers and texts that only they need.
 */
export function snipPanics(wat) {
  const panicking = [
    `${crate("(?:core|std)")}::panicking::`,
    `${crate("core")}::(?:result|option)::(?:unwrap|expect)_failed`,
    `${crate("core")}::slice::index::slice_`,
    `${crate("core")}::str::slice_error`,
    `${crate("core")}::cell::panic_`,
    `${crate("std")}::thread::local::panic_`,
    `${crate("alloc")}::raw_vec::(?:handle_error|capacity_overflow)`,
    `${crate("alloc")}::alloc::handle_alloc_error`,
    `${crate("__rustc")}::(?:rust_begin_unwind|rust_panic|__rust_start_panic)`,
  ].join("|");
  const functions = new RegExp(
    `^( \\(func \\$"(?:${panicking})[^\\n]*\\n)[^]*?\\n \\)$`,
    "gm",
  );
  return wat.replace(functions, "$1  (unreachable)\n )");
}

/**
 * Takes out of the function table what nobody calls by it: formatters and payloads of panics, which `snipPanics` has left
 * without a caller, and the functions behind closures, one for each number and kind of arguments that js-sys knows, of which
 * JavaScript calls those that are exported. Their places stay, so that all others keep theirs.
 */
export function snipTable(wat) {
  const of = (types, traits) => `<[^\\n]* as ${types}::(?:${traits})>::`;
  const uncalled = new RegExp(
    `^\\$"?(?:${[
      "wasm_bindgen::convert::closures::_::invoke::",
      "wasm_bindgen::__rt::link_mem_intrinsics",
      '(?:[^"\\\\]|\\\\.)* -> Externref',
      of(`${crate("core")}::fmt`, "Debug|Display|Write"),
      of(`${crate("core")}::panic`, "PanicPayload"),
      of(`${crate("core")}::any`, "Any"),
      `${crate("std")}::alloc::default_alloc_error_hook`,
    ].join("|")})`,
  );
  const name = /\$"(?:[^"\\]|\\.)*"|\$[^\s)]+/g;
  return wat.replace(
    /^( \(elem \S+ \(table \S+\) \(i32\.const \d+\) func )(.*)\)$/m,
    (_, head, names) =>
      ` (func $uncalled (unreachable))\n${head}` +
      `${names.replace(name, (it) => (uncalled.test(it) ? "$uncalled" : it))})`,
  );
}

/** Throws if something is left that formats text by `core::fmt`: `snipTable` has taken away what that would call. */
export function refuseFormatting(wat) {
  const [name] =
    wat.match(
      new RegExp(`\\(func \\$"?[^\\n]*${crate("core")}::fmt::[^\\n"]*`),
    ) ?? [];
  if (name)
    throw new Error(
      `The library formats text, which would be ten kilobytes: ${name}. Use push_str and to_string in place of format!.`,
    );
}

/**
 * Blanks the names of source files that panics would have told. Zeros compress to nothing; the places of all else in memory
 * stay what they were.
 */
export function blankSources(wat) {
  const sources =
    /(?:\/rustc\/[0-9a-f]{40}\/library|\/rust\/deps|registry\/src|src)\/[\w./-]+?\.rs/g;
  return wat.replace(/^ \(data .*$/gm, (data) =>
    data.replace(sources, (name) => "\\00".repeat(name.length)),
  );
}

/**
 * Gives the functions that the WebAssembly and its glue share short names. Theirs have hashes in them, which don't
 * compress: four percent of the download.
 */
export function shortenNames(wat, glue) {
  const long =
    /\b(?:__wbg_\w+_[0-9a-f]{16}|wasm_bindgen__convert__closures_\w+)\b/g;
  const names = [...new Set(glue.match(long))];
  const short = new Map(names.map((name, index) => [name, `$${index}`]));
  const shorten = (source, pattern) =>
    source.replace(pattern, (name) => short.get(name) ?? name);
  return {
    // Only the names of imports and exports are words in quotes.
    wat: shorten(wat, /(?<=")\w+(?=")/g).replaceAll('"./core_bg.js"', '"$"'),
    glue: shorten(glue, long).replace('"./core_bg.js":', '"$":'),
  };
}

// Reads the functions of a WebAssembly file with names: how long each is, and whose.

/** Sections of a module ([Core specification §5.5](https://webassembly.github.io/spec/core/binary/modules.html)). */
const CUSTOM = 0;
const IMPORTS = 2;
const CODE = 10;
/** The part of the section "name" that names functions. */
const FUNCTION_NAMES = 1;
/** The kind of import that is a function. */
const FUNCTION = 0;

/** A place in the bytes. */
class Reader {
  /** @param {Uint8Array} bytes @param {number} [at] */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned number in LEB128. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return Buffer.from(
      this.bytes.subarray(this.at - length, this.at),
    ).toString();
  }

  get isAtEnd() {
    return this.at >= this.bytes.length;
  }
}

/**
 * @param {Uint8Array} wasm
 * @returns {{ name: string, length: number }[]} in bytes, of the functions that aren't imported
 */
export function functionsOf(wasm) {
  /** @type {number[]} */
  const lengths = [];
  /** @type {Map<number, string>} */
  const names = new Map();
  let imported = 0;
  const module = new Reader(wasm, 8);
  while (!module.isAtEnd) {
    const id = module.byte();
    const length = module.number();
    const section = new Reader(wasm.subarray(module.at, module.at + length));
    module.at += length;
    if (id === IMPORTS) imported = importedFunctions(section);
    if (id === CODE) {
      for (let left = section.number(); left > 0; left--) {
        const size = section.number();
        lengths.push(size);
        section.at += size;
      }
    }
    if (id === CUSTOM && section.text() === "name") readNames(section, names);
  }
  return lengths.map((length, index) => ({
    name: names.get(imported + index) ?? "",
    length,
  }));
}

/** @param {Reader} section */
function importedFunctions(section) {
  const count = section.number();
  for (let left = count; left > 0; left--) {
    section.text();
    section.text();
    if (section.byte() !== FUNCTION)
      throw new Error("The WebAssembly imports something else than functions.");
    section.number();
  }
  return count;
}

/** @param {Reader} section @param {Map<number, string>} names */
function readNames(section, names) {
  while (!section.isAtEnd) {
    const id = section.byte();
    const end = section.number() + section.at;
    if (id === FUNCTION_NAMES) {
      for (let left = section.number(); left > 0; left--)
        names.set(section.number(), section.text());
    }
    section.at = end;
  }
}

/**
 * Whose a function is: a module of ours, or a crate. One that is generic counts for who has written it.
 *
 * @param {string} name
 */
export function ownerOf(name) {
  const [, ours] = /placeos_auth::(\w+(?:::\w+)?)/.exec(name) ?? [];
  if (ours) return `src/${ours.replace("::", "/")}`;
  return /^[<&*[]*(?:dyn |mut |impl )*(\w+)/.exec(name)?.[1] ?? "no name";
}

// What the WebAssembly calls in JavaScript. A call that throws ends the task that made it there and then: its promise never
// settles, what it holds is never let go. So everything that can throw is declared `catch`, and what isn't stands here, with
// the reason why it can't.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const glue = new URL("../../dist/core.js", import.meta.url);
const skip =
  !existsSync(glue) &&
  !process.env.CI &&
  "The package isn't built: npm run build.";

/** By what their code is, for their names change with every build. */
const CANNOT_THROW = {
  "wasm-bindgen's own: looks at what a value is, and touches nothing": [
    /^(const|var) \w+ = arg\d; const ret = typeof/,
    /^const ret = (typeof\(arg0\) === '\w+'|!arg0|arg0 === \w+);/,
    /^const val = arg0; const ret = typeof\(val\) === 'object'/,
    /^const ret = Object\.is\(arg0, arg1\);/,
    /^const ret = Array\.isArray\(arg0\);/,
  ],
  "wasm-bindgen's own: its closures, strings and tables": [
    /^arg0\._wbg_cb_unref\(\);/,
    /^const ret = makeMutClosure\(/,
    /^const ret = (arg0|getStringFromWasm0\(arg0, arg1\)); return ret;/,
    /^const ret = Core\.__wrap\(arg0\);/,
    /^const table = wasm\.__wbindgen_externrefs;/,
    /^const ret = typeof (globalThis|global|self|window) === 'undefined'/,
  ],
  "wasm-bindgen's own: throws on purpose, out of an exported function": [
    /^throw new Error\(getStringFromWasm0/,
  ],
  "the language's own, with arguments of ours": [
    /^const ret = new (Array|Map|Object|Promise)\(\w*\);/,
    /^const ret = new Uint8Array\(getArrayU8FromWasm0/,
    /^const ret = (Error|Date\.parse)\(getStringFromWasm0/,
    /^const ret = (Date\.now|Math\.random)\(\);/,
    /^const ret = Object\.freeze\(arg0\);/,
    /^const ret = Promise\.(resolve|reject)\(arg0\);/,
    /^const ret = Array\.of\(arg0, arg1\);/,
    /^const ret = Object\.create\(arg0\);/,
    /^arg0\.redirect = __wbindgen_enum_RequestRedirect\[arg1\];/,
  ],
  "serde-wasm-bindgen's own, with arrays, maps, objects and numbers of ours": [
    /^const ret = Number\(arg0\);/,
    /^const ret = arg0\[arg1 >>> 0\];/,
    /^const ret = arg0\.set\(arg1, arg2\);/,
    /^arg0\[arg1\] = arg2;/,
  ],
  "the length and the items of an array that `Array.isArray` knows, or of ours":
    [/^const ret = arg0\.length;/, /^const ret = arg0\.push\(arg1\);/],
  "wasm-bindgen-futures' own: a promise that `Promise.resolve` has given, and the microtasks by which all of it runs":
    [
      /^const ret = arg0\.then\(arg1(, arg2)?\);/,
      /^const ret = arg0\.queueMicrotask;/,
      /^queueMicrotask\(arg0\);/,
    ],
  "what no page can take from its window: `document` and `location`": [
    /^const ret = arg0\.(document|location);/,
  ],
  "a frame or an element that we have made by the document itself": [
    /^const ret = arg0\.(contentWindow|documentElement|style);/,
    /^arg0\.remove\(\);/,
  ],
  "a class or a function of this package, which catches everything": [
    /^const ret = new AuthError\(/,
    /^const ret = parseUrl\(/,
    /^const ret = readMember\(/,
  ],
};

/**
 * The code of each import, in one line and without comments.
 *
 * @param {string} source
 */
function imports(source) {
  const [, list = ""] =
    source.match(/^ {4}const import0 = \{\n([^]*?)^ {4}\};$/m) ?? [];
  const entries = list.split(/^ {8}(?=\S+: function\()/m).slice(1);
  assert.ok(entries.length > 50, "the glue has another shape by now");
  return entries.map((entry) =>
    entry
      .replace(/^\S+: function\([^)]*\) \{/, "")
      .replace(/\},?\s*$/, "")
      .replace(/^\s*\/\/.*$/gm, "")
      .replace(/\s+/g, " ")
      .trim(),
  );
}

/** @param {string} code */
const isCaught = (code) =>
  /^return handleError\(function \(.*\}, arguments\);$/.test(code) ||
  /^let result; try \{ result = arg0 instanceof \w+; \} catch \(_\) \{ result = false; \} const ret = result; return ret;$/.test(
    code,
  ) ||
  // An executor of ours, in wasm-bindgen's own frame.
  /^try \{ var state0 = .* const ret = new Promise\(cb0\); return ret; \} finally \{ state0\.a = 0; \}$/.test(
    code,
  );

test(
  "no import can throw uncaught but those that can't throw",
  { skip },
  () => {
    const reasons = Object.values(CANNOT_THROW).flat();
    const codes = imports(readFileSync(glue, "utf8"));
    const uncaught = codes.filter((code) => !isCaught(code));
    const unknown = uncaught.filter(
      (code) => !reasons.some((reason) => reason.test(code)),
    );
    assert.deepEqual(
      unknown,
      [],
      "declare these `catch`, or write down why they can't throw",
    );
  },
);

test("the modules beside the glue are the crate's own", { skip }, () => {
  const names = readFileSync(glue, "utf8").matchAll(
    /^import .* from '(.*)';$/gm,
  );
  for (const [, name] of names)
    assert.match(name ?? "", /^\.\/(auth-error|browser\/\w+)\.js$/);
});

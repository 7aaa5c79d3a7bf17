// What the package costs to download, and where in it the bytes are: `npm run size`. Each figure in bytes, as it is and
// compressed as servers do. Fails where a minimal app is larger than the budget.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { NAMED, build } from "./build.js";
import { functionsOf, ownerOf } from "./functions.js";
import { root } from "./tools.js";

await build();
// An npm package, which a clean machine has only by now.
const { build: bundle } = await import("esbuild");
/** @param {string} name */
const dist = (name) => join(root, "dist", name);

/** The most that a minimal app may have, compressed with brotli: what was reached, not a wish. README and docs say it. */
const BUDGET = 91_000;

/** How many owners of code are listed: what the others have is under half a percent each. */
const MOST_OWNERS = 48;

const MINIMAL_APP = `
  import { createAuth } from "placeos-auth";
  const auth = await createAuth({ server: "https://placeos.example.com" });
  if (!auth.session) await auth.login();
`;

/**
 * The package as a bundler that minifies ships it.
 *
 * @param {string} contents of the app's script
 * @param {string} entry of the package
 */
async function bundled(contents, entry) {
  const { outputFiles } = await bundle({
    stdin: { contents, resolveDir: root },
    alias: { "placeos-auth": dist(entry) },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0].contents;
}

const rows = {
  "wasm, as a file": await readFile(dist("placeos-auth.wasm")),
  "glue and wrapper, minified": await bundled(
    'export * from "placeos-auth";',
    "external.js",
  ),
  "minimal app, all inlined": await bundled(MINIMAL_APP, "index.js"),
};

/** @param {number} bytes */
const number = (bytes) => bytes.toLocaleString("en").padStart(9);
console.log(
  "".padEnd(28),
  "raw".padStart(9),
  "gzip".padStart(9),
  "brotli".padStart(9),
);
let brotli = 0;
for (const [name, bytes] of Object.entries(rows)) {
  brotli = brotliCompressSync(bytes).length;
  const gzip = gzipSync(bytes, { level: 9 }).length;
  console.log(name.padEnd(28), ...[bytes.length, gzip, brotli].map(number));
}

console.log("the budget of a minimal app".padEnd(48), number(BUDGET));

/** @type {Map<string, number>} */
const owners = new Map();
for (const { name, length } of functionsOf(await readFile(NAMED))) {
  const owner = ownerOf(name);
  owners.set(owner, length + (owners.get(owner) ?? 0));
}
const sorted = [...owners].sort(([, one], [, other]) => other - one);
console.log("\nthe code of the wasm, by module and by crate");
for (const [owner, bytes] of sorted.slice(0, MOST_OWNERS))
  console.log(owner.padEnd(28), number(bytes));
console.log("all others".padEnd(28), number(sum(sorted.slice(MOST_OWNERS))));

if (brotli > BUDGET)
  throw new Error(
    `A minimal app has ${brotli} bytes, which is more than ${BUDGET}.`,
  );

/** @param {[string, number][]} list */
function sum(list) {
  return list.reduce((total, [, bytes]) => total + bytes, 0);
}

// What the package costs to download: `npm run size`. Each figure in bytes, as it is and compressed as servers do.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build as bundle } from "esbuild";
import { build } from "./build.js";
import { root } from "./tools.js";

await build();
/** @param {string} name */
const dist = (name) => join(root, "dist", name);

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
for (const [name, bytes] of Object.entries(rows)) {
  const sizes = [
    bytes,
    gzipSync(bytes, { level: 9 }),
    brotliCompressSync(bytes),
  ];
  console.log(name.padEnd(28), ...sizes.map((data) => number(data.length)));
}

// The same small app without a framework, by each bundler with as little configuration as it does with.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rspack } from "@rspack/core";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as vite } from "vite";
import webpack from "webpack";
import { must } from "../../scripts/run.js";
import { root } from "../../scripts/tools.js";
import { appOf, builtOf, sourceOf } from "./support/app.js";
import { roomsApp } from "./support/rooms.js";

const source = sourceOf("plain");
const entry = join(source, "main.js");

/** @type {Record<string, (out: string, path: string) => Promise<unknown>>} */
const BUNDLERS = {
  vite: (out, base) =>
    vite({
      root: source,
      base,
      logLevel: "warn",
      build: { outDir: out, emptyOutDir: false, chunkSizeWarningLimit: 2000 },
    }),
  webpack: (out) =>
    compiled(
      webpack({
        mode: "production",
        context: source,
        entry,
        output: { path: out, filename: "main.js" },
        performance: false,
      }),
    ),
  rspack: (out) =>
    compiled(
      rspack({
        mode: "production",
        context: source,
        entry,
        output: { path: out, filename: "main.js" },
        performance: false,
      }),
    ),
  async rollup(out) {
    const bundle = await rollup({ input: entry, plugins: [nodeResolve()] });
    await bundle.write({ file: join(out, "main.js"), format: "es" });
  },
  esbuild: (out) =>
    esbuild({
      entryPoints: [entry],
      outfile: join(out, "main.js"),
      bundle: true,
      minify: true,
      format: "esm",
      logLevel: "warning",
    }),
  async parcel(out, path) {
    // It would not write again what it has written before, and we have removed.
    const cache = join(root, "target", "parcel");
    await rm(cache, { recursive: true, force: true });
    await must(
      join(root, "tests/packaging/node_modules/.bin/parcel"),
      [
        "build",
        join(source, "index.html"),
        `--dist-dir=${out}`,
        `--cache-dir=${cache}`,
        `--public-url=${path}`,
        "--no-source-maps",
      ],
      { cwd: source },
    );
  },
};

/** What webpack and Rspack, which is made like it, have for a compilation. @param {any} compiler */
async function compiled(compiler) {
  const stats = await promisify(compiler.run.bind(compiler))();
  await promisify(compiler.close.bind(compiler))();
  if (stats.hasErrors() || stats.hasWarnings())
    throw new Error(stats.toString());
}

for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
  const name = `plain-${bundler}`;
  const build = async () => {
    const out = builtOf(name);
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
    // Those that know of no pages leave this one as it is.
    const page = await readFile(join(source, "index.html"), "utf8");
    const script = `/${name}/main.js`;
    await writeFile(join(out, "index.html"), page.replace("./main.js", script));
    await bundle(out, `/${name}/`);
  };
  roomsApp(`An app by ${bundler}`, name, appOf(name, { build }));
}

// What the package says of itself, as bundlers, Node and TypeScript read it.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { capture, must } from "../../scripts/run.js";
import { root } from "../../scripts/tools.js";
import { sourceOf } from "./support/app.js";
import { install } from "./support/install.js";

const modules = join(root, "tests", "packaging", "node_modules");
/** @param {string} name */
const bin = (name) => join(modules, ".bin", name);

before(install);

test("publint has nothing to say", async () => {
  const pkgDir = join(modules, "placeos-auth");
  const { messages, pkg } = await publint({ pkgDir, strict: true });
  const said = messages.map((message) => formatMessage(message, pkg));
  assert.deepEqual(said, []);
});

test("attw finds the types of every entry, from modules", async () => {
  const folder = await mkdtemp(join(tmpdir(), "placeos-auth-"));
  try {
    const args = ["--ignore-scripts", "--json", "--pack-destination", folder];
    const packed = await must("npm", ["pack", ...args], { cwd: root });
    const [, filename = ""] = /"filename": "([^"]+)"/.exec(packed) ?? [];
    const { code, output } = await capture(
      bin("attw"),
      [
        join(folder, filename),
        // The package has no other.
        "--profile=esm-only",
        // What an import of it gives is up to the bundler.
        "--exclude-entrypoints=placeos-auth.wasm",
      ],
      { cwd: folder },
    );
    assert.equal(code, 0, output);
  } finally {
    await rm(folder, { recursive: true });
  }
});

for (const [module, resolution] of [
  ["nodenext", "nodenext"],
  ["node16", "node16"],
  ["esnext", "bundler"],
])
  test(`TypeScript finds no fault in the types, by the resolution of ${resolution}`, async () => {
    const options = Object.entries({
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      target: "es2022",
      lib: "es2022,dom,dom.iterable",
      // None but those that are imported.
      typeRoots: "none",
      module,
      moduleResolution: resolution,
    }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { code, output } = await capture(
      bin("tsc"),
      [...options, join(sourceOf("types"), "usage.ts")],
      { cwd: sourceOf("types") },
    );
    assert.equal(code, 0, output);
  });

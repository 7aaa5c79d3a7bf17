// The samples of the documentation in TypeScript, which import frameworks: that they fit the types of those.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { capture } from "../../scripts/run.js";
import { root } from "../../scripts/tools.js";
import { install } from "./support/install.js";

const modules = join(root, "tests", "packaging", "node_modules");
const docs = join(root, "docs");
const CODE = /^```ts\n(.*?)^```$/gms;

/** The components that samples have no room for. */
const AMBIENT = `
declare const App: import("@angular/core").Type<unknown>;
declare const Home: import("@angular/core").Type<unknown>;
declare const Rooms: import("@angular/core").Type<unknown>;
declare const Failed: import("@angular/core").Type<unknown>;
`;

const CONFIG = {
  compilerOptions: {
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    module: "preserve",
    moduleResolution: "bundler",
    moduleDetection: "force",
    target: "ES2022",
    strict: true,
    experimentalDecorators: true,
    // Of those that are installed, many need types of Node's.
    skipLibCheck: true,
    noEmit: true,
    types: [],
  },
  include: ["*.ts"],
};

test("every sample in TypeScript fits the types", async () => {
  await install();
  const app = await mkdtemp(join(tmpdir(), "placeos-auth-samples-"));
  try {
    await symlink(modules, join(app, "node_modules"));
    await writeFile(join(app, "tsconfig.json"), JSON.stringify(CONFIG));
    await writeFile(join(app, "ambient.d.ts"), AMBIENT);
    let count = 0;
    for (const page of readdirSync(docs)) {
      if (!page.endsWith(".md")) continue;
      const text = readFileSync(join(docs, page), "utf8");
      for (const [, sample = ""] of text.matchAll(CODE)) {
        count += 1;
        const name = `${basename(page, ".md")}-${count}.ts`;
        await writeFile(join(app, name), sample);
      }
    }
    assert.ok(count >= 5, `${count} samples`);
    const tsc = join(modules, "typescript", "bin", "tsc");
    const { code, output } = await capture(
      process.execPath,
      [tsc, "--project", app],
      { cwd: app },
    );
    assert.equal(code, 0, output);
  } finally {
    await rm(app, { recursive: true, force: true });
  }
});

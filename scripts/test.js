// `npm test`: every part in turn, each with its own count, and one line of totals at the end.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { install } from "../tests/packaging/support/install.js";
import { build } from "./build.js";
import { runChecks } from "./check.js";
import {
  cargoCounts,
  check,
  nodeCounts,
  part,
  suite,
  summarize,
} from "./parts.js";
import {
  ensureChromium,
  ensureNodeModules,
  ensureRuby,
  ensureWasmPack,
  root,
} from "./tools.js";

await ensureNodeModules();
await ensureWasmPack();
const noChromium = await ensureChromium();
const noRuby = await ensureRuby();
for (const lack of [noChromium, noRuby]) if (lack) console.log(lack);

await runChecks();
await part("package", build);
await check("types, package", "tsc", ["--project", "tests/types"]);
await suite("package tests", nodeTest("package"));
await suite("browser tests", {
  command: "wasm-pack",
  args: ["test", "--headless", "--chrome", "--test", "browser"],
  counts: cargoCounts,
  lack: noChromium,
});
await suite("contract suite", nodeTest("contract"));
await suite("end-to-end tests", { ...nodeTest("e2e"), lack: noChromium });
await part("package, beside frameworks", install);
await check("types, entries for frameworks", "tsc", [
  "--project",
  "tests/packaging",
]);
await suite("packaging tests", { ...nodeTest("packaging"), lack: noChromium });
summarize();

/**
 * The tests of a folder under `tests`.
 *
 * @param {string} folder
 */
function nodeTest(folder) {
  const names = readdirSync(join(root, "tests", folder)).sort();
  const files = names.filter((name) => name.endsWith(".test.js"));
  const paths = files.map((name) => join("tests", folder, name));
  const options = ["--test", "--test-reporter=spec"];
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  // Left to itself, Node leaves one core idle.
  if (major > 20 || minor >= 10) options.push("--test-concurrency=2");
  return {
    command: process.execPath,
    args: [...options, ...paths],
    counts: nodeCounts,
  };
}

// `npm run packaging [file]…`: the tests of `tests/packaging`, all or those named, with the frameworks and bundlers they need.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { install } from "../tests/packaging/support/install.js";
import { build } from "./build.js";
import { root } from "./tools.js";

const named = process.argv.slice(2);
const folder = join(root, "tests", "packaging");
const files = readdirSync(folder).filter(
  (name) =>
    name.endsWith(".test.js") &&
    (named.length === 0 || named.includes(name.replace(".test.js", ""))),
);
if (files.length === 0) throw new Error(`There is no ${named.join(", ")}.`);

await build();
await install();
const paths = files.map((name) => join(folder, name));
const { status } = spawnSync(process.execPath, ["--test", ...paths], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;

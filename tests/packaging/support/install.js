// The package as npm packs it, beside the frameworks that the apps use.
import { createHash } from "node:crypto";
import {
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../../scripts/run.js";
import { ensurePackagingModules, root } from "../../../scripts/tools.js";

const modules = join(root, "tests", "packaging", "node_modules");
const installed = join(modules, "placeos-auth");
const STAMP = join(installed, ".packed");

/** Installs what is in dist/, unless that is there already. */
export async function install() {
  await ensurePackagingModules();
  const stamp = await fingerprint();
  if ((await readFile(STAMP, "utf8").catch(() => "")) === stamp) return;
  const next = await mkdtemp(join(modules, ".placeos-auth-"));
  const options = ["--ignore-scripts", "--json", "--pack-destination", next];
  const packed = JSON.parse(
    await must("npm", ["pack", ...options], { cwd: root }),
  );
  const { filename } = Array.isArray(packed)
    ? packed[0]
    : Object.values(packed)[0];
  await must("tar", ["-xzf", join(next, filename), "-C", next], { cwd: next });
  await mkdir(modules, { recursive: true });
  await rm(installed, { recursive: true, force: true });
  await rename(join(next, "package"), installed);
  await rm(next, { recursive: true });
  await writeFile(STAMP, stamp);
}

async function fingerprint() {
  const hash = createHash("sha256");
  for (const name of ["package.json", join("dist", ".inputs")])
    hash.update(await readFile(join(root, name)));
  return hash.digest("hex");
}

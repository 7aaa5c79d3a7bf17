// Builds an app with Angular's CLI, as its developers do.
import { join } from "node:path";
import { must } from "../../../scripts/run.js";
import { root } from "../../../scripts/tools.js";
import { sourceOf } from "./app.js";

const CLI = join(root, "tests/packaging/node_modules/@angular/cli/bin/ng.js");

/** @type {Record<string, Promise<unknown>>} */
const building = {};

/**
 * Builds an app by its `angular.json`, once for all worlds of a test file: that takes half a minute.
 *
 * @param {string} name
 */
export async function withAngular(name) {
  const env = { ...process.env, NG_CLI_ANALYTICS: "false" };
  building[name] ??= must(process.execPath, [CLI, "build"], {
    cwd: sourceOf(name),
    env,
  });
  await building[name];
}

// Child processes: run to the end, their output captured, never through a shell.
import { spawn } from "node:child_process";

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv }} RunOptions */

/**
 * Runs a command and returns what it printed, without showing it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 where there is no such command
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", () => resolve({ code: 127, output }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a command that has to succeed; if it doesn't, what it printed is in the error.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function must(command, args, options) {
  const { code, output } = await capture(command, args, options);
  if (code !== 0)
    throw new Error(
      `${command} ${args.join(" ")} failed:\n${output.slice(0, 4000)}`,
    );
  return output;
}

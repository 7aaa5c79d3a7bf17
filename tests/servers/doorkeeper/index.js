import { spawn, execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RACK_FILE = fileURLToPath(new URL("./config.ru", import.meta.url));
const START_SECONDS = 60;
const STOP_SECONDS = 5;

/**
 * Starts Doorkeeper on Rails as a child process. Rejects when it isn't answering within a minute, with what it printed.
 *
 * @param {object} [options]
 * @param {number} [options.port] 0: one that is free
 * @param {import("../types.d.ts").Registration[]} [options.apps]
 * @param {string[]} [options.origins] what CORS allows
 * @param {number} [options.tokenLifetime] seconds
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<import("../types.d.ts").Listening>}
 */
export async function startDoorkeeper({
  port = 0,
  apps = [],
  origins = [],
  tokenLifetime = 7200,
  log = () => {},
} = {}) {
  const directory = mkdtempSync(join(tmpdir(), "placeos-doorkeeper-"));
  const child = spawn(
    "puma",
    ["--bind", `tcp://127.0.0.1:${port}`, "--threads", "1:4", RACK_FILE],
    {
      cwd: directory,
      // A group of its own, so that nothing puma starts is left behind.
      detached: true,
      env: {
        ...process.env,
        RACK_ENV: "production",
        RAILS_ENV: "production",
        DATABASE_URL: `sqlite3:${join(directory, "doorkeeper.sqlite3")}`,
        APPS: JSON.stringify(apps),
        ORIGINS: JSON.stringify(origins),
        TOKEN_LIFETIME: String(tokenLifetime),
      },
    },
  );
  /** @type {Promise<unknown>} */
  const gone = new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", resolve);
  });
  /** @param {NodeJS.Signals} signal */
  const signalGroup = (signal) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // Already gone.
    }
  };
  const killNow = () => {
    signalGroup("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", killNow);
  // The watchdog in the Rack file reads this pipe; that it breaks when puma dies first is no news.
  child.stdin.on("error", () => {});

  async function close() {
    signalGroup("SIGTERM");
    await Promise.race([
      gone,
      sleep(STOP_SECONDS * 1000, null, { ref: false }),
    ]);
    signalGroup("SIGKILL");
    await gone;
    killNow();
    process.off("exit", killNow);
  }

  try {
    const listening = await firstAddress(child, gone, log);
    return { origin: `http://localhost:${listening}`, port: listening, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The port puma prints once it answers.
 *
 * @param {import("node:child_process").ChildProcessWithoutNullStreams} child
 * @param {Promise<unknown>} gone
 * @param {(line: string) => void} log
 * @returns {Promise<number>}
 */
function firstAddress(child, gone, log) {
  /** @type {string[]} */
  const printed = [];
  return new Promise((resolve, reject) => {
    /** @param {string} why */
    const fail = (why) =>
      reject(new Error([`Doorkeeper ${why}`, ...printed].join("\n")));
    const timer = setTimeout(
      () => fail(`did not start within ${START_SECONDS} s`),
      START_SECONDS * 1000,
    );
    gone.then((reason) => {
      clearTimeout(timer);
      fail(reason instanceof Error ? reason.message : "stopped");
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        log(line);
        printed.push(line);
        const [, port] =
          /Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
        if (!port) return;
        clearTimeout(timer);
        resolve(Number(port));
      });
    }
  });
}

const GEMS = ["railties", "activerecord", "doorkeeper", "sqlite3", "puma"];

/**
 * Whether this machine can run it.
 *
 * @returns {Promise<{available: boolean, why: string}>} `why` is one sentence, empty when available
 */
export async function doorkeeperAvailable() {
  const run = promisify(execFile);
  const check =
    "ARGV.reject { |name| Gem::Specification.find_all_by_name(name).any? }";
  /** @param {string} why */
  const unavailable = (why) => ({
    available: false,
    why: `Doorkeeper can't run here: ${why} (on Debian: apt-get install ruby-doorkeeper ruby-railties ruby-activerecord ruby-sqlite3 puma).`,
  });
  try {
    const arguments_ = ["-e", `puts ${check}`, ...GEMS];
    const { stdout } = await run("ruby", arguments_, { timeout: 30_000 });
    const missing = stdout.split("\n").filter(Boolean);
    if (missing.length > 0) {
      return unavailable(`Ruby has no ${missing.join(", ")}`);
    }
    await run("puma", ["--version"], { timeout: 30_000 });
    return { available: true, why: "" };
  } catch (error) {
    const { code, path, message } = /** @type {NodeJS.ErrnoException} */ (
      error
    );
    const [firstLine = ""] = message.split("\n");
    const absent = code === "ENOENT";
    return unavailable(absent ? `${path} isn't installed` : firstLine);
  }
}

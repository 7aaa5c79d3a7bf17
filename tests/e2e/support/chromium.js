import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const CHROMIUM = "/usr/bin/chromium";

/** The same engine without a user interface, which costs as much as the pages themselves. It keeps no page that is left. */
const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";

const missing = [CHROMIUM, HEADLESS_SHELL].filter((path) => !existsSync(path));

/** One sentence, empty where Chromium can run. */
export const whyNoChromium =
  missing.length === 0
    ? ""
    : `Chromium can't run here: there is no ${missing.join(" and no ")} (on Debian: apt-get install chromium chromium-headless-shell).`;

/**
 * @param {object} [options]
 * @param {boolean} [options.keepsPages] for the back button, as it does for users: in the browser itself, with which Playwright's own way is not to
 */
export const launchChromium = ({ keepsPages = false } = {}) =>
  chromium.launch({
    executablePath: keepsPages ? CHROMIUM : HEADLESS_SHELL,
    timeout: 30_000,
    // Chromium's sandbox refuses to run as root.
    chromiumSandbox: process.getuid?.() !== 0,
    ignoreDefaultArgs: keepsPages ? ["--disable-back-forward-cache"] : [],
    args: [
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      // For what must not depend on when the garbage collector comes.
      "--js-flags=--expose-gc",
    ],
  });

/**
 * A browser with a profile in this folder, and the way to end it as a power cut does: at once, whatever it is writing.
 *
 * @param {string} folder
 */
export async function chromiumAt(folder) {
  const args = [
    `--user-data-dir=${folder}`,
    "--remote-debugging-port=0",
    "--disable-gpu",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  const child = spawn(HEADLESS_SHELL, args, {
    // A group of its own, which its processes belong to.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  const address = await new Promise((resolve, reject) => {
    child.stderr.on("data", (data) => {
      told += data;
      const [, url] = /listening on (ws:\S+)/.exec(told) ?? [];
      if (url) resolve(url);
    });
    child.once("exit", () => reject(new Error(told)));
  });
  const browser = await chromium.connectOverCDP(address);
  const [context] = browser.contexts();
  const cut = async () => {
    const ended = once(child, "exit");
    process.kill(-Number(child.pid), "SIGKILL");
    await ended;
  };
  return { context, cut };
}

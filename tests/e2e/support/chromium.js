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

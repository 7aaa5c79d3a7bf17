import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const CHROMIUM = "/usr/bin/chromium";

/** One sentence, empty where Chromium can run. */
export const whyNoChromium = existsSync(CHROMIUM)
  ? ""
  : `Chromium can't run here: there is no ${CHROMIUM} (on Debian: apt-get install chromium).`;

/**
 * @param {object} [options]
 * @param {boolean} [options.keepsPages] for the back button, as it does for users; Playwright's own way is not to
 */
export const launchChromium = ({ keepsPages = false } = {}) =>
  chromium.launch({
    executablePath: CHROMIUM,
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

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchChromium, whyNoChromium } from "./chromium.js";
import { Visit } from "./visit.js";
import { sandboxHere } from "./worlds.js";

const TEST_MS = 30_000;

/** @import { Browser } from "playwright-core" */

/** @type {Map<boolean, Promise<Browser>>} */
const browsers = new Map();

after(async () => {
  for (const browser of await Promise.all(browsers.values())) {
    await browser.close();
  }
});

/**
 * One for the file, also for groups that run at the same time.
 *
 * @param {{ keepsPages: boolean }} options
 */
function browserWith({ keepsPages }) {
  const browser = browsers.get(keepsPages) ?? launchChromium({ keepsPages });
  browsers.set(keepsPages, browser);
  return browser;
}

/**
 * A group of claims about an app in a browser. The world is one for the group, and every claim has a context of its own: no
 * cookie, no storage.
 *
 * @param {string} title
 * @param {(claim: Claim) => void} define
 * @param {object} [options]
 * @param {import("./worlds.js").Kind} [options.kind] of world
 * @param {boolean} [options.keepsPages] see `launchChromium`
 * @param {number} [options.timeout] of each claim, in milliseconds
 *
 * @callback Claim
 * @param {string} sentence
 * @param {(visit: Visit) => Promise<void>} prove
 */
export function suite(
  title,
  define,
  { kind = sandboxHere, keepsPages = false, timeout = TEST_MS } = {},
) {
  const why = whyNoChromium || kind.why;
  // The claims of a group share its world, so they run one after another, also in a group of groups.
  describe(title, { concurrency: false }, () => {
    /** @type {import("./worlds.js").World} */
    let world;
    /** @type {object} */
    let initially;
    if (!why) {
      before(async () => {
        world = { isNewest: kind.isNewest ?? false, ...(await kind.start()) };
        initially = { ...world.sandbox };
      });
      after(() => world?.close());
    }

    define((sentence, prove) => {
      // On a build server a suite that can't run is a suite that fails.
      const skip = why !== "" && !process.env.CI && why;
      it(sentence, { skip, timeout }, async () => {
        assert.equal(why, "");
        Object.assign(world.sandbox ?? {}, initially);
        world.sandbox?.requests.splice(0);
        const visit = await Visit.of(await browserWith({ keepsPages }), world);
        try {
          await prove(visit);
          visit.assertNothingLeaked();
        } finally {
          await visit.end();
        }
      });
    });
  });
}

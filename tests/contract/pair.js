import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  doorkeeperAvailable,
  startDoorkeeper,
} from "../servers/doorkeeper/index.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { APPS, ORIGIN } from "./apps.js";
import { createClient } from "./client.js";

/** @import { Listening } from "../servers/types.d.ts" */

const { available, why } = await doorkeeperAvailable();

const options = { apps: APPS, origins: [ORIGIN] };

/** @type {Record<string, Listening>} */
const servers = {};

before(async () => {
  servers.next = await startSandbox({ generation: "next", ...options });
  if (!available) return;
  servers.sandbox = await startSandbox(options);
  servers.doorkeeper = await startDoorkeeper(options);
});
after(() =>
  Promise.all(Object.values(servers).map((server) => server.close())),
);

/** @param {"next" | "sandbox" | "doorkeeper"} name */
function browserAt(name) {
  const server = servers[name];
  assert.ok(server, `${name} is running`);
  return createClient(server.origin);
}

/**
 * @typedef {<const Seen>(sentence: string, observe: Observe<Seen>, judge: Judge<Seen>) => void} Claim
 */

/**
 * Asks one server; a new browser each time.
 *
 * @template Seen
 * @typedef {(client: import("./client.js").Client) => Promise<Seen>} Observe
 */

/**
 * Asserts what the sentence says, of what Doorkeeper answered.
 *
 * @template Seen
 * @typedef {(seen: Seen) => void} Judge
 */
/**
 * A group of claims that hold for Doorkeeper, and for the sandbox because it answers the same.
 *
 * @param {string} title
 * @param {(claim: Claim) => void} define
 * @param {object} [how]
 * @param {boolean} [how.always] the claims hold for the sandbox of the next generation as well
 */
export function contract(title, define, { always = false } = {}) {
  if (always) {
    describe(`${title}: the next generation answers`, () =>
      define((sentence, observe, judge) => {
        it(sentence, async () => {
          judge(await observe(browserAt("next")));
        });
      }));
  }
  const name = `${title}: the sandbox answers as Doorkeeper does`;
  if (!available) {
    // On a build server a suite that can't run is a suite that fails.
    const skip = process.env.CI ? false : why;
    it(name, { skip }, () => assert.fail(why));
    return;
  }
  describe(name, () =>
    define((sentence, observe, judge) => {
      it(sentence, async () => {
        const real = await observe(browserAt("doorkeeper"));
        judge(real);
        const ours = await observe(browserAt("sandbox"));
        assert.deepEqual(ours, real);
      });
    }),
  );
}

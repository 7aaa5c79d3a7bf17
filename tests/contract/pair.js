import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  doorkeeperAvailable,
  startDoorkeeper,
} from "../servers/doorkeeper/index.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { APPS, ORIGIN } from "./apps.js";
import { createClient } from "./client.js";

const { available, why } = await doorkeeperAvailable();
const servers = {};

const options = { apps: APPS, origins: [ORIGIN] };

before(async () => {
  servers.next = await startSandbox({ generation: "next", ...options });
  if (!available) return;
  servers.sandbox = await startSandbox(options);
  servers.doorkeeper = await startDoorkeeper(options);
});
after(() =>
  Promise.all(Object.values(servers).map((server) => server.close())),
);

/**
 * A group of claims that hold for Doorkeeper, and for the sandbox because it answers the same.
 *
 * @param {string} title
 * @param {(claim: Claim) => void} define
 * @param {object} [how]
 * @param {boolean} [how.always] the claims hold for the sandbox of the next generation as well
 *
 * @callback Claim
 * @param {string} sentence
 * @param {(client: ReturnType<typeof createClient>) => Promise<unknown>} observe asks one server; a new browser each time
 * @param {(seen: any) => void} judge asserts what the sentence says, of what Doorkeeper answered
 */
export function contract(title, define, { always = false } = {}) {
  if (always) {
    describe(`${title}: the next generation answers`, () =>
      define((sentence, observe, judge) => {
        it(sentence, async () => {
          judge(await observe(createClient(servers.next.origin)));
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
        const real = await observe(createClient(servers.doorkeeper.origin));
        judge(real);
        const ours = await observe(createClient(servers.sandbox.origin));
        assert.deepEqual(ours, real);
      });
    }),
  );
}

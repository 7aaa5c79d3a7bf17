// A device that nobody looks after, with `storage: "local"`: it is never signed out, and starts again after anything.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromiumAt } from "./support/chromium.js";
import {
  heard,
  listen,
  signedInForLong,
  statusOf,
  stored,
  until,
  withClock,
} from "./support/grants.js";
import { ledger, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, ready, Visit } from "./support/visit.js";
import { nextHere, sandboxHere } from "./support/worlds.js";

const DAYS = 14;
/** A token lives for two hours, and is renewed a minute before that. */
const UNTIL_RENEWAL = 7_150_000;
const RENEWALS_A_DAY = 12;
/** Chromium writes to the disk what was stored five seconds before. */
const WRITTEN_MS = 7000;

for (const kind of [sandboxHere, nextHere])
  suite(
    `A kiosk, ${kind.name},`,
    (claim) => {
      claim(
        "is signed in for two weeks, and is started anew each night",
        async (visit) => {
          await withClock(visit);
          const seen = ledger(visit);
          const { page, options } = await signedInForLong(visit, {
            storage: "local",
          });
          const size = await sizeOfStorage(page);
          const events = new Set();
          for (let day = 1; day <= DAYS; day++) {
            await listen(page);
            for (let count = 1; count <= RENEWALS_A_DAY; count++) {
              await page.clock.fastForward(UNTIL_RENEWAL);
              await until(
                async () => (await heard(page)).length >= count,
                `renewal ${count} of day ${day}`,
              );
            }
            for (const [type] of await heard(page)) events.add(type);
            await page.reload();
            await ready(page);
            const { session } = await create(page, options);
            assert.ok(session, `day ${day}`);
          }
          assert.deepEqual([...events], ["renewed"]);
          assert.equal(await statusOf(visit, page), 200);
          assert.equal(seen.twice, 0);
          // A number of another length now and then.
          const growth = (await sizeOfStorage(page)) - size;
          assert.ok(Math.abs(growth) < 10, `${growth} characters`);
          tell(`two weeks of a kiosk, ${kind.name}`, {
            tabs: 1,
            renewals: seen.given,
            twice: seen.twice,
            lost: 0,
          });
        },
      );

      claim(
        "that starts without network has its session, says `network`, and goes on by itself",
        async (visit) => {
          await withClock(visit);
          const { page, options } = await signedInForLong(visit, {
            storage: "local",
          });
          const before = await stored(page);
          // The page itself is on the device.
          const isAway = /\/(auth|api)\//;
          await visit.context.route(isAway, (route) => route.abort());
          await page.goto("about:blank");
          await page.clock.fastForward(UNTIL_RENEWAL + 600_000);
          await page.goto(`${visit.world.app}/app/bare.html`);
          await ready(page);
          const { session } = await create(page, options);
          assert.ok(session);
          await listen(page);
          const { error } = await page.evaluate(() =>
            settled(auth.fetch("/api/engine/v2/systems")),
          );
          assert.equal(error?.code, "network");
          assert.deepEqual(await stored(page), before);

          await visit.context.unroute(isAway);
          for (let gone = 0; gone < 60_000; gone += 1000) {
            await page.clock.runFor(1000);
            await page.waitForTimeout(5);
            if ((await heard(page)).some(([type]) => type === "renewed")) break;
          }
          const types = (await heard(page)).map(([type]) => type);
          assert.equal(types.at(-1), "renewed", String(types));
          assert.equal(await statusOf(visit, page), 200);
        },
      );
    },
    { kind, timeout: 120_000 },
  );

suite(
  "A kiosk whose power is cut",
  (claim) => {
    claim(
      "in the middle of a renewal has its session when it starts again, and renews it",
      ({ world }) =>
        withProfile(async (folder) => {
          const { options } = await powered(world, folder, async (visit) => {
            const signedIn = await signedInForLong(visit, { storage: "local" });
            await sleep(WRITTEN_MS);
            return signedIn;
          });
          for (const ms of [0, 10, 20, 40, 80, 160])
            await powered(world, folder, async (visit) => {
              const page = await visit.open();
              const { session } = await create(page, options);
              assert.ok(session, `${ms} ms`);
              assert.equal(await statusOf(visit, page), 200);
              await page.evaluate(() => void auth.renew());
              await sleep(ms);
            });
          await powered(world, folder, async (visit) => {
            const page = await visit.open();
            assert.ok((await create(page, options)).session);
            const { value } = await page.evaluate(() => settled(auth.renew()));
            assert.ok(value);
          });
        }),
    );

    claim(
      "while the browser writes again and again finds one of the sessions, and all of it",
      ({ world }) =>
        withProfile(async (folder) => {
          const { options } = await powered(world, folder, async (visit) => {
            const { page, ...signedIn } = await signedInForLong(visit, {
              storage: "local",
            });
            await page.evaluate(() => {
              const renewOverAndOver = async () => {
                for (;;) await settled(auth.renew());
              };
              void renewOverAndOver();
            });
            await sleep(WRITTEN_MS + 1000 * Math.random());
            return signedIn;
          });
          await powered(world, folder, async (visit) => {
            const page = await visit.open();
            assert.ok((await create(page, options)).session);
            await listen(page);
            // By now the server takes the token that was lost, and not this one.
            const { error } = await page.evaluate(() => settled(auth.renew()));
            assert.ok(!error || error.code === "login_required", error?.code);
          });
        }),
    );
  },
  { timeout: 120_000 },
);

/** @param {import("playwright-core").Page} page */
const sizeOfStorage = (page) =>
  page.evaluate(() => JSON.stringify(localStorage).length);

/**
 * A folder for a browser's profile, and its end.
 *
 * @param {(folder: string) => Promise<void>} use
 */
async function withProfile(use) {
  const folder = await mkdtemp(join(tmpdir(), "placeos-auth-kiosk-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * A kiosk with power, which is cut afterwards.
 *
 * @template Result
 * @param {import("./support/worlds.js").World} world
 * @param {string} folder
 * @param {(visit: Visit) => Promise<Result>} use
 */
async function powered(world, folder, use) {
  const { context, cut } = await chromiumAt(folder);
  try {
    return await use(new Visit(context, world));
  } finally {
    await cut();
  }
}

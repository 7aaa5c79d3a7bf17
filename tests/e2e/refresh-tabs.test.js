import assert from "node:assert/strict";
import {
  heard,
  hold,
  listen,
  renewals,
  signedInForLong,
  stored,
  TOKEN_PATH,
} from "./support/grants.js";
import { renew, takeEachOnce } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";
import { nextHere, sandboxHere } from "./support/worlds.js";

/** Two tabs with one session, at a server that takes each refresh token once. */
async function twoTabs(visit) {
  takeEachOnce(visit);
  const { page, options } = await signedInForLong(visit, {
    storage: "local",
  });
  const other = await visit.open();
  assert.ok((await create(other, options)).session);
  await Promise.all([listen(page), listen(other)]);
  return [page, other];
}

for (const kind of [sandboxHere, nextHere]) {
  suite(
    `Two tabs that share a session, ${kind.name}`,
    (claim) => {
      claim(
        "one after the other, the second takes what the first was given",
        async (visit) => {
          const [one, two] = await twoTabs(visit);
          assert.ok((await renew(one)).value);
          const { access_token } = await stored(one);
          assert.deepEqual(await heard(two), [["renewed"]]);
          assert.equal(renewals(visit).length, 1);
          assert.equal(await two.evaluate(() => auth.token()), access_token);
          // And on from there, whoever is first.
          assert.ok((await renew(two)).value);
          await one.waitForFunction(() => heard.length === 2);
          assert.ok((await renew(one)).value);
          assert.equal(renewals(visit).length, 3);
        },
      );

      claim("renew at the same moment, and both go on", async (visit) => {
        const [one, two] = await twoTabs(visit);
        const server = hold(visit, TOKEN_PATH);
        const renewing = Promise.all([renew(one), renew(two)]);
        await server.arrived;
        await one.waitForTimeout(500);
        server.release();
        const outcomes = await renewing;
        for (const { value, error } of outcomes) {
          assert.equal(error, undefined);
          assert.ok(value.canRenew);
        }
        for (const page of [one, two]) {
          assert.deepEqual(await heard(page), [["renewed"]]);
        }
        assert.equal(renewals(visit).length, 1);
        for (const page of [one, two]) assert.ok((await renew(page)).value);
      });
    },
    { kind },
  );

  suite(
    `A tab that was duplicated, ${kind.name}`,
    (claim) => {
      claim("goes on as well as the one it was copied from", async (visit) => {
        const { page, options } = await signedInForLong(visit);
        const opened = visit.context.waitForEvent("page");
        // A window that a page opens begins with a copy of its session storage, as a duplicated tab does.
        await page.evaluate(() => void open("/app/bare.html"));
        const copy = await opened;
        await ready(copy);
        assert.ok((await create(copy, options)).session);
        for (const tab of [copy, page, copy]) {
          const { error } = await renew(tab);
          assert.equal(error, undefined);
          const status = await tab.evaluate(
            async () => (await auth.fetch("/api/engine/v2/zones")).status,
          );
          assert.equal(status, 200);
        }
      });
    },
    { kind },
  );
}

import assert from "node:assert/strict";
import {
  heard,
  hold,
  listen,
  renewals,
  signedInForLong,
  statusOf,
  stored,
  TOKEN_PATH,
  until,
  withClock,
} from "./support/grants.js";
import {
  duplicate,
  ledger,
  renew,
  sessionOf,
  tabsOf,
  takeEachOnce,
  tell,
} from "./support/staying.js";
import { suite } from "./support/suite.js";
import { nextHere, sandboxHere } from "./support/worlds.js";

const held = (visit) =>
  visit.context
    .pages()[0]
    .evaluate(async () =>
      (await navigator.locks.query()).held.map(({ name }) => name),
    );

suite("Renewing in many tabs", (claim) => {
  claim(
    "ten tabs at the same due moment make one token request, and all go on with what it gave",
    async (visit) => {
      const seen = ledger(visit);
      const { tabs } = await tabsOf(visit, 10, { lifetime: 8 });
      await Promise.all(tabs.map(listen));
      const told = () => Promise.all(tabs.map(heard));
      await until(
        async () => (await told()).every((events) => events.length > 0),
        "all tabs have new tokens",
        15_000,
      );
      assert.deepEqual(await told(), Array(10).fill([["renewed"]]));
      assert.equal(renewals(visit).length, 1);
      const tokens = await Promise.all(
        tabs.map((tab) => tab.evaluate(() => auth.token())),
      );
      assert.equal(new Set(tokens).size, 1);
      for (const tab of tabs) assert.equal(await statusOf(visit, tab), 200);
      tell("ten tabs at the same due moment", {
        tabs: 10,
        calls: 10,
        renewals: renewals(visit).length,
        twice: seen.twice,
        lost: 0,
      });
    },
  );

  claim(
    "a slow token endpoint is asked once, however many tabs wait for it",
    async (visit) => {
      const seen = ledger(visit);
      const { tabs } = await tabsOf(visit, 3);
      await Promise.all(tabs.map(listen));
      const server = hold(visit, TOKEN_PATH);
      const waiting = tabs.flatMap((tab) => [
        renew(tab),
        tab.evaluate(() => settled(auth.renew().then(() => auth.token()))),
        tab.evaluate(async () => {
          void auth.renew();
          return settled(
            auth.fetch("/api/engine/v2/zones").then(({ status }) => status),
          );
        }),
      ]);
      await server.arrived;
      await tabs[0].waitForTimeout(3000);
      assert.equal(renewals(visit).length, 1);
      server.release();
      const outcomes = await Promise.all(waiting);
      assert.deepEqual(
        outcomes.map(({ error }) => error),
        Array(9).fill(undefined),
      );
      assert.equal(renewals(visit).length, 1);
      for (const tab of tabs) assert.deepEqual(await heard(tab), [["renewed"]]);
      tell("three tabs at a slow token endpoint", {
        tabs: 3,
        calls: 9,
        renewals: renewals(visit).length,
        twice: seen.twice,
        lost: 0,
      });
    },
  );

  claim(
    "a duplicated tab and its original both go on over many expiries, and no refresh token is sent twice",
    async (visit) => {
      const { sandbox } = visit.world;
      takeEachOnce(visit);
      sandbox.tokenLifetime = 2;
      const seen = ledger(visit);
      const { page, options } = await signedInForLong(visit);
      const tabs = [page, await duplicate(visit, page, options)];
      await Promise.all(tabs.map(listen));
      const results = await Promise.all(
        tabs.map((tab) =>
          tab.evaluate(async () => {
            const statuses = [];
            for (const end = Date.now() + 12_000; Date.now() < end;) {
              const { status } = await auth.fetch("/api/engine/v2/systems");
              statuses.push(status);
              await new Promise((resolve) => setTimeout(resolve, 50));
            }
            return statuses;
          }),
        ),
      );
      for (const statuses of results) {
        assert.ok(statuses.length > 50);
        assert.ok(statuses.every((status) => status === 200));
      }
      assert.equal(seen.twice, 0);
      assert.equal(seen.refused, 0);
      assert.ok(seen.given >= 5, `${seen.given} renewals`);
      for (const tab of tabs) {
        const types = new Set((await heard(tab)).flat());
        assert.deepEqual([...types], ["renewed"]);
        assert.ok(await sessionOf(tab));
      }
      tell("a duplicated tab and its original", {
        tabs: 2,
        calls: results.flat().length,
        renewals: seen.given,
        twice: seen.twice,
        lost: results.flat().filter((status) => status !== 200).length,
      });
    },
  );

  claim(
    "a tab that is closed in the middle of its renewal keeps nobody waiting",
    async (visit) => {
      const { tabs } = await tabsOf(visit, 2);
      const [one, two] = tabs;
      const server = hold(visit, TOKEN_PATH);
      await one.evaluate(() => void auth.renew());
      await server.arrived;
      const waiting = renew(two);
      await two.waitForTimeout(300);
      assert.equal(renewals(visit).length, 1, "the other waits for its turn");
      // Chromium keeps what is to outlive its page: that request must not reach the server.
      visit.world.sandbox.intercept = undefined;
      const closed = Date.now();
      await one.close();
      const { error } = await waiting;
      assert.equal(error, undefined);
      const waited = Date.now() - closed;
      assert.ok(waited < 5000, `${waited} ms`);
      assert.equal(await statusOf(visit, two), 200);
    },
  );

  claim(
    "a tab that is frozen in the middle of its renewal keeps the others waiting for 25 seconds at most",
    async (visit) => {
      await withClock(visit);
      const { tabs } = await tabsOf(visit, 2);
      const [one, two] = tabs;
      const server = hold(visit, TOKEN_PATH);
      await one.evaluate(() => void auth.renew());
      await server.arrived;
      const [name] = await held(visit);
      assert.match(name, /^placeos-auth:/);
      server.release();
      await until(async () => (await held(visit)).length === 0, "it is over");
      // What a frozen tab has, it keeps.
      await one.evaluate(
        (lock) =>
          new Promise((resolve) => {
            navigator.locks.request(lock, () => {
              resolve(undefined);
              return new Promise(() => {});
            });
          }),
        // Each renewal has a lock of its own.
        name.replace(/\+0$/, "+1"),
      );
      const before = renewals(visit).length;
      const waiting = renew(two);
      await two.waitForTimeout(300);
      await two.clock.runFor(20_000);
      await two.waitForTimeout(300);
      assert.equal(renewals(visit).length, before, "it waits for its turn");
      await two.clock.runFor(6_000);
      const { error } = await waiting;
      assert.equal(error, undefined);
      assert.equal(renewals(visit).length, before + 1);
      assert.ok(visit.lines.some((line) => line.includes("takes too long")));
    },
  );
});

for (const kind of [sandboxHere, nextHere]) {
  suite(
    `Two tabs that share a session, ${kind.name}`,
    (claim) => {
      claim(
        "one after the other, the second takes what the first was given",
        async (visit) => {
          const { tabs } = await tabsOf(visit, 2);
          const [one, two] = tabs;
          await Promise.all(tabs.map(listen));
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

      claim(
        "a duplicated one goes on as well as the one it was copied from",
        async (visit) => {
          const { page, options } = await signedInForLong(visit);
          const copy = await duplicate(visit, page, options);
          for (const tab of [copy, page, copy]) {
            const { error } = await renew(tab);
            assert.equal(error, undefined);
            const status = await tab.evaluate(
              async () => (await auth.fetch("/api/engine/v2/zones")).status,
            );
            assert.equal(status, 200);
          }
        },
      );
    },
    { kind },
  );
}

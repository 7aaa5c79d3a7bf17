import assert from "node:assert/strict";
import {
  assertHidden,
  BARE,
  heard,
  listen,
  renewals,
  signedInByCode,
  signedInByPassword,
  signedInForLong,
  statusOf,
  stored,
  tokenPosts,
  until,
  withClock,
} from "./support/grants.js";
import { ledger, sessionOf, takeEachOnce, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";
import {
  doorkeeperElsewhere,
  everywhere,
  nextElsewhere,
  sandboxHere,
} from "./support/worlds.js";

/** The token of the last request that bore one. */
const lastUsed = (visit) =>
  visit.requests
    .map(({ headers }) => headers.authorization?.split(" ")[1])
    .findLast(Boolean);

for (const kind of everywhere) {
  suite(
    `Renewing a session, ${kind.name}`,
    (claim) => {
      claim(
        "gives a new token, which is the one used from then on, and no refresh token is sent twice",
        async (visit) => {
          takeEachOnce(visit);
          const { page, options, session } = await signedInForLong(visit);
          await listen(page);
          const texts = [await stored(page)];
          for (let round = 0; round < 3; round++) {
            const renewed = await page.evaluate(async () => {
              const session = await auth.renew();
              return { session, same: session === auth.session };
            });
            assert.ok(renewed.session.expiresAt >= session.expiresAt);
            assert.equal(renewed.same, true);
            texts.push(await stored(page));
            assert.equal(await statusOf(visit, page), 200);
            assert.equal(lastUsed(visit), texts.at(-1).access_token);
          }
          assert.deepEqual(await heard(page), Array(3).fill(["renewed"]));
          assert.equal(new Set(texts.map((text) => text.access_token)).size, 4);
          const clientId = tokenPosts(visit)[0].form.client_id;
          assert.deepEqual(
            renewals(visit).map(({ form }) => form),
            texts.slice(0, 3).map(({ refresh_token }) => ({
              grant_type: "refresh_token",
              client_id: clientId,
              refresh_token,
            })),
          );

          await page.reload();
          await ready(page);
          const again = await create(page, options);
          assert.equal(again.session.flow, session.flow);
          await page.evaluate(() => auth.renew());
          const [last] = renewals(visit).slice(-1);
          assert.equal(last.form.refresh_token, texts[3].refresh_token);
          const secrets = texts.flatMap((text) => [
            text.access_token,
            text.refresh_token,
          ]);
          await assertHidden(visit, page, secrets);
        },
      );
    },
    { kind },
  );
}

for (const kind of [sandboxHere, doorkeeperElsewhere]) {
  suite(
    `Renewing a session of the code flow, ${kind.name}`,
    (claim) => {
      claim("gives another of that flow", async (visit) => {
        takeEachOnce(visit);
        const { page } = await signedInByCode(visit);
        const session = await page.evaluate(() => auth.renew());
        assert.equal(session.flow, "code");
        assert.equal(session.scope, "public");
        assert.equal(await statusOf(visit, page), 200);
      });
    },
    { kind },
  );
}

for (const kind of [sandboxHere, nextElsewhere]) {
  suite(
    `Renewing a session in time, ${kind.name}`,
    (claim) => {
      claim("happens unasked when due, and not before", async (visit) => {
        takeEachOnce(visit);
        await withClock(visit);
        const { page, session } = await signedInForLong(visit);
        await listen(page);
        await page.clock.fastForward(7_100_000);
        await page.waitForTimeout(200);
        assert.equal(renewals(visit).length, 0);
        await page.clock.fastForward(60_000);
        await until(async () => (await heard(page)).length > 0, "it renewed");
        assert.deepEqual(await heard(page), [["renewed"]]);
        const { session: renewed } = await page.evaluate(() => plain(auth));
        assert.ok(renewed.expiresAt > session.expiresAt + 7_000_000);
        assert.equal(renewals(visit).length, 1);
        assert.equal(await statusOf(visit, page), 200);
      });

      claim(
        "happens once for all who want a token after the end, none of whom sees the old one",
        async (visit) => {
          takeEachOnce(visit);
          await withClock(visit);
          const { page, options } = await signedInForLong(visit);
          const old = await stored(page);
          await page.goto("about:blank");
          await visit.context.clock.fastForward(8_000_000);
          await page.goto(visit.world.app + BARE);
          await ready(page);
          const seen = await page.evaluate(
            async ({ given, server }) => {
              await window.create(given);
              const api = `${server}/api/engine/v2/systems`;
              const [token, url, session, ...responses] = await Promise.all([
                auth.token(),
                auth.signUrl(api),
                auth.renew(),
                auth.fetch(api),
                auth.fetch(new Request(api)),
              ]);
              return {
                token,
                inUrl: url.searchParams.get("bearer_token"),
                session,
                statuses: responses.map(({ status }) => status),
              };
            },
            { given: options, server: visit.world.server },
          );
          assert.equal(renewals(visit).length, 1);
          assert.notEqual(seen.token, old.access_token);
          assert.equal(seen.inUrl, seen.token);
          assert.deepEqual(seen.statuses, [200, 200]);
          assert.equal(seen.session.canRenew, true);
          const used = visit.requests.map(
            ({ headers }) => headers.authorization,
          );
          assert.ok(!used.includes(`Bearer ${old.access_token}`));
        },
      );
    },
    { kind },
  );
}

/** Calls the API this often at once, at the very moment at which the token ends: no timer comes before them. */
async function callAtTheEnd(page, count) {
  const { expiresAt } = await sessionOf(page);
  await page.clock.setSystemTime(expiresAt);
  return page.evaluate(async (times) => {
    const calls = Array.from({ length: times }, (_, n) =>
      auth.fetch(`/api/engine/v2/systems?n=${n}`),
    );
    const responses = await Promise.all(calls);
    return responses.map(({ status }) => status);
  }, count);
}

suite("A renewal at the moment of expiry", (claim) => {
  claim(
    "200 parallel calls at the moment of expiry make one token request, and all are signed with what it gave",
    async (visit) => {
      visit.world.sandbox.strictRotation = true;
      await withClock(visit);
      const seen = ledger(visit);
      const { page } = await signedInByPassword(visit);
      const statuses = await callAtTheEnd(page, 200);
      assert.deepEqual(statuses, Array(200).fill(200));
      assert.equal(renewals(visit).length, 1);
      const { access_token } = await stored(page);
      const signatures = visit.requests
        .filter(({ url }) => url.includes("/systems?n="))
        .map(({ headers }) => headers.authorization);
      assert.equal(signatures.length, 200);
      assert.deepEqual(
        [...new Set(signatures)],
        [`Bearer ${access_token}`],
        "the old one was sent nowhere",
      );
      tell("200 parallel calls at the moment of expiry", {
        tabs: 1,
        calls: 200,
        renewals: renewals(visit).length,
        twice: seen.twice,
        lost: statuses.filter((status) => status !== 200).length,
      });
    },
  );

  claim("works without Web Locks, and the log says so", async (visit) => {
    visit.world.sandbox.strictRotation = true;
    await withClock(visit);
    await visit.context.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "locks");
    });
    const seen = ledger(visit);
    const { page } = await signedInByPassword(visit);
    assert.equal(await page.evaluate(() => navigator.locks), undefined);
    const statuses = await callAtTheEnd(page, 50);
    assert.deepEqual(statuses, Array(50).fill(200));
    assert.equal(renewals(visit).length, 1);
    assert.ok(visit.lines.some((line) => line.includes("no Web Locks")));
    tell("50 parallel calls, without Web Locks", {
      tabs: 1,
      calls: 50,
      renewals: renewals(visit).length,
      twice: seen.twice,
      lost: 0,
    });
  });
});

import assert from "node:assert/strict";
import {
  heard,
  listen,
  renewals,
  signedInByPassword,
  withClock,
} from "./support/grants.js";
import { sessionOf } from "./support/staying.js";
import { suite } from "./support/suite.js";

/** What every way to a token gives at this moment: a status, true, or an error's code. */
const everyWay = (page) =>
  page.evaluate(async () => {
    const api = "/api/engine/v2/systems";
    const status = ({ status }) => status;
    const results = await Promise.all([
      settled(auth.fetch(api).then(status)),
      settled(auth.token().then(Boolean)),
      settled(auth.signUrl(api).then(Boolean)),
    ]);
    return results.map(({ value, error }) => value ?? error.code);
  });

suite("A call at the moment of expiry", (claim) => {
  for (const renewBefore of [0, 60]) {
    claim(
      `is renewed for or sent as it is, never rejected, with renewBefore ${renewBefore}: a second before, half a second, at the end`,
      async (visit) => {
        await withClock(visit);
        const { page } = await signedInByPassword(visit, { renewBefore });
        for (const left of [1000, 500, 0]) {
          const before = renewals(visit).length;
          const { expiresAt } = await sessionOf(page);
          await page.clock.setSystemTime(expiresAt - left);
          assert.deepEqual(await everyWay(page), [200, true, true], `${left}`);
          assert.ok(renewals(visit).length <= before + 1, `${left}`);
        }
      },
    );
  }

  claim(
    "goes well wherever in it the clock steps over the end",
    async (visit) => {
      const { sandbox } = visit.world;
      Object.assign(sandbox, { strictRotation: true, tokenLifetime: 5 });
      const { page } = await signedInByPassword(visit);
      await listen(page);
      const results = await page.evaluate(async () => {
        const now = Date.now;
        const results = [];
        for (let early = 0; early < 10; early++) {
          const { expiresAt } = auth.session;
          // A tenth of its life before: renewal is due, and the token no longer good.
          let time = expiresAt - 500 - early;
          // A millisecond passes between any two looks.
          Date.now = () => time++;
          const [fetched, token] = await Promise.all([
            settled(auth.fetch("/api/engine/v2/systems")),
            settled(auth.token()),
          ]);
          Date.now = now;
          results.push(fetched.error?.code ?? fetched.value.status);
          results.push(token.error?.code ?? "a token");
          await auth.renew();
        }
        return results;
      });
      assert.deepEqual(
        results.filter((result) => result === "login_required"),
        [],
        results.join(),
      );
      assert.ok(!(await heard(page)).flat().includes("expired"));
    },
  );
});

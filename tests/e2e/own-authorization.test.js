import assert from "node:assert/strict";
import { answerAt, ECHO, signedInByPassword } from "./support/grants.js";
import { suite } from "./support/suite.js";

/** A signed-in page, and what its API is sent, in `seen`: the headers that sign a request. */
async function watched(visit) {
  const { page } = await signedInByPassword(visit);
  /** @type {(string | undefined)[][]} */
  const seen = [];
  let refusals = 0;
  answerAt(visit, ECHO, (req, res) => {
    const key = req.headers["x-api-key"];
    seen.push([req.headers.authorization, key && String(key)]);
    res.status(refusals-- > 0 ? 401 : 200).end();
  });
  return {
    page,
    seen,
    refuse(times) {
      refusals = times;
    },
  };
}

/** Asks with a header that has this token, by a text and by a `Request`. */
const ask = (page, token, more = {}) =>
  page.evaluate(
    async ([url, authorization, others]) => {
      const headers = { authorization, ...others };
      const byText = await auth.fetch(url, { headers });
      const byRequest = await auth.fetch(new Request(url, { headers }));
      return [byText.status, byRequest.status];
    },
    [ECHO, `Bearer ${token}`, more],
  );

const token = (page) => page.evaluate(() => auth.token());
const renew = (page) => page.evaluate(() => auth.renew());

suite("An `Authorization` that the app gives", (claim) => {
  claim("of the session's own token is ours to renew", async (visit) => {
    const { page, seen, refuse } = await watched(visit);
    const first = await token(page);
    await ask(page, first);
    await renew(page);
    const second = await token(page);
    assert.notEqual(first, second);
    // The library still has the old one.
    await ask(page, first);
    assert.deepEqual(
      seen.map(([authorization]) => authorization),
      [first, first, second, second].map((text) => `Bearer ${text}`),
    );
    seen.length = 0;
    refuse(1);
    const [status] = await ask(page, second);
    assert.equal(status, 200);
    const third = await token(page);
    assert.deepEqual(
      seen.map(([authorization]) => authorization),
      [second, third, third].map((text) => `Bearer ${text}`),
    );
  });

  claim("waits for a renewal, and goes with its token", async (visit) => {
    const { page, seen } = await watched(visit);
    const first = await token(page);
    const statuses = await page.evaluate(
      async ([url, authorization]) => {
        const headers = { authorization };
        const renewed = auth.renew();
        const { status } = await auth.fetch(url, { headers });
        await renewed;
        return status;
      },
      [ECHO, `Bearer ${first}`],
    );
    assert.equal(statuses, 200);
    assert.deepEqual(seen, [[`Bearer ${await token(page)}`, undefined]]);
  });

  claim("of anything else is left alone", async (visit) => {
    const { page, seen } = await watched(visit);
    const first = await token(page);
    await renew(page);
    await renew(page);
    for (const given of [first, "another", `${await token(page)}x`]) {
      seen.length = 0;
      await ask(page, given);
      assert.deepEqual(seen, Array(2).fill([`Bearer ${given}`, undefined]));
    }
    seen.length = 0;
    const own = await token(page);
    await ask(page, own, { "x-api-key": "a.key" });
    assert.deepEqual(seen, Array(2).fill([`Bearer ${own}`, "a.key"]));
  });

  claim("of a session that is over is left alone", async (visit) => {
    const { page, seen } = await watched(visit);
    const before = await token(page);
    await page.evaluate(async () => {
      await auth.logout({ local: true });
      await auth.adopt({ accessToken: "the-next-users" });
    });
    visit.secrets.push("the-next-users");
    await ask(page, before);
    assert.deepEqual(seen, Array(2).fill([`Bearer ${before}`, undefined]));
  });
});

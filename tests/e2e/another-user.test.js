import assert from "node:assert/strict";
import {
  answerAt,
  CREDENTIALS,
  ECHO,
  signedInByPassword,
  stored,
  TOKEN_PATH,
} from "./support/grants.js";
import { suite } from "./support/suite.js";

/** Signs out, then signs in again, as the next person at a kiosk does. */
const nextUser = (page) =>
  page.evaluate(async (credentials) => {
    await auth.logout({ local: true });
    await auth.loginWithPassword(credentials);
  }, CREDENTIALS);

/** What is sent to `ECHO`: each token. It is held until `answer` is called, with a status. */
function echoing(visit) {
  const sent = [];
  const waiting = [];
  answerAt(visit, ECHO, (req, res) => {
    sent.push(req.headers.authorization ?? req.query.bearer_token);
    waiting.push(res);
  });
  const answer = (status) => {
    for (const res of waiting.splice(0)) res.status(status).json({});
  };
  return { sent, answer };
}

suite("A request of one user", (claim) => {
  for (const method of ["GET", "POST", "PUT"]) {
    claim(
      `${method}: refused after another has signed in, is not sent with the other's token`,
      async (visit) => {
        const { page } = await signedInByPassword(visit);
        const first = await stored(page);
        const { sent, answer } = echoing(visit);
        await page.evaluate(
          ([url, verb]) => {
            const body = verb === "GET" ? undefined : "the first user's";
            window.call = auth
              .fetch(url, { method: verb, body })
              .then(({ status }) => status);
          },
          [ECHO, method],
        );
        await page.waitForTimeout(100);
        await nextUser(page);
        answer(401);
        assert.equal(await page.evaluate(() => call), 401);
        assert.deepEqual(sent, [`Bearer ${first.access_token}`]);
      },
    );
  }

  claim(
    "that waits in `fetch`, `token()`, `signUrl`, `openWebSocket` or `renew()` while another signs in, is told to sign in",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      const { sent, answer } = echoing(visit);
      // The renewal is never answered; the next sign-in is.
      let held = 0;
      const before = visit.world.sandbox.intercept;
      visit.world.sandbox.intercept = (req, res, next) => {
        const form = [];
        if (req.path !== TOKEN_PATH || held > 0) {
          return before ? before(req, res, next) : next();
        }
        held += 1;
        req.on("data", (chunk) => form.push(chunk));
      };
      await page.evaluate(
        ([url]) => {
          const upload = (method) =>
            auth.fetch(url, {
              method,
              body: new Blob(["once"]).stream(),
              duplex: "half",
            });
          const waits = [
            auth.renew(),
            upload("POST"),
            upload("PUT"),
            auth.token(),
            auth.signUrl(url),
            auth.openWebSocket(),
          ];
          // It can be sent again, so it may go as the first user's.
          void auth.fetch(url).catch(() => {});
          window.waits = Promise.all(
            waits.map((wait) =>
              wait.then(
                () => "settled",
                ({ code }) => code,
              ),
            ),
          );
        },
        [ECHO],
      );
      await page.waitForTimeout(300);
      assert.equal(held, 1);
      // In the place of the first: without a sign-out in between that would end the waits.
      await page.evaluate((credentials) => {
        void auth.loginWithPassword(credentials);
      }, CREDENTIALS);
      assert.deepEqual(
        await page.evaluate(() => waits),
        Array(6).fill("login_required"),
      );
      const second = await stored(page);
      assert.ok(!sent.includes(`Bearer ${second.access_token}`));
      answer(200);
    },
  );
});

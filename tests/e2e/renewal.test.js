import assert from "node:assert/strict";
import {
  answerAt,
  BARE,
  heard,
  hold,
  listen,
  renewals,
  signedInByPassword,
  statusOf,
  stored,
  TOKEN_PATH,
  tokenPosts,
  until,
  withClock,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";

suite("A renewal", (claim) => {
  claim(
    "has stored its refresh token before anyone hears of it",
    async (visit) => {
      visit.world.sandbox.strictRotation = true;
      const { page, options } = await signedInByPassword(visit);
      const old = await stored(page);
      const seen = await page
        .evaluate(async () => {
          const [key] = Object.keys(sessionStorage).filter((name) =>
            name.startsWith("placeos-auth:session:"),
          );
          const texts = [];
          auth.subscribe(() => {
            texts.push(sessionStorage[key]);
            // Whatever the app does, the only good refresh token is safe.
            location.reload();
          });
          await auth.renew();
          return texts;
        })
        .catch(() => undefined);
      await page.waitForTimeout(200);
      await ready(page);
      const now = await stored(page);
      assert.notEqual(now.refresh_token, old.refresh_token);
      if (seen) assert.match(seen[0], new RegExp(now.refresh_token));
      assert.ok((await create(page, options)).session);
      assert.ok(await page.evaluate(() => auth.renew()));
    },
  );

  claim("of a short token comes before its end, really", async (visit) => {
    const { sandbox } = visit.world;
    Object.assign(sandbox, { strictRotation: true, tokenLifetime: 4 });
    const { page } = await signedInByPassword(visit);
    await listen(page);
    for (const end = Date.now() + 6000; Date.now() < end;) {
      assert.equal(await statusOf(visit, page), 200);
      await page.waitForTimeout(300);
    }
    assert.ok(renewals(visit).length > 0);
    const types = new Set((await heard(page)).flat());
    assert.deepEqual([...types], ["renewed"]);
  });

  claim("of a token that ended meanwhile comes first", async (visit) => {
    const { sandbox } = visit.world;
    Object.assign(sandbox, { strictRotation: true, tokenLifetime: 2 });
    const { page, options } = await signedInByPassword(visit);
    await page.goto("about:blank");
    await page.waitForTimeout(2500);
    await page.goto(visit.world.app + BARE);
    await ready(page);
    const { session } = await create(page, options);
    assert.equal(session.canRenew, true, "there is one, without a token yet");
    assert.equal(await statusOf(visit, page), 200);
    assert.equal(renewals(visit).length, 1);
  });

  claim("is due when the app says: 300 s before the end", async (visit) => {
    await withClock(visit);
    const { page } = await signedInByPassword(visit, { renewBefore: 300 });
    await page.clock.fastForward(6_860_000);
    await page.waitForTimeout(200);
    assert.equal(renewals(visit).length, 0, "too early");
    await page.clock.fastForward(50_000);
    await until(() => renewals(visit).length > 0, "it was renewed");
  });

  claim(
    "is shared by all who ask at once, two clients among them",
    async (visit) => {
      visit.world.sandbox.strictRotation = true;
      const { page, options } = await signedInByPassword(visit);
      await listen(page);
      const renewal = hold(visit, TOKEN_PATH);
      const all = page.evaluate(async (given) => {
        const other = await createAuth(given);
        const [one, two, three, ...tokens] = await Promise.all([
          auth.renew(),
          other.renew(),
          auth.renew(),
          auth.token(),
          other.token(),
        ]);
        return { sessions: [one, two, three], tokens };
      }, options);
      await renewal.arrived;
      renewal.release();
      const { sessions, tokens } = await all;
      const now = await stored(page);
      assert.deepEqual(tokens, Array(2).fill(now.access_token));
      assert.deepEqual(sessions, Array(3).fill(sessions[0]));
      assert.equal(renewals(visit).length, 1);
      assert.deepEqual(await heard(page), [["renewed"]]);
    },
  );

  claim(
    "that failed says nothing of the next one, which begins at once",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      await listen(page);
      let asked = 0;
      answerAt(visit, TOKEN_PATH, (_req, res, next) =>
        ++asked === 1 ? res.status(503).end() : next(),
      );
      const outcomes = await page.evaluate(async () => [
        await settled(auth.renew()),
        await settled(auth.renew()),
      ]);
      assert.equal(outcomes[0].error?.code, "temporarily_unavailable");
      assert.equal(outcomes[1].error, undefined);
      assert.deepEqual(await heard(page), [
        ["renewal-failed", "temporarily_unavailable"],
        ["renewed"],
      ]);
    },
  );

  claim(
    "that a listener begins anew keeps nobody waiting who waited for the last",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      answerAt(visit, TOKEN_PATH, (_req, res) => res.status(503).end());
      const codes = await page.evaluate(async () => {
        const stop = auth.subscribe(({ type }) => {
          if (type === "renewal-failed") void auth.renew().catch(() => {});
        });
        const calls = [auth.renew(), auth.renew()].map(settled);
        const outcomes = await Promise.all(calls);
        stop();
        return outcomes.map(({ error }) => error?.code);
      });
      assert.deepEqual(codes, Array(2).fill("temporarily_unavailable"));
    },
  );

  claim(
    "makes no difference to what was to be sent: later changes come too late",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      const renewal = hold(visit, TOKEN_PATH);
      await page.evaluate(() => {
        window.renewed = auth.renew();
        const url = new URL("/api/echo?n=1", location.href);
        const headers = new Headers({ "X-Mine": "1" });
        const init = { method: "POST", body: "one", headers };
        window.sent = auth.fetch(url, init);
        url.search = "?n=2";
        headers.set("X-Mine", "2");
        Object.assign(init, { method: "PUT", body: "two" });
        const once = new Map([["X-Mine", "3"]]).entries();
        window.once = auth.fetch("/api/echo?n=3", { headers: once });
      });
      await renewal.arrived;
      renewal.release();
      await page.evaluate(() => Promise.all([sent, once, renewed]));
      const asked = visit.world.sandbox.requests
        .filter(({ url }) => url.startsWith("/api/echo"))
        .map(({ method, url, headers }) => [method, url, headers["x-mine"]])
        .sort();
      assert.deepEqual(asked, [
        ["GET", "/api/echo?n=3", "3"],
        ["POST", "/api/echo?n=1", "1"],
      ]);
    },
  );

  claim("lets a request that waits for it be aborted", async (visit) => {
    const { page } = await signedInByPassword(visit);
    const renewal = hold(visit, TOKEN_PATH);
    await page.evaluate(() => void (window.renewed = auth.renew()));
    await renewal.arrived;
    const name = await page.evaluate(async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = auth.fetch("/api/engine/v2/systems", { signal });
      setTimeout(() => controller.abort(), 100);
      return waiting.catch((error) => error.name);
    });
    assert.equal(name, "AbortError");
    renewal.release();
    await page.evaluate(() => window.renewed);
    const paths = visit.world.sandbox.requests.map(({ url }) => url);
    assert.ok(!paths.some((url) => url.startsWith("/api/")));
  });

  claim("has a request's body sent after it, whole", async (visit) => {
    const { page } = await signedInByPassword(visit);
    const renewal = hold(visit, TOKEN_PATH);
    await page.evaluate(() => void (window.renewed = auth.renew()));
    await renewal.arrived;
    await page.evaluate(() => {
      const body = "x".repeat(50_000);
      window.sent = auth.fetch("/api/engine/v2/x", { method: "PUT", body });
    });
    renewal.release();
    const status = await page.evaluate(async () => (await sent).status);
    assert.equal(status, 404);
    const put = visit.requests.find(({ method }) => method === "PUT");
    assert.equal(put.body.length, 50_000);
    const { access_token } = await stored(page);
    assert.equal(put.headers.authorization, `Bearer ${access_token}`);
  });

  claim(
    "that gives no new refresh token leaves the old one, nor scope and end what isn't said",
    async (visit) => {
      const { page } = await signedInByPassword(visit, {
        scope: "public admin",
      });
      const old = await stored(page);
      const end = answerAt(visit, TOKEN_PATH, (_req, res) =>
        res.json({ access_token: "sparse", token_type: "bearer" }),
      );
      const session = await page.evaluate(() => auth.renew());
      assert.deepEqual(session, {
        flow: "password",
        tokenType: "Bearer",
        scope: "public admin",
        expiresAt: null,
        canRenew: true,
      });
      assert.equal((await stored(page)).refresh_token, old.refresh_token);
      end();
      await page.evaluate(() => auth.renew());
      const sent = renewals(visit).map(({ form }) => form.refresh_token);
      assert.deepEqual(sent, Array(2).fill(old.refresh_token));
    },
  );

  claim(
    "is not to be had by the implicit flow of a server that knows nobody",
    async (visit) => {
      const page = await visit.signedIn();
      const { error, session } = await page.evaluate(async () => ({
        ...(await settled(auth.renew())),
        session: auth.session,
      }));
      assert.equal(error?.code, "login_required");
      assert.equal(session.canRenew, false, "and the session stays");
      assert.equal(tokenPosts(visit).length, 0);
    },
  );

  claim("is not to be had where nobody is signed in", async (visit) => {
    const page = await visit.open();
    await create(page);
    const { error } = await page.evaluate(() => settled(auth.renew()));
    assert.equal(error?.code, "login_required");
  });
});

suite("While the token endpoint hangs", (claim) => {
  claim(
    "what can be sent again goes after two seconds with the token there is; the rest waits",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      await listen(page);
      const server = hold(visit, TOKEN_PATH);
      const seen = await page.evaluate(async (url) => {
        const begun = performance.now();
        void auth.renew().catch(() => {});
        const once = new Blob(["once"]).stream();
        let isSent = false;
        window.upload = auth
          .fetch(url, { method: "POST", body: once, duplex: "half" })
          .finally(() => {
            isSent = true;
          })
          .catch(({ name }) => name);
        const responses = await Promise.all([
          auth.fetch(url),
          auth.fetch(new Request(url)),
          auth.fetch(url, { method: "PUT", body: "again" }),
        ]);
        const statuses = responses.map(({ status }) => status);
        return { statuses, isSent, took: performance.now() - begun };
      }, "/api/engine/v2/systems");
      assert.deepEqual(seen.statuses, [200, 200, 404]);
      assert.equal(seen.isSent, false);
      assert.ok(seen.took >= 1950 && seen.took < 8000, `${seen.took} ms`);
      server.release();
      await page.evaluate(() => upload);
    },
  );
});

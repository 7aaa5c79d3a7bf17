import assert from "node:assert/strict";
import { answerWith } from "./support/answers.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready } from "./support/visit.js";

const SHORT = answerWith({ expires_in: "2" });

suite("The end of a token's life", (claim) => {
  claim("is announced once, and nothing is signed after it", async (visit) => {
    const { page } = await visit.outcome(SHORT);
    const seen = await page.evaluate(async () => {
      const heard = [];
      await new Promise((resolve) => {
        auth.subscribe((event) => {
          heard.push([event.type, auth.session, Object.isFrozen(event)]);
          resolve(undefined);
        });
      });
      await new Promise((resolve) => setTimeout(resolve, 200));
      const url = "/api/engine/v2/systems";
      return {
        heard,
        token: await settled(auth.token()),
        fetch: await settled(auth.fetch(url)),
        signUrl: await settled(auth.signUrl(url)),
      };
    });
    assert.deepEqual(seen.heard, [["expired", null, true]]);
    for (const call of ["token", "fetch", "signUrl"]) {
      assert.equal(seen[call].error?.code, "login_required", call);
    }
    assert.deepEqual(await keysOf(page), []);
    const called = visit.world.sandbox.requests;
    assert.ok(!called.some(({ url }) => url.startsWith("/api/")));
  });

  claim("is the moment at which `session` becomes null", async (visit) => {
    const { page } = await visit.outcome(SHORT);
    const unannounced = await page.evaluate(async () => {
      let announced = false;
      auth.subscribe(() => (announced = true));
      while (auth.session) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const gone = Date.now();
      while (!announced && Date.now() < gone + 3000) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return Date.now() - gone;
    });
    assert.ok(
      unannounced < 250,
      `${unannounced} ms without a word to listeners`,
    );
  });

  claim("that came while the app was away leaves no session", async (visit) => {
    const { page } = await visit.outcome(SHORT);
    await page.goto("about:blank");
    await page.waitForTimeout(2000);
    await page.goto(`${visit.world.app}/app/bare.html`);
    await ready(page);
    assert.deepEqual(await create(page), {
      session: null,
      redirect: { status: "none" },
    });
    assert.deepEqual(await keysOf(page), []);
  });

  claim("is not announced after close()", async (visit) => {
    const { page } = await visit.outcome(SHORT);
    const heard = await page.evaluate(async () => {
      const events = [];
      auth.subscribe(({ type }) => events.push(type));
      auth.close();
      await new Promise((resolve) => setTimeout(resolve, 2200));
      return events;
    });
    assert.deepEqual(heard, []);
  });

  claim("does not come where the server named none", async (visit) => {
    const endless = answerWith({ expires_in: undefined });
    const { page, session } = await visit.outcome(endless);
    assert.equal(session.expiresAt, null);
    await page.reload();
    await ready(page);
    assert.equal((await create(page)).session.expiresAt, null);
  });
});

suite("Listeners", (claim) => {
  claim("hear of a sign-out until they stop listening", async (visit) => {
    const page = await visit.signedIn();
    const heard = await page.evaluate(async () => {
      const events = [];
      const listen = (name) =>
        auth.subscribe(({ type }) => events.push(`${name} ${type}`));
      listen("one");
      const stop = listen("two");
      stop();
      stop();
      await auth.logout({ local: true });
      return events;
    });
    assert.deepEqual(heard, ["one signed-out"]);
  });

  claim("that throw don't stop the others, and are reported", async (visit) => {
    const page = await visit.signedIn();
    const seen = await page.evaluate(async () => {
      const reported = [];
      addEventListener("error", ({ error }) => reported.push(error.message));
      const heard = [];
      auth.subscribe(() => {
        throw new Error("of the app's own");
      });
      auth.subscribe(({ type }) => heard.push(type));
      await auth.logout({ local: true });
      return { reported, heard };
    });
    assert.deepEqual(seen, {
      reported: ["of the app's own"],
      heard: ["signed-out"],
    });
  });

  claim(
    "may call anything, and see the session as it is then",
    async (visit) => {
      const page = await visit.signedIn();
      const seen = await page.evaluate(async () => {
        const states = [];
        const stop = auth.subscribe(() => {
          states.push(auth.session);
          stop();
          auth.subscribe(() => states.push("new"));
          auth.close();
        });
        await auth.logout({ local: true });
        await auth.logout({ local: true });
        return states;
      });
      assert.deepEqual(seen, [null]);
    },
  );

  claim("are heard even if the app kept nothing of ours", async (visit) => {
    const { page } = await visit.outcome(SHORT);
    const heard = await page.evaluate(async () => {
      const heard = new Promise((resolve) => {
        auth.subscribe(({ type }) => resolve(type));
      });
      window.auth = undefined;
      for (let round = 0; round < 3; round++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return heard;
    });
    assert.equal(heard, "expired");
  });

  claim("have to be functions", async (visit) => {
    const page = await visit.open();
    await create(page);
    const code = await page.evaluate(() => {
      try {
        auth.subscribe("not a function");
      } catch (error) {
        return plainError(error).code;
      }
    });
    assert.equal(code, "configuration");
  });
});

suite("`session`", (claim) => {
  claim(
    "is one frozen object until something changes, without the token",
    async (visit) => {
      const page = await visit.signedIn();
      const seen = await page.evaluate(async () => {
        const { session } = auth;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return {
          same: auth.session === session,
          frozen: Object.isFrozen(session),
          keys: Object.keys(session),
          text: JSON.stringify([auth, auth.session, auth.redirect]),
        };
      });
      assert.equal(seen.same, true);
      assert.equal(seen.frozen, true);
      assert.deepEqual(seen.keys.sort(), [
        "canRenew",
        "expiresAt",
        "flow",
        "scope",
        "tokenType",
      ]);
      for (const secret of visit.secrets)
        assert.ok(!seen.text.includes(secret));
    },
  );

  claim("and `redirect` can't be set", async (visit) => {
    const page = await visit.signedIn();
    const seen = await page.evaluate(() => {
      const attempts = [
        () => Object.assign(auth, { session: null }),
        () => Object.assign(auth.redirect, { status: "none" }),
        () => Object.assign(auth.session, { expiresAt: Infinity }),
      ];
      return attempts.map((attempt) => {
        try {
          attempt();
          return undefined;
        } catch (error) {
          return plainError(error).name;
        }
      });
    });
    assert.deepEqual(seen, ["TypeError", "TypeError", "TypeError"]);
    const { session, redirect } = await page.evaluate(() => plain(auth));
    assert.ok(Number.isFinite(session.expiresAt));
    assert.equal(redirect.status, "signed-in");
  });
});

import assert from "node:assert/strict";
import { answerWith, refuseWith } from "./support/answers.js";
import { BARE } from "./support/grants.js";
import { suite } from "./support/suite.js";
import {
  changeSignIn,
  create,
  historyOf,
  keysOf,
  leave,
  ready,
} from "./support/visit.js";

const DEEP = "/app/rooms/7?floor=2&x=b%20c#plan?a=1";

suite("The page the user left", (claim) => {
  claim("on another path is loaded, and has the answer", async (visit) => {
    const { app } = visit.world;
    const options = { redirectUri: `${app}${BARE}` };
    visit.answer(answerWith());
    const page = await visit.open(DEEP);
    await page.evaluate(() => history.replaceState({ scroll: 12 }, ""));
    await visit.signInUntilAnswered(page, options, {
      appState: { step: [1, "zwei", null] },
    });
    assert.equal(new URL(page.url()).pathname, BARE);

    const leftNow = page.waitForURL(app + DEEP);
    await create(page, options).catch(() => {});
    await leftNow;
    await ready(page);
    const { session, redirect } = await create(page, options);
    assert.ok(session);
    assert.deepEqual(redirect, {
      status: "signed-in",
      returnTo: app + DEEP,
      appState: { step: [1, "zwei", null] },
    });
    assert.deepEqual(await page.evaluate(() => history.state), { scroll: 12 });
    assert.ok(
      !(await historyOf(page)).some((entry) => entry.includes("token=")),
    );
    assert.equal((await keysOf(page)).length, 1);

    await page.reload();
    await ready(page);
    const reloaded = await create(page, options);
    assert.deepEqual(reloaded, { session, redirect: { status: "none" } });
  });

  claim(
    "on the same path is put back without loading anything",
    async (visit) => {
      const page = await visit.open(`${BARE}?a=1`);
      visit.answer(answerWith());
      const login = { returnTo: "?b=2#here" };
      await visit.signInUntilAnswered(page, undefined, login);
      const before = visit.requests.length;
      const { redirect } = await create(page);
      const target = `${visit.world.app}${BARE}?b=2#here`;
      assert.equal(redirect.returnTo, target);
      assert.equal(page.url(), target);
      assert.equal(visit.requests.length, before);
    },
  );

  claim(
    "is not left for a session that would not outlive the way",
    async (visit) => {
      const options = { storage: "memory" };
      const login = { returnTo: DEEP };
      const given = { options, login };
      const { page, session, redirect } = await visit.outcome(
        answerWith(),
        given,
      );
      assert.ok(session);
      assert.equal(redirect.returnTo, visit.world.app + DEEP);
      await page.waitForTimeout(200);
      assert.equal(page.url(), visit.world.app + BARE);
      assert.ok(visit.lines.some((line) => line.includes("redirect.returnTo")));
    },
  );

  claim("may be said as a URL", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    await create(page);
    await page.evaluate(() => {
      const returnTo = new URL("/app/bare.html?as=url", location.href);
      auth.login({ returnTo });
    });
    await page.waitForURL(/access_token/);
    await ready(page);
    await create(page);
    assert.equal(page.url(), `${visit.world.app}${BARE}?as=url`);
  });

  claim(
    "on another origin is untrusted_url, and nothing begins",
    async (visit) => {
      const page = await visit.open();
      await create(page);
      const { host } = new URL(visit.world.app);
      for (const returnTo of [
        "javascript:alert(1)",
        "\tjava\nscript:alert(1)",
        "data:text/html,x",
        `blob:${visit.world.app}/x`,
        "about:blank",
        "https://attacker.test/",
        "//attacker.test",
        "/\\attacker.test",
        "\\\\attacker.test",
        "/\t/attacker.test",
        `https://${host}/`,
        `http://${host}.attacker.test/`,
        `http://${host}@attacker.test/`,
        `http://me@${host}/`,
        `ftp://${host}/`,
        "https://",
      ]) {
        const { error } = await page.evaluate(
          (given) => settled(auth.login(given)),
          { returnTo },
        );
        assert.equal(error?.code, "untrusted_url", returnTo);
      }
      assert.deepEqual(await keysOf(page), []);
      assert.equal(page.url(), visit.world.app + BARE);
    },
  );

  claim("is not what someone wrote into the record", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    for (const forged of ["https://attacker.test/", "javascript:alert(1)"]) {
      await visit.signInUntilAnswered(page);
      await changeSignIn(page, "return_to", forged);
      const seen = await page.evaluate(async () => {
        const called = [];
        const navigate = (url) => called.push(url.href);
        window.auth = await createAuth({ navigate });
        return { called, ...plain(window.auth) };
      });
      assert.deepEqual(seen.called, []);
      assert.equal(page.url(), visit.world.app + BARE);
      const told = seen.redirect.returnTo;
      assert.notEqual(told, forged, "nor is the app told to go there");
    }
  });

  claim(
    "is not gone to after a refusal on a page of the app's",
    async (visit) => {
      const { page, redirect } = await visit.outcome(refuseWith(), {
        login: { returnTo: DEEP },
      });
      assert.equal(redirect.status, "failed");
      await page.waitForTimeout(200);
      assert.equal(page.url(), visit.world.app + BARE);
    },
  );
});

suite("The app's own way to navigate", (claim) => {
  const navigated = (page, options) =>
    page.evaluate(
      async (given) => {
        const urls = [];
        const navigate = (url) => {
          urls.push([url instanceof URL, url.href]);
          if (given.throws) throw new Error("of the app's own");
        };
        window.auth = await createAuth({ navigate });
        return urls;
      },
      { ...options },
    );

  for (const returnTo of [DEEP, `${BARE}?b=2`]) {
    claim(
      `is called once, with the URL, and is all that moves the page: ${returnTo}`,
      async (visit) => {
        visit.answer(answerWith());
        const page = await visit.open();
        await visit.signInUntilAnswered(page, undefined, { returnTo });
        assert.deepEqual(await navigated(page), [
          [true, visit.world.app + returnTo],
        ]);
        await page.waitForTimeout(200);
        assert.equal(page.url(), visit.world.app + BARE);
        const { redirect } = await page.evaluate(() => plain(auth));
        assert.equal(redirect.returnTo, visit.world.app + returnTo);
      },
    );
  }

  claim("is not called where the user is there already", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page);
    assert.deepEqual(await navigated(page), []);
  });

  claim("that throws is reported, and ours is taken", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page, undefined, {
      returnTo: `${BARE}?b=2`,
    });
    assert.equal((await navigated(page, { throws: true })).length, 1);
    assert.equal(page.url(), `${visit.world.app}${BARE}?b=2`);
    assert.ok(visit.lines.some((line) => line.includes("of the app's own")));
  });
});

suite("Data of the app's own", (claim) => {
  claim(
    "comes back as JSON tells it, and is undefined where there was none",
    async (visit) => {
      const page = await visit.open();
      visit.answer(answerWith());
      for (const appState of [
        undefined,
        null,
        false,
        "a&b=c+d %zz #ü\u0000🚪",
        { a: ["x".repeat(100_000), 1.5, null] },
      ]) {
        await create(page);
        await leave(page, { appState });
        await page.waitForURL(/access_token/);
        await ready(page);
        const { redirect } = await create(page);
        assert.deepEqual(redirect.appState, appState);
      }
    },
  );
});

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  answerWith,
  encode,
  FOREIGN_STATE,
  GOOD,
  refuseWith,
} from "./support/answers.js";
import { CALLBACK, throughCallback } from "./support/callback.js";
import { PLACEOS, standInForOthers } from "./support/elsewhere.js";
import { suite } from "./support/suite.js";
import { create, historyOf, leave, ready } from "./support/visit.js";

const DEEP = "/app/rooms/7?floor=2#plan";
const LOGIN = { appState: { step: 2 } };

suite("The ready callback page", (claim) => {
  claim(
    "brings the user back signed in, with what the app gave",
    async (visit) => {
      const { page, session, redirect } = await throughCallback(
        visit,
        {},
        { path: DEEP, login: LOGIN, isTyped: true },
      );
      assert.ok(session);
      assert.deepEqual(redirect, {
        status: "signed-in",
        returnTo: visit.world.app + DEEP,
        appState: { step: 2 },
      });
      assert.deepEqual(await page.evaluate(() => history.state), {
        scroll: 12,
      });
      const response = await page.evaluate(
        async () => (await auth.fetch("/api/engine/v2/zones")).status,
      );
      assert.equal(response, 200);
      assert.doesNotMatch((await historyOf(page)).join(), /access_token/);
    },
  );

  for (const storage of ["local", "session"]) {
    claim(
      `works by the options it was begun with: another server, "${storage}", a scope`,
      async (visit) => {
        await standInForOthers(visit);
        const options = {
          server: PLACEOS,
          storage,
          scope: "public admin",
          clientId: "an app",
        };
        const { session, redirect } = await throughCallback(visit, options, {
          path: DEEP,
        });
        assert.equal(session.scope, "public admin");
        assert.equal(redirect.status, "signed-in");
      },
    );
  }

  claim("brings a refusal back to the app", async (visit) => {
    visit.answer(
      refuseWith({
        error_description: "The owner said no.",
        error_uri: "https://placeos.test/why",
      }),
    );
    const { session, redirect } = await throughCallback(
      visit,
      {},
      { path: DEEP },
    );
    assert.equal(session, null);
    assert.equal(redirect.status, "failed");
    const { name, code, description, uri } = redirect.error;
    assert.deepEqual(
      { name, code, description, uri },
      {
        name: "AuthError",
        code: "access_denied",
        description: "The owner said no.",
        uri: "https://placeos.test/why",
      },
    );
  });

  claim("brings an answer that is refused back to the app", async (visit) => {
    visit.answer(answerWith({ token_type: "mac" }));
    const { session, redirect } = await throughCallback(
      visit,
      {},
      { path: DEEP },
    );
    assert.equal(session, null);
    assert.equal(redirect.error.code, "invalid_response");
  });

  claim("opened by hand says what it is for, and stays", async (visit) => {
    for (const answer of [
      "",
      `#${encode({ ...GOOD, state: FOREIGN_STATE })}`,
      `?${encode({ error: "access_denied", state: "placeos-auth.x" })}`,
    ]) {
      const page = await visit.open(CALLBACK + answer);
      const status = page.getByRole("status");
      await status.filter({ hasText: "sign in there" }).waitFor();
      assert.equal(page.url(), visit.world.app + CALLBACK);
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
      await page.getByRole("link", { name: "Go to the app" }).click();
      await page.getByRole("button", { name: "Sign in" }).waitFor();
    }
  });

  claim("leaves another provider's answer alone", async (visit) => {
    const theirs = "#access_token=theirs&state=af0ifjsldkj";
    const page = await visit.open(CALLBACK + theirs);
    await page
      .getByRole("status")
      .filter({ hasText: "sign in there" })
      .waitFor();
    assert.equal(page.url(), visit.world.app + CALLBACK + theirs);
  });

  claim("says so where the session can't be brought along", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open(DEEP);
    const redirectUri = visit.world.app + CALLBACK;
    await create(page, { redirectUri, storage: "memory" });
    await leave(page);
    await page.waitForURL((url) => url.pathname === CALLBACK && !url.hash);
    await page.waitForTimeout(300);
    const status = await page.getByRole("status").textContent();
    assert.doesNotMatch(status, /Signing in…/, "it isn't any more");
  });

  claim(
    "takes nothing from elsewhere, and its policy has no complaint",
    async (visit) => {
      visit.answer(answerWith());
      await throughCallback(visit, {}, { path: DEEP });
      for (const { url } of visit.requests)
        assert.ok(url.startsWith(visit.world.app), url);
      assert.deepEqual(
        visit.lines.filter((line) =>
          /Content.Security.Policy|Refused/i.test(line),
        ),
        [],
      );
    },
  );
});

suite("A callback page of the app's own", (claim) => {
  const answered = async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open(DEEP);
    const options = { redirectUri: `${visit.world.app}/app/bare.html` };
    await visit.signInUntilAnswered(page, options, LOGIN);
    return { page, options };
  };

  claim(
    "goes back to the app by itself, and the app has the answer",
    async (visit) => {
      const { page, options } = await answered(visit);
      const gone = page.waitForURL(visit.world.app + DEEP);
      await page.evaluate(() => {
        completeSignIn();
      });
      await gone;
      await ready(page);
      const { session, redirect } = await create(page, options);
      assert.ok(session);
      assert.equal(redirect.status, "signed-in");
      assert.deepEqual(redirect.appState, { step: 2 });
    },
  );

  claim("may be mounted twice", async (visit) => {
    const page = await visit.open(DEEP);
    visit.answer(answerWith());
    const options = { redirectUri: `${visit.world.app}/app/bare.html` };
    await visit.signInUntilAnswered(page, options);
    // The page goes back as soon as it can: not before it is looked at.
    await visit.context.route(/rooms/, async (route) => {
      await sleep(1000);
      await route.continue();
    });
    const errors = await page.evaluate(async () => {
      const both = [completeSignIn(), completeSignIn()].map(settled);
      return (await Promise.all(both)).map(({ error }) => error?.code ?? null);
    });
    assert.deepEqual(errors, [null, null]);
  });

  claim("names an option it doesn't know", async (visit) => {
    const page = await visit.open();
    for (const name of ["server", "navigate"]) {
      const { error } = await page.evaluate(
        (name) => settled(completeSignIn({ [name]: "x" })),
        name,
      );
      assert.equal(error.code, "configuration");
      assert.match(error.message, new RegExp(`\`${name}\``));
    }
  });
});

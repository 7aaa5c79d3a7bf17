// What pages do to `history.replaceState`, Office add-ins among them: the answer leaves the address bar all the same.
import assert from "node:assert/strict";
import {
  answerWith,
  encode,
  FOREIGN_STATE,
  refuseWith,
} from "./support/answers.js";
import { throughCallback } from "./support/callback.js";
import { BARE, byCode } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, historyOf, ready, typePassword } from "./support/visit.js";

const TAKEN_AWAY = {
  "blanked, as Office does": "history.replaceState = history.pushState = null",
  "blanked for good":
    "Object.defineProperty(history, 'replaceState', { value: null })",
  throwing: "history.replaceState = () => { throw new Error('no') }",
  "doing nothing": "history.replaceState = () => {}",
  "deleted from the prototype":
    "if (window === top) delete History.prototype.replaceState",
  "doing nothing in the prototype":
    "if (window === top) History.prototype.replaceState = () => {}",
};
// An init script runs in frames as well, so that no realm is clean.
const GONE = "History.prototype.replaceState = () => {}";

const addressOf = (page) => page.evaluate(() => location.href);

for (const [how, script] of Object.entries(TAKEN_AWAY)) {
  suite(`history.replaceState ${how}`, (claim) => {
    claim(
      "a token leaves the address bar, and nothing else does",
      async (visit) => {
        await visit.context.addInitScript(script);
        visit.answer(answerWith());
        const page = await visit.open(`${BARE}?a=1#there`);
        await visit.signInUntilAnswered(page);
        const { session, redirect } = await create(page);
        assert.ok(session);
        assert.equal(redirect.status, "signed-in");
        assert.equal(
          await addressOf(page),
          `${visit.world.app}${BARE}?a=1#there`,
        );
        assert.doesNotMatch((await historyOf(page)).join(), /access_token/);
        assert.equal(await page.locator("iframe").count(), 0);
      },
    );
  });
}

for (const how of [
  "blanked, as Office does",
  "doing nothing in the prototype",
]) {
  suite(`history.replaceState ${how}`, (claim) => {
    claim(
      "a code leaves the address bar, without another page load",
      async (visit) => {
        await visit.context.addInitScript(TAKEN_AWAY[how]);
        const options = byCode(visit);
        const page = await visit.open();
        await Promise.all([
          visit.signInUntilAnswered(page, options),
          typePassword(page),
        ]);
        await page.evaluate(() => (window.isSame = true));
        assert.ok((await create(page, options)).session);
        assert.equal(await addressOf(page), visit.world.app + BARE);
        assert.equal(await page.evaluate(() => window.isSame), true);
      },
    );
  });
}

suite("history.replaceState gone in every realm", (claim) => {
  claim("a token leaves the address bar at once", async (visit) => {
    await visit.context.addInitScript(GONE);
    visit.answer(answerWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page);
    await page.evaluate(() => (window.isSame = true));
    const { session } = await create(page);
    assert.ok(session);
    assert.equal(
      (await addressOf(page)).replace(/#$/, ""),
      visit.world.app + BARE,
    );
    assert.doesNotMatch((await historyOf(page)).join(), /access_token/);
    assert.equal(await page.evaluate(() => window.isSame), true);
  });

  /** Creates the client on a page that is left by that; its outcome on the page that comes. */
  async function createAndReload(visit, page, options) {
    const loaded = page.waitForEvent("load");
    await create(page, options).catch(() => {});
    await loaded;
    await ready(page);
    return create(page, options);
  }

  claim(
    "a code leaves with the page, once, and the outcome stays",
    async (visit) => {
      await visit.context.addInitScript(GONE);
      const options = byCode(visit);
      const page = await visit.open(`${BARE}?a=1#there`);
      await Promise.all([
        visit.signInUntilAnswered(page, options, { appState: [1] }),
        typePassword(page),
      ]);
      const { session, redirect } = await createAndReload(visit, page, options);
      assert.equal(session?.flow, "code");
      const returnTo = `${visit.world.app}${BARE}?a=1#there`;
      assert.deepEqual(redirect, {
        status: "signed-in",
        returnTo,
        appState: [1],
      });
      assert.equal(await addressOf(page), returnTo);
      assert.doesNotMatch((await historyOf(page)).join(), /code=/);
      const loads = visit.requests.filter(({ url }) =>
        url.includes(`${BARE}?a=1`),
      );
      assert.equal(loads.length, 2, "before the sign-in, and after it");
    },
  );

  claim("so does a refusal", async (visit) => {
    await visit.context.addInitScript(GONE);
    const options = byCode(visit);
    const page = await visit.open();
    visit.answer((asked) => refuseWith()(asked).replace("#", "?"));
    await visit.signInUntilAnswered(page, options);
    const { redirect } = await createAndReload(visit, page, options);
    assert.equal(redirect.error?.code, "access_denied");
    assert.equal(await addressOf(page), visit.world.app + BARE);
  });

  claim("an address that leads back is left no second time", async (visit) => {
    await visit.context.addInitScript(GONE);
    const page = await visit.open();
    const stray = `${BARE}?${encode({ code: "x", state: FOREIGN_STATE })}`;
    let loads = 0;
    await visit.context.route(
      (url) => url.pathname === BARE,
      (route, request) => {
        loads += 1;
        return request.url().includes("state=")
          ? route.continue()
          : route.fulfill({ status: 302, headers: { location: stray } });
      },
    );
    await page.goto(visit.world.app + stray);
    await ready(page);
    const { redirect } = await createAndReload(visit, page);
    assert.equal(redirect.error.code, "state_mismatch");
    const before = loads;
    await page.waitForTimeout(1_000);
    assert.equal(loads, before);
    assert.ok(
      visit.lines.some((line) => /address bar can't be changed/.test(line)),
    );
  });

  claim(
    "a session that can't be kept stays with its page, which says so",
    async (visit) => {
      await visit.context.addInitScript(GONE);
      const options = byCode(visit, { storage: "memory" });
      const page = await visit.open();
      await Promise.all([
        visit.signInUntilAnswered(page, options),
        typePassword(page),
      ]);
      const { session } = await create(page, options);
      assert.ok(session);
      assert.ok(await page.evaluate(() => auth.token()));
      assert.ok(
        visit.lines.some((line) => /address bar can't be changed/.test(line)),
      );
      assert.ok(visit.lines.some((line) => /staying on this page/.test(line)));
    },
  );

  claim("the callback page goes on to the app", async (visit) => {
    await visit.context.addInitScript(GONE);
    const how = { path: "/app/rooms/7?floor=2#plan", isTyped: true };
    const { page, session, redirect } = await throughCallback(
      visit,
      byCode(visit),
      how,
    );
    assert.ok(session, JSON.stringify(redirect));
    assert.doesNotMatch((await historyOf(page)).join(), /code=/);
  });
});

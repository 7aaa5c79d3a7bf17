import assert from "node:assert/strict";
import {
  CREDENTIALS,
  heard,
  hold,
  holdAnswers,
  listen,
  postsTo,
  renewals,
  REVOKE_PATH,
  signedInByPassword,
  statusOf,
  statusWith,
  stored,
  TOKEN_PATH,
  until,
} from "./support/grants.js";
import {
  duplicate,
  renew,
  sessionOf,
  tabsOf,
  tell,
} from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, keysOf } from "./support/visit.js";

/** Three tabs that share a session, one way or the other. */
const SHARED = {
  'by storage "local"': async (visit) => (await tabsOf(visit, 3)).tabs,
  "by duplication": async (visit) => {
    visit.world.sandbox.strictRotation = true;
    const { page, options } = await signedInByPassword(visit);
    const copy = await duplicate(visit, page, options);
    return [page, copy, await duplicate(visit, copy, options)];
  },
};

const signOut = (page) =>
  page.evaluate(() => settled(auth.logout({ local: true })));

/** Every tab has heard this, once, and has no session any more. */
async function assertEnded(tabs, ending) {
  for (const tab of tabs) {
    await until(
      async () => (await heard(tab)).length > 0,
      "it has heard of it",
      3000,
    );
    assert.deepEqual(await heard(tab), [[ending]]);
    assert.equal(await sessionOf(tab), null);
    assert.deepEqual(await keysOf(tab), []);
    const { error } = await tab.evaluate(() => settled(auth.token()));
    assert.equal(error?.code, "login_required");
  }
}

for (const [how, open] of Object.entries(SHARED)) {
  suite(`Tabs that share a session ${how}`, (claim) => {
    claim("are all signed out by one of them, at once", async (visit) => {
      const tabs = await open(visit);
      await Promise.all(tabs.map(listen));
      const { access_token } = await stored(tabs[0]);
      const begun = Date.now();
      await signOut(tabs[1]);
      await assertEnded(tabs, "signed-out");
      assert.ok(Date.now() - begun < 3000);
      assert.equal(await statusWith(visit, access_token), 401);
      await tabs[0].waitForTimeout(300);
      for (const tab of tabs) {
        assert.deepEqual(await heard(tab), [["signed-out"]], "once");
      }
      tell(`signing out in one of three tabs ${how}`, {
        tabs: 3,
        "signed out": (await Promise.all(tabs.map(sessionOf))).filter(
          (session) => session === null,
        ).length,
      });
    });

    claim("all expire by one refused renewal, once", async (visit) => {
      const tabs = await open(visit);
      await Promise.all(tabs.map(listen));
      const before = renewals(visit).length;
      visit.world.sandbox.revokeAll();
      const outcomes = await Promise.all(tabs.map(renew));
      for (const { error } of outcomes) {
        assert.equal(error?.code, "login_required");
      }
      await assertEnded(tabs, "expired");
      assert.equal(renewals(visit).length - before, 1);
    });

    claim(
      "are signed out in the middle of a renewal, whose tokens nobody keeps",
      async (visit) => {
        const tabs = await open(visit);
        await Promise.all(tabs.map(listen));
        const server = holdAnswers(visit, TOKEN_PATH);
        const renewing = renew(tabs[0]);
        await server.arrived;
        const late = JSON.parse(server.answers[0]);
        const begun = Date.now();
        await signOut(tabs[0]);
        assert.ok(Date.now() - begun < 4000, "it didn't wait for the renewal");
        await assertEnded(tabs, "signed-out");
        assert.equal((await renewing).error?.code, "login_required");
        server.release();
        await until(
          () =>
            postsTo(visit, REVOKE_PATH).some(
              ({ form }) => form.token === late.access_token,
            ),
          "what came too late was revoked",
        );
        await tabs[0].waitForTimeout(200);
        assert.equal(await statusWith(visit, late.access_token), 401);
        await assertEnded(tabs, "signed-out");
      },
    );

    claim(
      "are signed out by another than the one that renews",
      async (visit) => {
        const tabs = await open(visit);
        await Promise.all(tabs.map(listen));
        const server = hold(visit, TOKEN_PATH);
        const renewing = [renew(tabs[0]), renew(tabs[2])];
        await server.arrived;
        await signOut(tabs[1]);
        await assertEnded(tabs, "signed-out");
        server.release();
        for (const { error } of await Promise.all(renewing)) {
          assert.equal(error?.code, "login_required");
        }
        await tabs[0].waitForTimeout(300);
        await assertEnded(tabs, "signed-out");
      },
    );
  });
}

const signIn = (page) =>
  page.evaluate(
    (credentials) => auth.loginWithPassword(credentials),
    CREDENTIALS,
  );

suite("A sign-in in another tab", (claim) => {
  claim('disturbs nobody, with storage "session"', async (visit) => {
    const { page, options } = await signedInByPassword(visit);
    const mine = await stored(page);
    await listen(page);
    const other = await visit.open();
    await create(other, options);
    await signIn(other);
    await signOut(other);
    await signIn(other);
    await page.waitForTimeout(300);
    assert.deepEqual(await heard(page), []);
    assert.deepEqual(await stored(page), mine);
    assert.ok((await renew(page)).value);
    assert.equal(await statusOf(visit, page), 200);
    assert.equal(await statusOf(visit, other), 200);
  });

  claim(
    'leaves each tab its own session, with storage "local"',
    async (visit) => {
      const { tabs } = await tabsOf(visit, 2);
      const [one, two] = tabs;
      await listen(one);
      const mine = await one.evaluate(() => auth.token());
      await signIn(two);
      const theirs = await two.evaluate(() => auth.token());
      await one.waitForTimeout(300);
      assert.notEqual(theirs, mine);
      assert.deepEqual(await heard(one), []);
      assert.equal(await one.evaluate(() => auth.token()), mine);
      for (const tab of [one, two, one]) {
        assert.equal((await renew(tab)).error, undefined);
        assert.equal(await statusOf(visit, tab), 200);
      }
      const last = await two.evaluate(() => auth.token());
      assert.equal((await stored(one)).access_token, last, "the later stays");
    },
  );

  claim(
    "and a sign-out in this one leaves nobody a session that is dead without a word",
    async (visit) => {
      const { tabs } = await tabsOf(visit, 2);
      const [one, two] = tabs;
      await signIn(two);
      await listen(two);
      await signOut(one);
      await two.waitForTimeout(300);
      const session = await sessionOf(two);
      if (session === null) {
        assert.deepEqual(await heard(two), [["signed-out"]]);
      } else {
        assert.equal(await statusOf(visit, two), 200);
        assert.deepEqual(await heard(two), []);
      }
    },
  );
});

suite("A client that was closed", (claim) => {
  claim("tells the others of a sign-out all the same", async (visit) => {
    const { tabs } = await tabsOf(visit, 2);
    const [one, two] = tabs;
    await listen(two);
    await one.evaluate(() => auth.close());
    await signOut(one);
    await assertEnded([two], "signed-out");
  });

  claim("finds its session ended when it is opened again", async (visit) => {
    const { tabs, options } = await tabsOf(visit, 2);
    const [one, two] = tabs;
    await one.evaluate(() => auth.close());
    await signOut(two);
    assert.equal((await create(one, options)).session, null);
    assert.deepEqual(await keysOf(one), []);
  });
});

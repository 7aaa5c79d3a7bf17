import assert from "node:assert/strict";
import { answerWith, encode, FOREIGN_STATE, GOOD } from "./support/answers.js";
import { BARE } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, historyOf, leave, ready, reopen } from "./support/visit.js";

const OWN = "?zipcode=1&a=b%20c&x&state=own&code=7";

suite("The address bar after an answer", (claim) => {
  claim("keeps the redirect URI's own query, to the letter", async (visit) => {
    const { app } = visit.world;
    const options = { redirectUri: `${app}${BARE}${OWN}` };
    const path = BARE + OWN;
    const inFragment = await visit.outcome(answerWith(), { options, path });
    assert.ok(inFragment.session);
    assert.equal(inFragment.page.url(), app + path);

    const inQuery = (asked) =>
      `${asked.redirect_uri}&${encode({ error: "access_denied", state: asked.state })}&more=1`;
    const failed = await visit.outcome(inQuery, { options, path });
    assert.equal(failed.redirect.error.code, "access_denied");
    assert.equal(failed.page.url(), `${app}${path}&more=1`);
  });

  claim(
    "keeps the app's parameters around an answer in the query",
    async (visit) => {
      const page = await visit.open();
      const answer = encode({ error: "access_denied", state: FOREIGN_STATE });
      for (const [before, after] of [
        [`?zipcode=1&a=b%20c&x&${answer}`, "?zipcode=1&a=b%20c&x"],
        [
          `?${answer}&zipcode=1&a=b%20c&x=#/rooms?a=1`,
          "?zipcode=1&a=b%20c&x=#/rooms?a=1",
        ],
        [`?&&a=1&&${answer}`, "?&&a=1&"],
      ]) {
        await reopen(page, visit.world.app + BARE + before);
        await create(page);
        assert.equal(page.url(), visit.world.app + BARE + after);
      }
    },
  );

  claim("never has the token in an entry of the history", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page);
    const before = await page.evaluate(() => history.length);
    await create(page);
    assert.doesNotMatch((await historyOf(page)).join(), /access_token/);
    assert.equal(await page.evaluate(() => history.length), before);
  });

  claim("is clean where the answer is refused", async (visit) => {
    const answer = (asked) => `${asked.redirect_uri}#state=${asked.state}`;
    const { page, redirect } = await visit.outcome(answer);
    assert.equal(redirect.status, "failed");
    const address = await page.evaluate(() => location.href);
    assert.equal(address, visit.world.app + BARE);
  });
});

suite("history.state after an answer", (claim) => {
  claim("is that of the page the user left", async (visit) => {
    const page = await visit.open(`${BARE}?a=1#there`);
    visit.answer(answerWith());
    await page.evaluate(() => history.replaceState({ scroll: [0, 12] }, ""));
    await visit.signInUntilAnswered(page);
    await create(page);
    assert.equal(page.url(), `${visit.world.app}${BARE}?a=1#there`);
    assert.deepEqual(await page.evaluate(() => history.state), {
      scroll: [0, 12],
    });
  });

  claim("stays as it was where the answer is refused", async (visit) => {
    const page = await visit.open();
    await reopen(page, `${BARE}#${encode({ ...GOOD, state: FOREIGN_STATE })}`);
    await page.evaluate(() => history.replaceState({ mine: 1 }, ""));
    await create(page);
    assert.equal(page.url(), visit.world.app + BARE);
    assert.deepEqual(await page.evaluate(() => history.state), { mine: 1 });
  });

  claim("that JSON can't say is no obstacle", async (visit) => {
    const page = await visit.open();
    visit.answer(answerWith());
    await page.evaluate(() => history.replaceState({ big: 1n }, ""));
    await visit.signInUntilAnswered(page);
    assert.ok((await create(page)).session);
  });
});

suite("Two clients on one page", (claim) => {
  claim("an answer goes to the one that asked", async (visit) => {
    const { app } = visit.world;
    const other = { server: "https://placeos.test" };
    const page = await visit.open();
    visit.answer(answerWith());
    await create(page, other);
    await create(page);
    await leave(page);
    await page.waitForURL(/access_token/);
    await ready(page);

    const theirs = await create(page, other);
    assert.deepEqual(theirs, { session: null, redirect: { status: "none" } });
    assert.doesNotMatch(page.url(), /access_token/, "it is kept for ours");
    const ours = await create(page);
    assert.equal(ours.redirect.status, "signed-in");
    assert.equal(page.url(), app + BARE);
  });

  claim("signing one out leaves the other signed in", async (visit) => {
    const page = await visit.signedIn();
    const signedIn = page.evaluate(async () => {
      const other = await createAuth({ server: "https://placeos.test" });
      await other.logout({ local: true });
      return auth.session !== null;
    });
    assert.equal(await signedIn, true);
    await page.reload();
    await ready(page);
    assert.ok((await create(page)).session);
  });
});

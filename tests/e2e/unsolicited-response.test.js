import assert from "node:assert/strict";
import {
  answerWith,
  encode,
  FOREIGN_STATE,
  GOOD,
  refuseWith,
  TOKEN,
} from "./support/answers.js";
import { BARE } from "./support/grants.js";
import { suite } from "./support/suite.js";
import {
  changeSignIn,
  create,
  keysOf,
  ready,
  reopen,
} from "./support/visit.js";

suite("An answer that nobody asked for", (claim) => {
  claim(
    "is left alone, byte for byte, where its state isn't marked as ours, also while a sign-in is under way",
    async (visit) => {
      const page = await visit.open();
      await visit.begin(page);
      const kept = await keysOf(page);
      for (const theirs of [
        `#${encode(GOOD)}&x=a%2fb+c`,
        "#access_token=theirs&state=af0ifjsldkj&token_type=Bearer",
        `?${encode({ ...GOOD, state: `x${FOREIGN_STATE}` })}`,
        "?error=access_denied&state=theirs&a=%2f+%zz",
        "#/rooms?state=open&code=7",
        "?",
        "#",
      ]) {
        await reopen(page, visit.world.app + BARE + theirs);
        const outcome = await create(page);
        const nothing = { session: null, redirect: { status: "none" } };
        assert.deepEqual(outcome, nothing);
        const address = await page.evaluate(() => location.href);
        assert.equal(address, visit.world.app + BARE + theirs);
        assert.deepEqual(await keysOf(page), kept);
      }
    },
  );

  claim(
    "with a marked state that nobody made is a state_mismatch, and taken away",
    async (visit) => {
      const page = await visit.open();
      for (const tail of [
        `#${encode({ ...GOOD, state: FOREIGN_STATE })}`,
        `?${encode({ ...GOOD, state: "placeos-auth.x" })}`,
      ]) {
        await reopen(page, visit.world.app + BARE + tail);
        const { session, redirect } = await create(page);
        assert.equal(session, null);
        assert.equal(redirect.status, "failed");
        assert.equal(redirect.error.code, "state_mismatch");
        assert.equal(page.url(), visit.world.app + BARE);
        assert.deepEqual(await keysOf(page), []);
      }
    },
  );

  claim("is not redeemed, be it a code or a refresh token", async (visit) => {
    for (const fields of [
      { code: "c", state: FOREIGN_STATE },
      { refresh_token: "r" },
      { code: "c", refresh_token: "r", state: "" },
    ]) {
      const page = await visit.open(`${BARE}?${encode(fields)}`);
      assert.equal((await create(page)).session, null);
    }
    const paths = visit.requests.map(({ url }) => new URL(url).pathname);
    assert.ok(!paths.some((path) => path.startsWith("/auth/")));
  });

  claim("leaves a session that was there before", async (visit) => {
    const page = await visit.signedIn();
    for (const answer of [
      { error: "access_denied", state: FOREIGN_STATE },
      { ...GOOD, access_token: "another", state: FOREIGN_STATE },
      { ...GOOD, access_token: "another" },
    ]) {
      await reopen(page, `${BARE}#${encode(answer)}`);
      const { session } = await create(page);
      assert.ok(session);
      assert.equal(await page.evaluate(() => auth.token()), TOKEN);
    }
  });
});

suite("An answer that comes again", (claim) => {
  const replays = {
    "a reload": (page) => page.reload(),
    "a bookmark of the callback URL": (page, answered) =>
      reopen(page, answered),
  };
  for (const [what, replay] of Object.entries(replays)) {
    claim(
      `${what} after a failed sign-in fails once more, without a session`,
      async (visit) => {
        visit.answer(answerWith({ token_type: "mac" }));
        const page = await visit.open();
        await visit.signInUntilAnswered(page);
        const answered = page.url();
        assert.equal(
          (await create(page)).redirect.error.code,
          "invalid_response",
        );
        await replay(page, answered.replace("mac", "Bearer"));
        await ready(page);
        assert.equal((await create(page)).session, null);
      },
    );
  }

  claim(
    "the callback URL of a sign-in that succeeded starts no session after sign-out",
    async (visit) => {
      visit.answer(answerWith());
      const page = await visit.open();
      await visit.signInUntilAnswered(page);
      const answered = page.url();
      await create(page);
      await page.evaluate(() => auth.logout({ local: true }));
      await reopen(page, answered);
      const { session, redirect } = await create(page);
      assert.equal(session, null);
      assert.equal(redirect.error.code, "state_mismatch");
      assert.equal(page.url(), visit.world.app + BARE);
    },
  );

  claim("it does not work in another tab either", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page);
    const other = await visit.open(new URL(page.url()).pathname);
    await reopen(other, page.url());
    assert.equal((await create(other)).session, null);
    assert.ok((await create(page)).session, "and leaves the one that asked it");
  });

  claim("a record older than 15 minutes is void", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page);
    await changeSignIn(page, "begun", Date.now() - 15 * 60_000);
    const { session, redirect } = await create(page);
    assert.equal(session, null);
    assert.equal(redirect.error.code, "state_mismatch");
  });
});

suite("An answer that was forged while a sign-in is under way", (claim) => {
  const forgeries = {
    "an error with a state of the right shape": `#${encode({ error: "access_denied", state: FOREIGN_STATE })}`,
    "an error with a malformed state":
      "#error=access_denied&state=placeos-auth.wrong",
    "an error without a state": "#error=access_denied",
    "an error in the query": `?${encode({ error: "server_error", state: FOREIGN_STATE })}`,
    "a token with a state of the right shape": `#${encode({ ...GOOD, access_token: "another", state: FOREIGN_STATE })}`,
  };
  claim("aborts nothing, whatever it says", async (visit) => {
    const page = await visit.open();
    const pending = await visit.begin(page);
    for (const [what, forged] of Object.entries(forgeries)) {
      await reopen(page, visit.world.app + BARE + forged);
      assert.equal((await create(page)).session, null, what);
    }
    await reopen(page, pending);
    const { session, redirect } = await create(page);
    assert.ok(session);
    assert.equal(redirect.status, "signed-in");
    assert.equal(await page.evaluate(() => auth.token()), TOKEN);
  });

  claim("the true answer, once with an error, is used up", async (visit) => {
    const { page, redirect } = await visit.outcome(refuseWith());
    assert.equal(redirect.error.code, "access_denied");
    assert.deepEqual(
      (await keysOf(page)).filter((key) => key.includes("sign-in")),
      [],
    );
  });
});

import assert from "node:assert/strict";
import { answerWith, refuseWith, TOKEN } from "./support/answers.js";
import { byCode, tokenPosts } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, leave, ready, typePassword } from "./support/visit.js";
import { nextElsewhere, sandboxHere } from "./support/worlds.js";

suite("Two tabs signing in at once", (claim) => {
  for (const storage of ["session", "local"]) {
    claim(`both succeed, with storage "${storage}"`, async (visit) => {
      const options = { storage };
      visit.answer(answerWith());
      const [one, two] = [await visit.open(), await visit.open()];
      await visit.signInUntilAnswered(one, options);
      await visit.signInUntilAnswered(two, options);
      for (const page of [two, one]) {
        const { session, redirect } = await create(page, options);
        assert.ok(session);
        assert.equal(redirect.status, "signed-in");
      }
    });
  }

  claim("both succeed at the server's own login page", async (visit) => {
    const pages = [await visit.open("/app/"), await visit.open("/app/")];
    for (const page of pages) {
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("Password").waitFor();
    }
    for (const page of pages) {
      // A login form is void once its browser has signed in with another.
      await page.reload();
      await typePassword(page);
      await page.getByRole("button", { name: "Sign out" }).waitFor();
    }
  });

  claim("one that is refused doesn't disturb the other", async (visit) => {
    const [one, two] = [await visit.open(), await visit.open()];
    visit.answer(refuseWith());
    await visit.signInUntilAnswered(one);
    visit.answer(answerWith());
    await visit.signInUntilAnswered(two);
    assert.equal((await create(one)).session, null);
    assert.ok((await create(two)).session);
  });

  claim("a duplicated tab may sign in, too", async (visit) => {
    visit.answer(answerWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page);
    const opened = visit.context.waitForEvent("page");
    // A window that a page opens begins with a copy of its session storage, as a duplicated tab does.
    await page.evaluate(() => void open("/app/bare.html"));
    const copy = await opened;
    await ready(copy);
    await visit.signInUntilAnswered(copy);
    assert.ok((await create(copy)).session);
    assert.ok((await create(page)).session);
  });
});

for (const kind of [sandboxHere, nextElsewhere]) {
  suite(
    `Two tabs signing in by code at once, ${kind.name}`,
    (claim) => {
      for (const storage of ["session", "local"]) {
        claim(`both succeed, with storage "${storage}"`, async (visit) => {
          const options = byCode(visit, { storage });
          const pages = [await visit.open(), await visit.open()];
          for (const page of pages) {
            await create(page, options);
            await leave(page);
            await page.getByLabel("Password").waitFor();
          }
          for (const page of pages) {
            // A login form is void once its browser has signed in with another.
            await page.reload();
            await typePassword(page);
            await page.waitForURL(/[?&]code=/);
            await ready(page);
          }
          for (const page of pages.reverse()) {
            const { session, redirect } = await create(page, options);
            assert.ok(session);
            assert.equal(redirect.status, "signed-in");
          }
          const codes = tokenPosts(visit).map(({ form }) => form.code);
          assert.equal(new Set(codes).size, 2);
        });
      }
    },
    { kind },
  );
}

suite("A framework that mounts twice", (claim) => {
  for (const storage of ["session", "local", "memory"]) {
    claim(`gets one answer twice, with storage "${storage}"`, async (visit) => {
      visit.answer(answerWith());
      const page = await visit.open();
      await visit.signInUntilAnswered(page, { storage });
      const seen = await page.evaluate(
        async (options) => {
          const clients = await Promise.all([
            createAuth(options),
            createAuth(options),
          ]);
          clients[0].close();
          clients.push(await createAuth(options));
          return {
            answers: clients.map(plain),
            tokens: await Promise.all(clients.map((client) => client.token())),
          };
        },
        { storage },
      );
      const [first, ...others] = seen.answers;
      assert.equal(first.redirect.status, "signed-in");
      assert.ok(first.session);
      for (const other of others) assert.deepEqual(other, first);
      assert.deepEqual(seen.tokens, [TOKEN, TOKEN, TOKEN]);
    });
  }

  claim("gets one refusal twice", async (visit) => {
    visit.answer(refuseWith());
    const page = await visit.open();
    await visit.signInUntilAnswered(page);
    const codes = await page.evaluate(async () => {
      const clients = await Promise.all([createAuth(), createAuth()]);
      return clients.map(({ redirect }) => redirect.error.code);
    });
    assert.deepEqual(codes, ["access_denied", "access_denied"]);
  });

  claim("hears and loses the session together", async (visit) => {
    const page = await visit.signedIn();
    const seen = await page.evaluate(async () => {
      const other = await createAuth();
      const heard = [];
      auth.subscribe(({ type }) => heard.push(`one ${type}`));
      other.subscribe(({ type }) => heard.push(`other ${type}`));
      await other.logout({ local: true });
      return { heard, sessions: [auth.session, other.session] };
    });
    assert.deepEqual(seen.heard, ["one signed-out", "other signed-out"]);
    assert.deepEqual(seen.sessions, [null, null]);
  });
});

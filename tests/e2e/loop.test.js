import assert from "node:assert/strict";
import { answerWith, refuseWith } from "./support/answers.js";
import { authorizations } from "./support/grants.js";
import { suite } from "./support/suite.js";
import {
  create,
  leave,
  leaveAndComeBack,
  ready,
  typePassword,
} from "./support/visit.js";

suite("A login that begins again and again", (claim) => {
  for (const dropState of [true, false]) {
    claim(
      `stops at the fourth, where the server ${dropState ? "leaves state out of" : "sends state with"} its errors`,
      async (visit) => {
        Object.assign(visit.world.sandbox, { redirectErrors: true, dropState });
        const page = await visit.context.newPage();
        await page.goto(`${visit.world.app}/app/eager.html`);
        await typePassword(page);
        await page.getByText("stopped: redirect_loop").waitFor();
        await page.waitForTimeout(500);
        const answered = authorizations(visit).map(({ state }) => state);
        assert.equal(new Set(answered).size, 3);
        assert.equal(new URL(page.url()).pathname, "/app/eager.html");
      },
    );
  }

  claim("does not count sign-ins that gave a session", async (visit) => {
    const page = await visit.signedIn();
    for (let count = 0; count < 4; count++) {
      await visit.signInUntilAnswered(page);
      assert.equal((await create(page)).redirect.status, "signed-in");
    }
  });

  claim("is not stopped by another app on this origin", async (visit) => {
    const page = await visit.open();
    visit.answer(refuseWith());
    for (let count = 0; count < 3; count++)
      await visit.signInUntilAnswered(page);
    await create(page);
    const { error } = await page.evaluate(() => settled(auth.login()));
    assert.equal(error.code, "redirect_loop");
    assert.match(error.message, /auth\.redirect\.error/);
    visit.answer(answerWith());
    const other = { clientId: "another-app" };
    await visit.signInUntilAnswered(page, other);
    assert.ok((await create(page, other)).session);
  });
});

suite(
  "The back button after login()",
  (claim) => {
    claim(
      "brings back the page as it was: login() rejects with login_required",
      async (visit) => {
        const page = await visit.open();
        await create(page);
        await leaveAndComeBack(page);

        await leave(page);
        await typePassword(page);
        await page.waitForURL(/access_token/);
        await ready(page);
        assert.ok((await create(page)).session);
      },
    );

    claim("brings a page that was not kept to its beginning", async (visit) => {
      const page = await visit.open();
      // Chromium keeps no page that listens to this.
      await page.evaluate(() => addEventListener("unload", () => {}));
      await create(page);
      await leave(page);
      await page.getByLabel("Password").waitFor();
      await page.goBack();
      await ready(page);
      assert.equal(await page.evaluate(() => window.leaving), undefined);
      assert.deepEqual(await create(page), {
        session: null,
        redirect: { status: "none" },
      });
      await leave(page);
      await typePassword(page);
      await page.waitForURL(/access_token/);
    });
  },
  { keepsPages: true },
);

suite("The back button after signing in", (claim) => {
  claim("leads to no page that signs in by itself", async (visit) => {
    const page = await visit.open("/app/");
    await page.getByRole("button", { name: "Sign in" }).click();
    await typePassword(page);
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    const before = authorizations(visit).length;
    await page.goBack();
    await page.goBack();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    assert.equal(page.url(), `${visit.world.app}/app/`);
    assert.equal(authorizations(visit).length, before);
  });
});

import assert from "node:assert/strict";
import { answerWith, TOKEN } from "./support/answers.js";
import { BARE } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, keysOf, leave, ready, typePassword } from "./support/visit.js";

suite("Signing out here alone", (claim) => {
  for (const storage of ["session", "local", "memory"]) {
    claim(
      `ends the session and leaves no key of ours, with "${storage}"`,
      async (visit) => {
        const options = { storage };
        const page = await visit.signedIn({ options });
        await begunAgain(page);
        assert.ok((await keysOf(page)).length > 0);
        const seen = await page.evaluate(async () => {
          const heard = [];
          auth.subscribe(({ type }) => heard.push([type, auth.session]));
          const result = await auth.logout({ local: true });
          return { heard, result, token: await settled(auth.token()) };
        });
        assert.deepEqual(seen.heard, [["signed-out", null]]);
        assert.equal(seen.result, undefined);
        assert.equal(seen.token.error.code, "login_required");
        assert.deepEqual(await keysOf(page), []);
        await page.reload();
        await ready(page);
        assert.equal((await create(page, options)).session, null);
      },
    );
  }

  claim(
    "needs neither session nor network, and may come twice",
    async (visit) => {
      const page = await visit.open();
      await create(page);
      await visit.context.setOffline(true);
      const heard = await page.evaluate(async () => {
        const events = [];
        auth.subscribe(({ type }) => events.push(type));
        await auth.logout({ local: true });
        await auth.logout({ local: true });
        return events;
      });
      assert.deepEqual(heard, []);
      assert.equal(page.url(), visit.world.app + BARE);
    },
  );

  /** Begins a sign-in whose page never comes. */
  async function begunAgain(page) {
    const nothing = (route) => route.fulfill({ status: 204 });
    await page.route("**/auth/oauth/authorize?*", nothing);
    const asked = page.waitForRequest("**/auth/oauth/authorize?*");
    await leave(page);
    await asked;
  }
});

suite("Signing out of the server, too", (claim) => {
  claim(
    "goes to its logout page and comes back here, without the token",
    async (visit) => {
      const page = await visit.open("/app/?floor=2#/rooms");
      await page.getByRole("button", { name: "Sign in" }).click();
      await typePassword(page);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      assert.equal(page.url(), `${visit.world.app}/app/?floor=2#/rooms`);
      assert.deepEqual(await keysOf(page), []);
      const { url } = visit.world.sandbox.requests.find((request) =>
        request.url.startsWith("/auth/logout"),
      );
      const asked = new URL(url, visit.world.app).searchParams;
      assert.deepEqual([...asked], [["continue", "/app/?floor=2#/rooms"]]);

      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("Password").waitFor();
    },
  );

  claim("isn't undone by a guard that signs users in", async (visit) => {
    const page = await visit.open("/app/");
    await page.getByRole("button", { name: "Sign in" }).click();
    await typePassword(page);
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    await page.goto(visit.world.app + BARE);
    await ready(page);
    await create(page, { redirectUri: `${visit.world.app}/app/` });
    const left = page.waitForRequest(/auth\/logout/);
    const refused = await page.evaluate(() => {
      const guarded = new Promise((resolve) => {
        auth.subscribe(async () => resolve(await settled(auth.login())));
      });
      void auth.logout();
      return guarded;
    });
    assert.equal(refused.error.code, "login_required");
    await left;
  });

  claim("doesn't tell it another provider's token", async (visit) => {
    const page = await visit.signedIn();
    await page.evaluate(() => {
      location.hash = "access_token=theirs&state=theirs";
    });
    const asked = page.waitForRequest(/auth\/logout/);
    await page.evaluate(() => void auth.logout());
    assert.doesNotMatch((await asked).url(), /theirs/);
  });

  claim("comes back where the app says", async (visit) => {
    const page = await visit.signedIn();
    await page.evaluate(() => void auth.logout({ returnTo: "rooms/7?a=1#b" }));
    await page.waitForURL(`${visit.world.app}/app/rooms/7?a=1#b`);
    assert.deepEqual(await keysOf(page), []);
  });

  claim(
    "at another host is told this page's whole address, and no token",
    async (visit) => {
      const options = {
        endpoints: { logout: "https://idp.test/out?tenant=a%20b" },
      };
      await visit.context.route(/idp\.test/, (route) =>
        route.fulfill({ body: "signed out" }),
      );
      const page = await visit.signedIn({ options });
      const asked = page.waitForRequest(/idp\.test/);
      await page.evaluate(() => void auth.logout());
      const url = new URL((await asked).url());
      assert.deepEqual(
        [...url.searchParams],
        [
          ["tenant", "a b"],
          ["continue", visit.world.app + BARE],
        ],
      );
      const headers = await (await asked).allHeaders();
      assert.ok(!JSON.stringify(headers).includes(TOKEN));
      await page.getByText("signed out").waitFor();
    },
  );

  claim(
    "ends the session here, also where the server can't be reached",
    async (visit) => {
      const page = await visit.signedIn();
      visit.world.sandbox.intercept = (_req, res) => res.destroy();
      // Those before it ask for the tokens' end and for the domain's page.
      const failed = page.waitForEvent("requestfailed", (request) =>
        request.isNavigationRequest(),
      );
      await page.evaluate(() => void auth.logout());
      await failed;
      visit.world.sandbox.intercept = undefined;
      const again = await page.context().newPage();
      await page.close();
      await again.goto(visit.world.app + BARE);
      await ready(again);
      assert.equal((await create(again)).session, null);
    },
  );

  claim(
    "does nothing at all for a returnTo on another origin",
    async (visit) => {
      const page = await visit.signedIn();
      for (const returnTo of [
        "https://attacker.test/",
        "//attacker.test",
        "/\\attacker.test",
        "/.//attacker.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
      ]) {
        for (const local of [false, true]) {
          const { error } = await page.evaluate(
            (options) => settled(auth.logout(options)),
            { returnTo, local },
          );
          assert.equal(error?.code, "untrusted_url", returnTo);
        }
      }
      assert.equal(page.url(), visit.world.app + BARE);
      assert.equal(await page.evaluate(() => auth.token()), TOKEN);
      assert.equal((await keysOf(page)).length, 1);
    },
  );

  claim(
    "leaves a sign-in of another app's on this origin alone",
    async (visit) => {
      const other = { clientId: "another-app" };
      visit.answer(answerWith());
      const page = await visit.open();
      await visit.signInUntilAnswered(page, other);
      await page.evaluate(async () =>
        (await createAuth()).logout({ local: true }),
      );
      assert.ok((await create(page, other)).session);
    },
  );
});

// The demo's switches: flow, storage, and the way in.
import assert from "node:assert/strict";
import { account } from "../servers/building.js";
import {
  choose,
  demoKind as kind,
  eventsOf,
  openDemo,
  says,
  screen,
  signedInDemo,
  textOf,
} from "./support/demo.js";
import { tokenPosts } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { keysOf, typePassword } from "./support/visit.js";

suite(
  "The demo's switch between the storages",
  (claim) => {
    const areasOf = (page) =>
      page.evaluate(() =>
        Object.entries({ sessionStorage, localStorage })
          .filter(([, area]) =>
            Object.keys(area).some((key) =>
              key.startsWith("placeos-auth:session:"),
            ),
          )
          .map(([name]) => name),
      );

    claim("keeps the session where it says", async (visit) => {
      const page = await signedInDemo(visit, { storage: "local" });
      assert.deepEqual(await areasOf(page), ["localStorage"]);
      assert.equal(await textOf(page, "session-storage"), "local");
      await page.reload();
      await screen(page, "dashboard");
      assert.deepEqual(await eventsOf(page), ["restored"]);
    });

    claim(
      "makes a new client, which has no session of the other storage's",
      async (visit) => {
        const page = await signedInDemo(visit);
        await choose(page, { storage: "local" });
        await says(page, "notice", "storage local. It has no session");
        assert.equal(await page.getByTestId("sign-in").isVisible(), true);
        assert.equal(await page.getByTestId("system").count(), 0);
        await choose(page, { storage: "session" });
        await says(page, "notice", "storage session. It has a session.");
        await screen(page, "dashboard");
      },
    );

    claim("keeps nothing in memory beyond the page", async (visit) => {
      const page = await signedInDemo(visit, { storage: "memory" });
      assert.deepEqual(await areasOf(page), []);
      await page.reload();
      await screen(page, "welcome");
    });

    claim("forgets the sessions of all at the reset", async (visit) => {
      const page = await signedInDemo(visit);
      await choose(page, { storage: "local" });
      await says(page, "notice", "storage local");
      await page.getByTestId("reset").click();
      await page.waitForEvent("load");
      await screen(page, "welcome");
      assert.deepEqual(await areasOf(page), []);
    });
  },
  { kind },
);

suite(
  "The demo's switch between the ways in",
  (claim) => {
    claim("is kept when the page is loaded anew", async (visit) => {
      const page = await openDemo(visit, { way: "popup" });
      await page.reload();
      await screen(page, "welcome");
      assert.equal(await page.getByTestId("way-popup").isChecked(), true);
    });

    claim("has a popup ask while the page stays", async (visit) => {
      const page = await openDemo(visit, { way: "popup", flow: "code" });
      const opened = page.waitForEvent("popup");
      await page.getByTestId("sign-in").click();
      const popup = await opened;
      await typePassword(popup);
      await screen(page, "dashboard");
      assert.deepEqual(await eventsOf(page), ["signed-in", "client-made"]);
      assert.equal(await textOf(page, "session-flow"), "code");
    });

    claim("says that a popup was closed", async (visit) => {
      const page = await openDemo(visit, { way: "popup" });
      const opened = page.waitForEvent("popup");
      await page.getByTestId("sign-in").click();
      await (await opened).close();
      await says(page, "error-code", "popup_closed");
      assert.equal(await page.getByTestId("sign-in").isEnabled(), true);
    });

    claim(
      "signs in silently whom the server knows, and nobody else",
      async (visit) => {
        const page = await openDemo(visit, { way: "silent" });
        await page.getByTestId("sign-in").click();
        await says(page, "error-code", "login_required");
        await choose(page, { way: "redirect" });
        await page.getByTestId("sign-in").click();
        await typePassword(page);
        await screen(page, "dashboard");
        await choose(page, { way: "silent" });
        await page.getByTestId("sign-out-local").click();
        await page.getByTestId("sign-in").click();
        await screen(page, "dashboard");
      },
    );

    claim("takes a password, and says when it is wrong", async (visit) => {
      const page = await openDemo(visit, { way: "password" });
      const password = page.getByLabel("Password", { exact: true }).last();
      assert.equal(await password.inputValue(), account.password);
      await password.fill("wrong");
      await page.getByTestId("sign-in").click();
      await says(page, "error-code", "invalid_grant");
      await password.fill(account.password);
      await page.getByTestId("sign-in").click();
      await screen(page, "dashboard");
      assert.equal(await textOf(page, "session-flow"), "password");
    });

    claim("signs with an API key, and keeps it nowhere", async (visit) => {
      const page = await openDemo(visit, { way: "api-key" });
      await page.getByTestId("sign-in").click();
      await screen(page, "dashboard");
      assert.equal(await textOf(page, "session-flow"), "api-key");
      await page.getByTestId("system").first().waitFor();
      assert.deepEqual(await keysOf(page), []);
      const kept = await page.evaluate(() => JSON.stringify(sessionStorage));
      assert.ok(!kept.includes(account.api_key));
      await page.getByTestId("sign-out").click();
      await screen(page, "welcome");
    });

    claim("is for the next sign-in while one is signed in", async (visit) => {
      const page = await signedInDemo(visit);
      await choose(page, { way: "popup" });
      await says(page, "notice", "The next sign-in goes this way: Popup.");
      await screen(page, "dashboard");
    });
  },
  { kind },
);

suite(
  "The demo's switch between the flows, on the dashboard",
  (claim) => {
    claim(
      "makes a new client, which goes on with the session",
      async (visit) => {
        const page = await signedInDemo(visit);
        await choose(page, { flow: "code" });
        await says(
          page,
          "notice",
          "flow Code, storage session. It has a session",
        );
        await screen(page, "dashboard");
        assert.equal(await page.getByTestId("system").count(), 7);
      },
    );

    claim("signs in by the client that was chosen last", async (visit) => {
      const page = await openDemo(visit);
      // Faster than a client is made.
      await page.evaluate(() => {
        for (const id of ["flow-implicit", "flow-code", "sign-in"]) {
          document
            .querySelector(`[data-testid="${id}"]`)
            .dispatchEvent(new MouseEvent("click"));
        }
      });
      await typePassword(page);
      await screen(page, "dashboard");
      assert.equal(await textOf(page, "session-flow"), "code");
    });

    claim("helps where the client can't be made", async (visit) => {
      const page = await visit.open("/?flow=nonsense");
      await says(page, "error-code", "configuration");
      await choose(page, { way: "popup", flow: "code" });
      await screen(page, "welcome");
      assert.equal(await page.getByTestId("sign-in").isVisible(), true);
      assert.deepEqual(
        visit.lines.filter((line) => line.includes("isn't made")),
        [],
      );
    });

    claim("leaves no client behind that goes on renewing", async (visit) => {
      visit.world.sandbox.tokenLifetime = 5;
      const page = await signedInDemo(visit, { flow: "code" });
      await choose(page, { storage: "local" });
      await says(page, "notice", "storage local. It has no session");
      const before = tokenPosts(visit).length;
      await page.waitForTimeout(7000);
      assert.equal(tokenPosts(visit).length, before);
    });
  },
  { kind },
);

// Routes of an app in Angular that are guarded by `placeos-auth/angular`.
import assert from "node:assert/strict";
import { refuseWith } from "../../e2e/support/answers.js";
import { authorizations } from "../../e2e/support/grants.js";
import { suite } from "../../e2e/support/suite.js";
import { typePassword } from "../../e2e/support/visit.js";
import { systems } from "../../servers/building.js";
import { withAngular } from "../support/angular.js";
import { appOf } from "../support/app.js";

/** @import { Page } from "playwright-core" */
/** @import { Visit } from "../../e2e/support/visit.js" */

const NAMES = systems.map(({ display_name }) => display_name);

/** @param {Page} page */
async function assertRooms(page) {
  await page.getByText(NAMES[0]).waitFor();
  const names = await page.getByRole("listitem").allTextContents();
  assert.deepEqual(names, NAMES);
}

/**
 * How many sign-ins have begun. A server asks for the same one again once the password is typed.
 *
 * @param {Visit} visit
 */
const signInsOf = (visit) =>
  new Set(authorizations(visit).map(({ state }) => state)).size;

/**
 * How often the app was loaded.
 *
 * @param {Visit} visit
 */
const loadsOf = ({ requests }) =>
  requests.filter(({ url }) => url.endsWith("/angular/main.js")).length;

/** @param {Visit} visit */
function assertNoComplaint({ lines }) {
  assert.deepEqual(
    lines.filter((line) => /error|warning|NG0/i.test(line)),
    [],
  );
}

for (const generation of /** @type {const} */ (["rails", "next"])) {
  suite(
    `An app in Angular, ${generation}`,
    (claim) => {
      for (const [what, path] of [
        ["canActivate", "rooms?floor=1#north"],
        ["canActivateChild", "fetch/rooms?floor=1#north"],
        ["canMatch", "building?floor=1#north"],
      ])
        claim(
          `has users sign in for a route that ${what} guards, and brings them back to it`,
          async (visit) => {
            const page = await visit.open(`/angular/${path}`);
            await typePassword(page);
            await assertRooms(page);
            assert.equal(page.url(), `${visit.world.app}/angular/${path}`);
            assert.equal(signInsOf(visit), 1);
            assert.equal(loadsOf(visit), 2, "before the sign-in and after");
            await page.reload();
            await assertRooms(page);
            assert.equal(signInsOf(visit), 1);
            assertNoComplaint(visit);
          },
        );

      claim(
        "brings users back to the route that they went to from another",
        async (visit) => {
          const page = await visit.open("/angular/");
          await page.getByRole("heading", { name: "Home" }).waitFor();
          await page.getByRole("link", { name: "Rooms" }).click();
          await typePassword(page);
          await assertRooms(page);
          assert.equal(page.url(), `${visit.world.app}/angular/rooms`);
          assertNoComplaint(visit);
        },
      );

      claim("shows a sign-out, without being asked", async (visit) => {
        const page = await visit.open("/angular/rooms");
        await typePassword(page);
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.getByText("Signed out").waitFor();
        assert.equal(await page.getByRole("button").count(), 0);
        assertNoComplaint(visit);
      });
    },
    { kind: appOf("angular", { build: withAngular, generation }) },
  );
}

suite(
  "An app in Angular",
  (claim) => {
    claim(
      "has a router that navigates at once start at the page the user left, too",
      async (visit) => {
        await visit.context.addInitScript(() =>
          sessionStorage.setItem("initial-navigation", "blocking"),
        );
        const page = await visit.open("/angular/rooms?floor=1");
        await typePassword(page);
        await assertRooms(page);
        assert.equal(page.url(), `${visit.world.app}/angular/rooms?floor=1`);
        assert.equal(signInsOf(visit), 1);
      },
    );

    claim(
      "signs a request that comes before the client is there",
      async (visit) => {
        const page = await visit.open("/angular/rooms");
        await typePassword(page);
        await assertRooms(page);
        await page.reload();
        await assertRooms(page);
        const signatures = visit.requests
          .filter(({ url }) => url.endsWith("/auth/authority?by=app"))
          .map(({ headers }) => headers.authorization?.split(" ")[0]);
        assert.deepEqual(signatures, [undefined, "Bearer", "Bearer"]);
      },
    );

    claim(
      "sends nobody to the server again after a refusal, and says why",
      async (visit) => {
        visit.answer(refuseWith());
        const page = await visit.open("/angular/rooms");
        await page.getByRole("heading", { name: "Home" }).waitFor();
        for (let count = 0; count < 2; count++) {
          await page.getByRole("link", { name: "Rooms" }).click();
          await page.getByRole("alert").waitFor();
          assert.equal(page.url(), `${visit.world.app}/angular/failed`);
          const message = await page.getByRole("alert").textContent();
          assert.match(String(message), /access_denied/);
          assert.equal(signInsOf(visit), 1);
        }
      },
    );

    claim(
      "has users sign in by their own choice after a refusal",
      async (visit) => {
        const end = visit.answer(refuseWith());
        const page = await visit.open("/angular/rooms");
        await page.getByRole("link", { name: "Rooms" }).click();
        await page.getByRole("alert").waitFor();
        end();
        await page.getByRole("button", { name: "Try again" }).click();
        await typePassword(page);
        await page.getByRole("link", { name: "Rooms" }).click();
        await assertRooms(page);
      },
    );
  },
  { kind: appOf("angular", { build: withAngular }) },
);

import assert from "node:assert/strict";
import { refuseWith } from "../../e2e/support/answers.js";
import { suite } from "../../e2e/support/suite.js";
import { typePassword } from "../../e2e/support/visit.js";
import { systems } from "../../servers/building.js";

const NAMES = systems.map(({ display_name }) => display_name);

/**
 * What holds of each app that has its users sign in and shows the rooms, whatever it is made with.
 *
 * @param {string} title
 * @param {string} name of the app, which is its path as well
 * @param {import("../../e2e/support/worlds.js").Kind} kind
 */
export const roomsApp = (title, name, kind) =>
  suite(
    title,
    (claim) => {
      claim(
        "has its users sign in, shows what only a token can fetch, and hears of a sign-out",
        async (visit) => {
          const deep = `/${name}/rooms/1?x#y`;
          const page = await visit.open(deep);
          await page.getByRole("button", { name: "Sign in" }).click();
          await typePassword(page);
          const rooms = page.getByRole("listitem");
          await rooms.first().waitFor();
          assert.deepEqual(await rooms.allTextContents(), NAMES);
          assert.equal(page.url(), visit.world.app + deep);

          await page.reload();
          await rooms.first().waitFor();
          await page.getByRole("button", { name: "Sign out" }).click();
          await page.getByRole("button", { name: "Sign in" }).waitFor();
          assert.deepEqual(visit.lines.filter(isComplaint), []);
        },
      );

      claim("shows a refusal, and asks no more", async (visit) => {
        const { isNewest } = visit.world;
        visit.answer((asked) =>
          // In the query by the code flow.
          refuseWith()(asked).replace("#", isNewest ? "?" : "#"),
        );
        const page = await visit.open(`/${name}/`);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("alert").waitFor();
      });
    },
    { kind },
  );

/**
 * What a browser or a framework says of a fault. Servers of old have no metadata, which the console says as well.
 *
 * @param {string} line
 */
const isComplaint = (line) => /error|warn/i.test(line) && !/404/.test(line);

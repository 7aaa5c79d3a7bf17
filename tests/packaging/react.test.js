// `placeos-auth/react`, in an app that is built with Vite.
import assert from "node:assert/strict";
import { suite } from "../e2e/support/suite.js";
import { typePassword } from "../e2e/support/visit.js";
import { systems } from "../servers/building.js";
import { appOf } from "./support/app.js";

const NAMES = systems.map(({ display_name }) => display_name);

for (const generation of /** @type {const} */ (["rails", "next"])) {
  suite(
    `An app in React, ${generation}`,
    (claim) => {
      claim(
        "has its users sign in, shows what only a token can fetch, and hears of a sign-out, in Strict Mode and with Suspense",
        async (visit) => {
          const page = await visit.open("/react/rooms/1?x#y");
          await page.getByRole("button", { name: "Sign in" }).click();
          await typePassword(page);
          await page.getByText(NAMES[0]).waitFor();
          assert.equal(page.url(), `${visit.world.app}/react/rooms/1?x#y`);
          assert.deepEqual(
            await page.getByRole("listitem").allTextContents(),
            NAMES,
          );
          await page.reload();
          await page.getByText(NAMES[0]).waitFor();
          await page.getByRole("button", { name: "Sign out" }).click();
          await page.getByRole("button", { name: "Sign in" }).waitFor();
          assert.deepEqual(visit.lines.filter(isComplaint), []);
        },
      );
    },
    { kind: appOf("react", { generation }) },
  );
}

/** @param {string} line */
const isComplaint = (line) => /error|warning/i.test(line);

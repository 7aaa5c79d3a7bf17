// The demo on a phone, by keyboard, and for people who see little or nothing.
import assert from "node:assert/strict";
import { lowContrasts } from "./support/contrast.js";
import {
  choose,
  demoKind as kind,
  openDemo,
  says,
  screen,
  signedInDemo,
} from "./support/demo.js";
import { suite } from "./support/suite.js";

/** What takes the keyboard's focus; of a group of radio buttons one does. */
const stopsOf = (page) =>
  page
    .locator("button, input, a[href], [tabindex='0']")
    .evaluateAll((controls) =>
      controls
        .filter((each) => each.checkVisibility() && !each.matches(":disabled"))
        .filter((each) => !each.matches("[type=radio]:not(:checked)"))
        .map((each) => each.id || each.dataset.testid || each.textContent),
    );

/** By Tab, from the top to the end: each control, and whether one sees that it has the focus. */
async function walk(page) {
  const seen = [];
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const at = /** @type {HTMLElement} */ (document.activeElement);
      if (!at || at === document.body) return undefined;
      const shown = at.matches("[type=radio]") ? at.closest("label") : at;
      const { outlineStyle, outlineWidth } = getComputedStyle(shown);
      return {
        name: at.id || at.dataset.testid || at.textContent,
        isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      };
    });
    if (!stop || seen.some(({ name }) => name === stop.name)) return seen;
    seen.push(stop);
  }
}

const overflowing = (page) =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const wide = [...document.querySelectorAll("body *")]
      .filter((each) => !each.closest("svg") && each.checkVisibility())
      .filter((each) => each.getBoundingClientRect().right > clientWidth + 1)
      .map((each) => each.outerHTML.slice(0, 80));
    return scrollWidth > clientWidth ? ["the page", ...wide] : wide;
  });

/** Everything that may be shown. */
async function showAll(page) {
  await page.getByTestId("system").first().waitFor();
  await page.getByTestId("fault-unavailable").click();
  await says(page, "fault-outcome", "Answered with 503");
  await page.getByTestId("fault-unavailable").click();
  await says(page, "fault-outcome", "Renewal: done.");
}

suite(
  "The demo, for everybody",
  (claim) => {
    claim("overflows nothing on a page of 360 pixels", async (visit) => {
      const page = await openDemo(visit);
      await page.setViewportSize({ width: 360, height: 740 });
      for (const way of ["password", "api-key", "redirect"]) {
        await choose(page, { way });
        assert.deepEqual(await overflowing(page), []);
      }
      await page.close();
      const inside = await signedInDemo(visit, { flow: "code" });
      await inside.setViewportSize({ width: 360, height: 740 });
      await showAll(inside);
      assert.deepEqual(await overflowing(inside), []);
    });

    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      claim(`has contrast enough, ${colorScheme}`, async (visit) => {
        const page = await openDemo(visit);
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await page.evaluate(lowContrasts), []);
        await page.close();
        const inside = await signedInDemo(visit, { flow: "code" });
        await inside.emulateMedia({ colorScheme });
        await showAll(inside);
        await inside.getByTestId("fault-slow").click();
        assert.deepEqual(await inside.evaluate(lowContrasts), []);
      });
    }

    claim("is reached by keyboard, and shows where one is", async (visit) => {
      const page = await openDemo(visit, { way: "password" });
      const before = await walk(page);
      assert.deepEqual(
        before.map(({ name }) => name),
        await stopsOf(page),
      );
      await page.close();
      const inside = await signedInDemo(visit, {
        flow: "code",
        way: "redirect",
      });
      await showAll(inside);
      const after = await walk(inside);
      assert.deepEqual(
        after.map(({ name }) => name),
        await stopsOf(inside),
      );
      for (const { name, isSeen } of [...before, ...after]) {
        assert.ok(isSeen, `${name} shows that it has the focus`);
      }
    });

    claim("leads the focus on, where what had it is gone", async (visit) => {
      const focused = () => page.evaluate(() => document.activeElement?.id);
      const page = await openDemo(visit, { way: "password" });
      await page.getByTestId("sign-in").click();
      await screen(page, "dashboard");
      assert.equal(await focused(), "client-title");
      await page.getByTestId("sign-out-local").click();
      await screen(page, "welcome");
      assert.equal(await focused(), "welcome-title");
    });

    claim("names every control and every group", async (visit) => {
      const page = await signedInDemo(visit, { flow: "code" });
      await page.getByTestId("system").first().waitFor();
      const tree = await page.locator("body").ariaSnapshot();
      const lines = tree.split("\n");
      assert.ok(lines.length > 50, tree);
      const nameless = lines.filter((line) =>
        /^ *- (button|link|radio|textbox|group|img|region)(:| \[|$)/.test(line),
      );
      assert.deepEqual(nameless, []);
      for (const name of ["Flow", "Storage", "Way in", "Lifetime of tokens"]) {
        const group = page.getByRole("group", { name });
        assert.ok((await group.getByRole("radio").count()) >= 3, name);
      }
    });

    claim(
      "tells of a fault and of a new client in a live region",
      async (visit) => {
        const page = await signedInDemo(visit, { flow: "code" });
        const told = page.getByRole("status");
        await page.getByTestId("fault-unauthorized").click();
        await told.filter({ hasText: "Request: Answered with 200." }).waitFor();
        await choose(page, { storage: "local" });
        await told.filter({ hasText: "A new client was made" }).waitFor();
        // The switch that was used keeps the focus.
        const focused = await page.evaluate(
          () =>
            /** @type {HTMLElement} */ (document.activeElement).dataset.testid,
        );
        assert.equal(focused, "storage-local");
      },
    );
  },
  { kind },
);

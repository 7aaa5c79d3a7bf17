import { existsSync } from "node:fs";
import { startSandbox } from "../../servers/sandbox/index.js";
import { typePassword } from "./visit.js";

/** @import { Page } from "playwright-core" */
/** @import { Visit } from "./visit.js" */

const PAGE = new URL("../../../www/demo/index.html", import.meta.url);

/**
 * What `npm start` starts.
 *
 * @type {import("./worlds.js").Kind}
 */
export const demoKind = {
  name: "demo in front of the sandbox",
  why: existsSync(PAGE) ? "" : "There is no demo.",
  async start() {
    const { demo } = await import("../../../scripts/demo.js");
    const sandbox = await startSandbox({ site: demo(), control: true });
    const { origin, close } = sandbox;
    return { app: origin, server: origin, options: {}, sandbox, close };
  },
};

/**
 * The demo's page, on which nobody is signed in yet.
 *
 * @param {Visit} visit
 * @param {Record<string, string>} [choices] what is chosen in which switch
 */
export async function openDemo(visit, choices = {}) {
  const page = await visit.open("/");
  await screen(page, "welcome");
  await choose(page, choices);
  return page;
}

/** @param {Page} page @param {Record<string, string>} choices */
export async function choose(page, choices) {
  for (const [name, value] of Object.entries(choices)) {
    await page.getByTestId(`${name}-${value}`).check();
  }
}

/**
 * The demo's page, by which somebody has signed in.
 *
 * @param {Visit} visit
 * @param {Record<string, string>} [choices]
 */
export async function signedInDemo(visit, choices) {
  const page = await openDemo(visit, choices);
  await signIn(page);
  return page;
}

/** By the server's own page. @param {Page} page */
export async function signIn(page) {
  await page.getByTestId("sign-in").click();
  await typePassword(page);
  await screen(page, "dashboard");
}

/** Waits for a screen of the demo's. @param {Page} page @param {string} name */
export const screen = (page, name) =>
  page.locator(`body[data-screen="${name}"]`).waitFor();

/** The text of a part of the page. @param {Page} page @param {string} part */
export const textOf = (page, part) => page.getByTestId(part).textContent();

/** Waits until a part says this. @param {Page} page @param {string} part @param {string | RegExp} text */
export const says = (page, part, text) =>
  page.getByTestId(part).filter({ hasText: text }).waitFor();

/** What happened, the newest first. @param {Page} page */
export const eventsOf = (page) =>
  page
    .getByTestId("event")
    .evaluateAll((lines) =>
      lines.map((line) => /** @type {HTMLElement} */ (line).dataset["name"]),
    );

/** The statuses of the requests with this address, the oldest first. @param {Page} page @param {string} address */
export const statusesOf = (page, address) =>
  page.getByTestId("request").evaluateAll(
    (rows, part) =>
      rows
        .map((row) => /** @type {HTMLElement} */ (row).dataset)
        .filter(({ url }) => url?.includes(part))
        .map(({ status }) => status)
        .reverse(),
    address,
  );

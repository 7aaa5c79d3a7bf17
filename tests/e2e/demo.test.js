import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { systems, user, zones } from "../servers/building.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { suite } from "./support/suite.js";
import { historyOf, typePassword } from "./support/visit.js";

const PAGE = new URL("../../www/demo/index.html", import.meta.url);

/** What `npm start` starts. */
const kind = {
  name: "demo in front of the sandbox",
  why: existsSync(PAGE) ? "" : "There is no demo.",
  async start() {
    const { demo } = await import("../../scripts/demo.js");
    const sandbox = await startSandbox({ site: demo() });
    const { origin, close } = sandbox;
    return { app: origin, server: origin, options: {}, sandbox, close };
  },
};

suite(
  "The demo",
  (claim) => {
    claim("shows the building to whoever signs in", async (visit) => {
      const page = await signedIn(visit);
      const part = (id) => page.getByTestId(id);
      await part("systems")
        .getByText(systems[0].display_name, { exact: true })
        .waitFor();
      await part("zones")
        .getByText(zones.at(-1).display_name, { exact: true })
        .first()
        .waitFor();
      assert.equal(await part("user-name").textContent(), user.name);
      assert.equal(await part("user-email").textContent(), user.email);
      assert.match(await part("time-left").textContent(), /\d/);
      assert.match(await part("request-log").textContent(), /systems/);
      assert.equal(page.url(), `${visit.world.app}/`);
    });

    claim("shows time run down, and that it is over", async (visit) => {
      visit.world.sandbox.tokenLifetime = 4;
      const page = await signedIn(visit);
      const left = () => page.getByTestId("time-left").textContent();
      const first = await left();
      await page.waitForTimeout(1100);
      assert.notEqual(await left(), first);
      await page.getByTestId("notice").getByText("expired").waitFor();
      assert.equal(await page.getByTestId("sign-in").isVisible(), true);
    });

    claim("keeps the token to itself", async (visit) => {
      const page = await signedIn(visit);
      await page
        .getByTestId("request-log")
        .getByText("zones")
        .first()
        .waitFor();
      await page.getByTestId("try-elsewhere").click();
      await page.getByTestId("try-forbidden").click();
      await page.getByTestId("answer").getByText("403").waitFor();
      const { headers } = visit.requests.find(
        (request) => request.headers.authorization,
      );
      const token = headers.authorization.replace("Bearer ", "");
      assert.ok(token.length > 20);
      visit.secrets.push(token);
      const seen = [
        await page.content(),
        ...(await historyOf(page)),
        ...visit.requests.map(({ url }) => url),
      ];
      for (const text of seen) assert.ok(!text.includes(token), text);
      for (const request of visit.requests) {
        const isServer = request.url.startsWith(`${visit.world.server}/`);
        assert.ok(isServer || !request.headers.authorization, request.url);
      }
    });

    claim("signs out, of the server too or here alone", async (visit) => {
      const page = await signedIn(visit);
      await page.getByTestId("sign-out-local").click();
      await page.getByTestId("sign-in").click();
      await page.getByTestId("sign-out").click();
      await page.getByTestId("sign-in").click();
      await page.getByLabel("Password").waitFor();
    });

    claim("shows why nobody was signed in", async (visit) => {
      visit.world.sandbox.redirectErrors = true;
      const page = await visit.open("/?scope=unknown");
      await page.getByTestId("sign-in").click();
      await typePassword(page);
      await page.getByTestId("error-code").getByText("invalid_scope").waitFor();
    });

    claim("has no complaint of its policy's", async (visit) => {
      await signedIn(visit);
      const complaints = visit.lines.filter((line) =>
        /Content.Security.Policy|Refused to/i.test(line),
      );
      assert.deepEqual(complaints, []);
    });
  },
  { kind },
);

async function signedIn(visit) {
  const page = await visit.open("/");
  await page.getByTestId("sign-in").click();
  await typePassword(page);
  await page.getByTestId("sign-out").waitFor();
  return page;
}

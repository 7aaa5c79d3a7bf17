import assert from "node:assert/strict";
import { systems } from "../servers/building.js";
import { suite } from "./support/suite.js";
import { historyOf, shows, typePassword } from "./support/visit.js";
import { everywhere } from "./support/worlds.js";

const NAMES = systems.map(({ display_name }) => display_name);

for (const kind of everywhere) {
  suite(
    `Signing in, ${kind.name}`,
    (claim) => {
      claim(
        "a person signs in at a deep link and sees what only a token can fetch, after a reload, too; the token is nowhere but in its header",
        async (visit) => {
          const deep = "/app/?zipcode=1&a=b%20c&x#/rooms?floor=2";
          const page = await openApp(visit, deep);
          await signIn(page);
          assert.deepEqual(await shown(page), NAMES);
          assert.equal(page.url(), visit.world.app + deep);
          const calls = visit.requests.filter(
            ({ method, headers }) => method === "GET" && headers.authorization,
          );
          assert.equal(calls.length, 1);
          const [{ url, headers }] = calls;
          assert.equal(url, `${visit.world.server}/api/engine/v2/systems`);
          const [, token] = /^Bearer ([\w.-]{20,})$/.exec(
            headers.authorization,
          );
          await assertHidden(visit, page, token);

          await page.reload();
          assert.deepEqual(await shown(page), NAMES, "and again");
          while (page.url() !== "about:blank") {
            await page.goBack();
            assert.doesNotMatch(page.url(), /access_token|[?&]code=/);
          }
        },
      );

      claim("signing out brings a login page next time", async (visit) => {
        const page = await openApp(visit);
        await signIn(page);
        await shown(page);
        await page.getByRole("button", { name: "Sign out" }).click();
        const { loggedOut, app } = visit.world;
        if (loggedOut) {
          await page.waitForURL(loggedOut);
          await page.goto(`${app}/app/`);
        }
        const button = page.getByRole("button", { name: "Sign in" });
        await button.waitFor();
        assert.equal(page.url(), `${visit.world.app}/app/`);
        await button.click();
        await page.getByLabel("Password").waitFor();
      });
    },
    { kind },
  );
}

/** The app, told where its server is as a user's own configuration would. */
async function openApp(visit, path = "/app/") {
  const { context, world } = visit;
  await context.addInitScript((options) => {
    window.options = options;
  }, world.options);
  return visit.open(path);
}

async function signIn(page) {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Password").waitFor();
  await typePassword(page);
}

async function shown(page) {
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  return page.getByRole("listitem").allTextContents();
}

async function assertHidden(visit, page, token) {
  visit.secrets.push(token);
  for (const { url, headers } of visit.requests) {
    assert.ok(!shows(url.split("#")[0], token), url);
    assert.ok(!shows(headers.referer ?? "", token), url);
    const isServer = new URL(url).origin === visit.world.server;
    assert.ok(isServer || !shows(JSON.stringify(headers), token), url);
  }
  for (const { url, headers } of visit.world.sandbox?.requests ?? []) {
    const { authorization, ...others } = headers;
    assert.ok(!shows(url, token), url);
    assert.ok(!shows(JSON.stringify(others), token), url);
    assert.ok(!authorization || url.startsWith("/api/"), url);
  }
  const seen = await page.evaluate(() => [
    JSON.stringify(history.state),
    document.title,
    document.documentElement.outerHTML,
    document.cookie,
    document.referrer,
    window.name,
  ]);
  seen.push(...(await historyOf(page)));
  for (const text of seen) assert.ok(!shows(text ?? "", token), text);
}

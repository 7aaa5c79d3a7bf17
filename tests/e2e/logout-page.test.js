import assert from "node:assert/strict";
import { BARE, signedInByPassword, stored } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { keysOf, ready } from "./support/visit.js";
import { sandboxElsewhere, sandboxHere } from "./support/worlds.js";

const HERE = `${BARE}?floor=2#/rooms/7?a=1`;
const IDP = "https://idp.test";

/** The first request to a logout page, of whichever host, after signing out with these options. */
async function askedFor(visit, logoutUrl, options) {
  const { context, world } = visit;
  world.sandbox.authority = { logout_url: logoutUrl };
  await context.route(/^https?:\/\/[^/]*\.test\//, (route) =>
    route.fulfill({ body: "signed out" }),
  );
  const { page } = await signedInByPassword(visit);
  const tokens = await stored(page);
  await page.evaluate((url) => history.replaceState(null, "", url), HERE);
  const leaving = page.waitForRequest((request) =>
    request.isNavigationRequest(),
  );
  await page.evaluate((given) => void auth.logout(given), options);
  const request = await leaving;
  const { access_token, refresh_token } = tokens;
  const told = [
    request.url(),
    JSON.stringify(await request.allHeaders()),
    request.postData() ?? "",
  ];
  for (const secret of [access_token, refresh_token]) {
    visit.secrets.push(secret);
    for (const text of told) assert.ok(!text.includes(secret), text);
    for (const { url } of visit.requests) assert.ok(!url.includes(secret), url);
  }
  return { url: request.url(), page };
}

for (const kind of [sandboxHere, sandboxElsewhere]) {
  suite(
    `The logout page that a domain names, ${kind.name}`,
    (claim) => {
      claim(
        "on another origin is gone to as it is, and told nothing",
        async (visit) => {
          const named = `${IDP}/out?tenant=a%20b#x`;
          const { url, page } = await askedFor(visit, named);
          assert.equal(url, named.replace("#x", ""));
          await page.getByText("signed out").waitFor();
          assert.ok(!visit.requests.some((asked) => asked.url.includes("7?a")));
        },
      );

      claim("may be a path of the server's", async (visit) => {
        const { url } = await askedFor(visit, "/logout/sso?tenant=1");
        const { origin, pathname, searchParams } = new URL(url);
        assert.equal(origin + pathname, `${visit.world.server}/logout/sso`);
        const { tenant, ...others } = Object.fromEntries(searchParams);
        const isHere = visit.world.app === visit.world.server;
        const place = isHere ? HERE : visit.world.app + HERE;
        assert.deepEqual([tenant, others], ["1", { continue: place }]);
      });
    },
    { kind },
  );
}

suite("The logout page that a domain names", (claim) => {
  claim(
    "is told where the user is to be where it has a place for that",
    async (visit) => {
      const named = `${IDP}/out?back={{url}}&tenant=1`;
      const { url } = await askedFor(visit, named);
      const { searchParams } = new URL(url);
      assert.deepEqual(
        [...searchParams],
        [
          ["back", visit.world.app + HERE],
          ["tenant", "1"],
        ],
      );
    },
  );

  claim("is told no other provider's answer", async (visit) => {
    const theirs = "a=1&code=theirs&state=theirs&b=2";
    for (const tail of [`?${theirs}#/rooms/7`, `?a=1&b=2#/rooms/7?${theirs}`]) {
      const returnTo = BARE + tail;
      const { url } = await askedFor(visit, undefined, { returnTo });
      assert.doesNotMatch(url, /theirs/);
      const told = new URL(url).searchParams.get("continue");
      assert.match(told, /bare\.html\?a=1&b=2#\/rooms\/7/);
    }
  });

  claim("is told where the app wants the user", async (visit) => {
    const named = `${IDP}/out?back={{url}}`;
    const returnTo = "/app/rooms/7?x=1&y=2#z";
    const { url } = await askedFor(visit, named, { returnTo });
    const back = new URL(url).searchParams.get("back");
    assert.equal(back, visit.world.app + returnTo);
  });

  claim("is PlaceOS's own where it can't be one", async (visit) => {
    for (const named of [
      "javascript:document.title='run'",
      "//attacker.test/out",
      5,
    ]) {
      const { url, page } = await askedFor(visit, named);
      const { origin, pathname } = new URL(url);
      assert.equal(origin + pathname, `${visit.world.server}/auth/logout`);
      await page.close();
    }
  });
});

suite("The logout page", (claim) => {
  claim("that the app names needs no word of the domain's", async (visit) => {
    visit.world.sandbox.authority = { logout_url: `${IDP}/theirs` };
    await visit.context.route(/idp\.test/, (route) =>
      route.fulfill({ body: "signed out" }),
    );
    const { page } = await signedInByPassword(visit, {
      endpoints: { logout: `${IDP}/mine` },
    });
    const asked = page.waitForRequest(/idp\.test/);
    await page.evaluate(() => void auth.logout());
    const { pathname } = new URL((await asked).url());
    assert.equal(pathname, "/mine");
  });

  claim(
    "is PlaceOS's own where the domain's settings can't be had",
    async (visit) => {
      const { sandbox, app } = visit.world;
      for (const fail of [
        (_req, res) => res.status(500).end(),
        (_req, res) => res.destroy(),
        (_req, res) => res.send("<!doctype html>"),
      ]) {
        sandbox.intercept = (req, res, next) =>
          req.path === "/auth/authority" ? fail(req, res) : next();
        const { page } = await signedInByPassword(visit);
        const asked = page.waitForRequest(/\/auth\/logout\?continue=/);
        await page.evaluate(() => {
          window.before = true;
          void auth.logout();
        });
        await asked;
        await page.waitForFunction(() => !window.before);
        await ready(page);
        assert.equal(page.url(), app + BARE);
        assert.deepEqual(await keysOf(page), []);
        await page.close();
      }
    },
  );
});

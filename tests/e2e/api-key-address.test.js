import assert from "node:assert/strict";
import { account } from "../servers/building.js";
import {
  answerAt,
  BARE,
  ECHO,
  heard,
  listen,
  signedInByPassword,
  statusAt,
  SYSTEMS,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready } from "./support/visit.js";

const KEY = account.api_key;
const PARAMETER = "x-api-key";
const options = { apiKey: { parameter: PARAMETER } };

const SESSION = {
  flow: "api-key",
  tokenType: "X-API-Key",
  scope: "",
  expiresAt: null,
  canRenew: false,
};

suite("An API key in the address", (claim) => {
  for (const storage of ["session", "local"]) {
    claim(`leaves it, signs, and is kept in ${storage}`, async (visit) => {
      const given = { ...options, storage };
      const page = await visit.open(`${BARE}?a=b&${PARAMETER}=${KEY}#/plan`);
      assert.deepEqual((await create(page, given)).session, SESSION);
      assert.equal(page.url(), `${visit.world.app}${BARE}?a=b#/plan`);
      assert.equal(await statusAt(page, SYSTEMS), 200);
      await page.reload();
      await ready(page);
      assert.deepEqual((await create(page, given)).session, SESSION);
      assert.equal(await statusAt(page, SYSTEMS), 200);
      const headers = visit.requests
        .filter(({ url }) => url.endsWith(SYSTEMS))
        .map((request) => request.headers[PARAMETER]);
      assert.deepEqual(headers, [KEY, KEY]);
      const tab = await visit.open();
      const { session } = await create(tab, given);
      assert.deepEqual(session, storage === "local" ? SESSION : null);
    });
  }

  claim("may be in a hash route", async (visit) => {
    const page = await visit.open(`${BARE}#/room/1?${PARAMETER}=${KEY}&b=c`);
    assert.deepEqual((await create(page, options)).session, SESSION);
    assert.equal(page.url(), `${visit.world.app}${BARE}#/room/1?b=c`);
  });

  claim("is in no log, and nowhere in the page", async (visit) => {
    const page = await visit.open(`${BARE}?${PARAMETER}=${KEY}`);
    await create(page, options);
    visit.secrets.push(KEY);
    await page.evaluate((path) => auth.fetch(path), SYSTEMS);
    const shown = await page.evaluate(() =>
      JSON.stringify([
        location.href,
        history.state,
        auth,
        auth.session,
        auth.redirect,
        document.documentElement.outerHTML,
        document.cookie,
      ]),
    );
    assert.ok(!shown.includes(KEY));
  });

  claim("lasts as long as the page with storage: memory", async (visit) => {
    const given = { ...options, storage: "memory" };
    const page = await visit.open(`${BARE}?${PARAMETER}=${KEY}`);
    await create(page, given);
    assert.equal(await statusAt(page, SYSTEMS), 200);
    assert.deepEqual(await keysOf(page), []);
    await page.reload();
    await ready(page);
    assert.equal((await create(page, given)).session, null);
  });

  claim("takes the place of the one that was kept", async (visit) => {
    const page = await visit.open(`${BARE}?${PARAMETER}=an.old-one`);
    await create(page, options);
    assert.equal(await statusAt(page, SYSTEMS), 401);
    await page.goto(`${visit.world.app}${BARE}?${PARAMETER}=${KEY}`);
    await ready(page);
    await create(page, options);
    assert.equal(await statusAt(page, SYSTEMS), 200);
  });

  claim("goes before a session that was there", async (visit) => {
    const { page } = await signedInByPassword(visit);
    await page.goto(`${visit.world.app}${BARE}?${PARAMETER}=${KEY}`);
    await ready(page);
    assert.deepEqual((await create(page, options)).session, SESSION);
    await page.evaluate((path) => auth.fetch(path), SYSTEMS);
    const { headers } = visit.requests.at(-1);
    assert.deepEqual(
      [headers[PARAMETER], headers.authorization],
      [KEY, undefined],
    );
    const { error } = await page.evaluate(() => settled(auth.token()));
    assert.equal(error?.code, "configuration");
  });

  claim("that is none, or comes twice, is a failed redirect", async (visit) => {
    for (const query of [
      `${PARAMETER}=`,
      `${PARAMETER}=a%20b`,
      `${PARAMETER}=a.b&${PARAMETER}=c.d`,
    ]) {
      const page = await visit.open(`${BARE}?${query}`);
      const { session, redirect } = await create(page, options);
      assert.equal(session, null);
      assert.equal(redirect.error?.code, "configuration");
      assert.equal(page.url(), visit.world.app + BARE);
      assert.deepEqual(await keysOf(page), []);
    }
  });

  claim("is nobody's where the app wants none", async (visit) => {
    const page = await visit.open(`${BARE}?${PARAMETER}=${KEY}`);
    visit.secrets = [];
    assert.equal((await create(page)).session, null);
    assert.ok(page.url().includes(KEY));
  });
});

suite("A panel with a key from its address", (claim) => {
  claim("forgets it by signing out, in every tab", async (visit) => {
    const given = { ...options, storage: "local" };
    const page = await visit.open(`${BARE}?${PARAMETER}=${KEY}`);
    await create(page, given);
    await listen(page);
    const tab = await visit.open();
    await create(tab, given);
    await page.evaluate(() => auth.logout({ local: true }));
    assert.deepEqual(await heard(page), [["signed-out"]]);
    assert.deepEqual(await keysOf(page), []);
    for (const each of [page, tab]) {
      assert.equal(await each.evaluate(() => auth.session), null);
      const { error } = await each.evaluate(
        (path) => settled(auth.fetch(path)),
        SYSTEMS,
      );
      assert.equal(error?.code, "login_required");
    }
  });

  claim("has users sign in as usual where there is no key", async (visit) => {
    const { page } = await signedInByPassword(visit, options);
    assert.equal(await statusAt(page, SYSTEMS), 200);
    const { authorization } = visit.requests.at(-1).headers;
    assert.match(authorization, /^Bearer /);
  });

  claim("hears once of a key that is refused, and goes on", async (visit) => {
    let isGood = false;
    answerAt(visit, ECHO, (_req, res) => res.status(isGood ? 200 : 401).end());
    for (const given of [options, { apiKey: KEY }]) {
      isGood = false;
      const page = await visit.open(`${BARE}?${PARAMETER}=${KEY}`);
      if (given.apiKey === KEY) visit.secrets = [];
      await create(page, given);
      await listen(page);
      visit.requests.length = 0;
      for (let call = 0; call < 3; call++)
        assert.equal(await statusAt(page, ECHO), 401);
      assert.equal(visit.requests.length, 3);
      assert.deepEqual(await heard(page), [
        ["renewal-failed", "login_required"],
      ]);
      assert.deepEqual(await page.evaluate(() => auth.session), SESSION);
      isGood = true;
      assert.equal(await statusAt(page, ECHO), 200);
    }
  });
});

suite("The option `apiKey`", (claim) => {
  claim("names the parameter, and nothing else", async (visit) => {
    const page = await visit.open();
    for (const [apiKey, named] of [
      [{}, "apiKey.parameter"],
      [{ parameter: "" }, "apiKey.parameter"],
      [{ parameter: 1 }, "apiKey.parameter"],
      [{ parameter: "a", key: "b" }, "apiKey.key"],
      [["a"], "apiKey"],
      [1, "apiKey"],
    ]) {
      const { error } = await page.evaluate(
        (given) => settled(window.createAuth({ apiKey: given })),
        apiKey,
      );
      assert.equal(error?.code, "configuration", String(named));
      assert.ok(error.message.includes(`\`${named}\``), error.message);
    }
  });
});

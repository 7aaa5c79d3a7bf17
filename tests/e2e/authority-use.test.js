import assert from "node:assert/strict";
import { answerWith } from "./support/answers.js";
import {
  answerAt,
  answered,
  AUTHORITY_PATH,
  byCode,
  signedInByCode,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create } from "./support/visit.js";

suite("An ACAEngine", (claim) => {
  claim("is known by its version, or by having none", async (visit) => {
    for (const [version, apiRoot] of [
      [undefined, "/control/api"],
      ["1.9.9", "/control/api"],
      ["2.2409.1-rc1", "/api/engine/v2"],
    ]) {
      visit.world.sandbox.authority = { version };
      const page = await visit.open();
      await create(page);
      const value = await page.evaluate(() => auth.authority());
      assert.equal(value.apiRoot, apiRoot, version);
      assert.equal(value.version, version ?? null);
    }
  });

  const endpointsOf = ({ world }) =>
    world.sandbox.requests
      .filter(({ method }) => method === "POST")
      .map(({ url }) => url)
      .filter((url) => url.startsWith("/auth/"));

  for (const [name, settings, endpoint] of [
    ["an ACAEngine's are", { legacy: true }, "/auth/token"],
    ["a PlaceOS's are not", {}, "/auth/oauth/token"],
  ]) {
    claim(
      `has its own endpoint for codes and refresh tokens; ${name} sent there`,
      async (visit) => {
        Object.assign(visit.world.sandbox, settings);
        const { page } = await signedInByCode(visit);
        await page.evaluate(() => auth.renew());
        assert.deepEqual(endpointsOf(visit), [endpoint, endpoint]);
      },
    );
  }

  claim("has none where the app has named the endpoint", async (visit) => {
    visit.world.sandbox.legacy = true;
    const endpoints = { token: `${visit.world.server}/auth/oauth/token` };
    const { page } = await signedInByCode(visit, { options: { endpoints } });
    await page.evaluate(() => auth.renew());
    const { pathname } = new URL(endpoints.token);
    assert.deepEqual(endpointsOf(visit), [pathname, pathname]);
    const { requests } = visit.world.sandbox;
    assert.ok(!requests.some(({ url }) => url.startsWith(AUTHORITY_PATH)));
  });
});

suite("Settings that don't come", (claim) => {
  for (const [
    what,
    handle,
  ] of /** @type {[string, import("../servers/types.d.ts").Handler][]} */ ([
    ["never", () => {}],
    ["as an error", (_req, res) => res.status(500).end()],
  ])) {
    claim(
      `hold up a sign-in by code for 3 seconds at most: ${what}`,
      async (visit) => {
        const page = await visit.open();
        const options = byCode(visit);
        await answered(visit, page, options);
        answerAt(visit, AUTHORITY_PATH, handle);
        const began = Date.now();
        const { session } = await create(page, options);
        const seconds = (Date.now() - began) / 1000;
        assert.equal(session.flow, "code");
        assert.ok(seconds < (what === "never" ? 4.5 : 2), `${seconds} s`);
      },
    );
  }

  claim("hold up a sign-out as little", async (visit) => {
    const { page } = await visit.outcome(answerWith());
    answerAt(visit, AUTHORITY_PATH, () => {});
    const began = Date.now();
    const left = page.waitForEvent("domcontentloaded");
    await page.evaluate(() => void settled(auth.logout()));
    await left;
    assert.ok(Date.now() - began < 5000, `${Date.now() - began} ms`);
    const [asked] = visit.world.sandbox.requests
      .map(({ url }) => url)
      .filter((url) => url.startsWith("/auth/logout"));
    assert.equal(asked, "/auth/logout?continue=%2Fapp%2Fbare.html");
  });
});

import assert from "node:assert/strict";
import { suite } from "./support/suite.js";
import { ready } from "./support/visit.js";

const WASM = "/placeos-auth/placeos-auth.wasm";

/** A page of the entry for apps that serve the WebAssembly themselves. */
async function open(visit) {
  const page = await visit.open("/app/external.html");
  await ready(page);
  return page;
}

suite("The entry for apps that serve the WebAssembly themselves", (claim) => {
  claim("says to call load() first", async (visit) => {
    const page = await open(visit);
    const { error } = await page.evaluate(() => settled(createAuth()));
    assert.equal(error.code, "configuration");
    assert.match(error.message, /load\(\)/);
  });

  claim("works after load(url), which downloads once", async (visit) => {
    const page = await open(visit);
    const outcome = await page.evaluate(async (url) => {
      await Promise.all([load(url), load(new URL(url, location.href))]);
      await load(url);
      return plain(await createAuth());
    }, WASM);
    assert.deepEqual(outcome, { session: null, redirect: { status: "none" } });
    const downloads = visit.requests.filter(({ url }) => url.endsWith(".wasm"));
    assert.equal(downloads.length, 1);
    assert.ok(!visit.requests.some(({ url }) => url.includes("core.wasm.js")));
  });

  claim("takes a response, bytes, or a module", async (visit) => {
    for (const source of [
      async () => fetch("/placeos-auth/placeos-auth.wasm"),
      async () =>
        (await fetch("/placeos-auth/placeos-auth.wasm")).arrayBuffer(),
      async () =>
        WebAssembly.compile(
          await (await fetch("/placeos-auth/placeos-auth.wasm")).arrayBuffer(),
        ),
      async () => new Request("/placeos-auth/placeos-auth.wasm"),
    ]) {
      const page = await open(visit);
      await page.evaluate(`(${source})().then(load)`);
      assert.equal(
        await page.evaluate(async () => (await createAuth()).session),
        null,
      );
    }
  });

  claim(
    "says so when that fails, and a later call tries again",
    async (visit) => {
      const page = await open(visit);
      for (const wrong of ["/placeos-auth/missing.wasm", "/app/bare.html"]) {
        const { error } = await page.evaluate(
          (url) => settled(load(url)),
          wrong,
        );
        assert.equal(error.code, "unsupported_environment", wrong);
      }
      const early = await page.evaluate(() => settled(createAuth()));
      assert.equal(early.error.code, "configuration");
      await page.evaluate((url) => load(url), WASM);
      assert.equal(
        await page.evaluate(async () => (await createAuth()).session),
        null,
      );
    },
  );
});

import assert from "node:assert/strict";
import { suite } from "./support/suite.js";

suite("The caller's signal", (claim) => {
  claim("ends a request with its reason, before and during", async (visit) => {
    const page = await visit.signedIn();
    visit.world.sandbox.intercept = () => {};
    const seen = await page.evaluate(async () => {
      const url = "/api/never";
      const reason = { of: "the app's own" };
      const during = new AbortController();
      const within = new AbortController();
      setTimeout(() => during.abort(reason), 100);
      setTimeout(() => within.abort("text"), 100);
      const { error: plainly } = await settled(
        auth.fetch(url, { signal: AbortSignal.abort() }),
      );
      const rejection = (call) =>
        call.then(
          () => "none",
          (error) => error,
        );
      return {
        plainly: plainly.name,
        before:
          (await rejection(
            auth.fetch(url, { signal: AbortSignal.abort(reason) }),
          )) === reason,
        during:
          (await rejection(auth.fetch(url, { signal: during.signal }))) ===
          reason,
        within: await rejection(
          auth.fetch(new Request(url, { signal: within.signal })),
        ),
        timeout: (
          await rejection(auth.fetch(url, { signal: AbortSignal.timeout(50) }))
        ).name,
      };
    });
    assert.deepEqual(seen, {
      plainly: "AbortError",
      before: true,
      during: true,
      within: "text",
      timeout: "TimeoutError",
    });
  });

  claim("ends a response that is still coming", async (visit) => {
    const page = await visit.signedIn();
    visit.world.sandbox.intercept = (_req, res) =>
      res.writeHead(200).write("half");
    const name = await page.evaluate(async () => {
      const controller = new AbortController();
      const response = await auth.fetch("/api/slow", controller);
      const text = settled(response.text());
      controller.abort();
      return (await text).error?.name;
    });
    assert.equal(name, "AbortError");
  });
});

suite("A response", (claim) => {
  claim(
    "is the server's own, a 401 and a 403 included, and ends no session",
    async (visit) => {
      const page = await visit.signedIn();
      const { sandbox } = visit.world;
      sandbox.intercept = (req, res) =>
        res
          .status(Number(req.path.split("/").at(-1)))
          .set("X-Why", "because")
          .json({ path: req.path });
      for (const status of [200, 201, 401, 403, 404, 500]) {
        const seen = await page.evaluate(async (wanted) => {
          const response = await auth.fetch(`/api/${wanted}`);
          const why = response.headers.get("x-why");
          const isOwn =
            response instanceof Response && response.type === "basic";
          return [response.status, why, isOwn, (await response.json()).path];
        }, status);
        assert.deepEqual(seen, [status, "because", true, `/api/${status}`]);
      }
      assert.ok(await page.evaluate(() => auth.session));
      const calls = sandbox.requests.filter(({ url }) => url === "/api/401");
      assert.equal(calls.length, 1);
    },
  );

  claim("that never comes is the browser's own error", async (visit) => {
    const page = await visit.signedIn();
    visit.world.sandbox.intercept = (_req, res) => res.destroy();
    const { error } = await page.evaluate(() => settled(auth.fetch("/api/x")));
    assert.equal(error.name, "TypeError");
    assert.ok(await page.evaluate(() => auth.session));
  });
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { existsSync } from "node:fs";
import { encode, FOREIGN_STATE, GOOD } from "./support/answers.js";
import { signedInAtServer } from "./support/frames.js";
import { statusOf } from "./support/grants.js";
import { renew } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, keysOf, refusal } from "./support/visit.js";

/** @import { PlainError } from "./page.d.ts" */

suite("Importing the package", (claim) => {
  claim(
    "touches nothing: no storage, no address, no request",
    async (visit) => {
      const path = `/app/bare.html#${encode({ ...GOOD, state: FOREIGN_STATE })}`;
      const page = await visit.open(path);
      assert.equal(page.url(), visit.world.app + path);
      assert.deepEqual(await keysOf(page), []);
      const others = visit.requests
        .map(({ url }) => new URL(url).pathname)
        .filter((name) => !/^\/(app|placeos-auth)\//.test(name));
      assert.deepEqual(others, []);
    },
  );

  claim(
    "works in a worker, where createAuth says what it lacks",
    async (visit) => {
      const page = await visit.open();
      const [imported, answer] = await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker("/app/worker.js", { type: "module" });
            const messages = [];
            worker.onerror = reject;
            worker.onmessage = ({ data }) => {
              if (messages.push(data) === 2) resolve(messages);
            };
          }),
      );
      assert.equal(imported, "imported");
      assert.deepEqual(answer.slice(0, 2), [true, "unsupported_environment"]);
      assert.match(answer[2], /page/);
    },
  );
});

suite("A page without WebAssembly", (claim) => {
  claim(
    "imports the package, and createAuth says what to change",
    async (visit) => {
      await visit.context.addInitScript(() => {
        window.kept = WebAssembly;
        delete window.WebAssembly;
      });
      const page = await visit.open();
      const { code, message } = await refusal(page);
      assert.equal(code, "unsupported_environment");
      assert.match(message, /WebAssembly/);

      await page.evaluate(() => (window.WebAssembly = window.kept));
      assert.equal(
        (await create(page)).session,
        null,
        "a later call tries again",
      );
    },
  );

  claim(
    "by its policy: createAuth names the word that is missing",
    async (visit) => {
      await visit.withPolicy("**/app/bare.html", (policy) =>
        policy.replace(" 'wasm-unsafe-eval'", ""),
      );
      const page = await visit.open();
      const { code, message, cause } = await refusal(page);
      assert.equal(code, "unsupported_environment");
      assert.match(message, /'wasm-unsafe-eval'/);
      assert.ok(cause);
    },
  );
});

suite("The strict policy of the tests' app", (claim) => {
  claim("is enough from the first line to the last", async (visit) => {
    const { page } = await signedInAtServer(visit);
    assert.equal((await renew(page)).error, undefined);
    assert.equal(await statusOf(visit, page), 200);
    assert.deepEqual(
      visit.lines.filter((line) => /Content.Security.Policy/i.test(line)),
      [],
    );
  });
});

const entry = new URL("../../dist/index.js", import.meta.url);
const skip =
  !existsSync(entry) &&
  !process.env.CI &&
  "The package isn't built: npm run build.";

it(
  "Importing the package in Node is inert, and createAuth says what it lacks",
  { skip, timeout: 10_000 },
  async () => {
    const before = Object.getOwnPropertyNames(globalThis);
    const { AuthError, createAuth, completeSignIn } = await import(entry.href);
    assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
    for (const start of [createAuth, completeSignIn]) {
      await assert.rejects(start(), (/** @type {PlainError} */ error) => {
        assert.ok(error instanceof AuthError);
        assert.equal(error.code, "unsupported_environment");
        assert.match(error.message, /page/);
        return true;
      });
    }
  },
);

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { listen } from "../servers/listen.js";
import { TOKEN } from "./support/answers.js";
import {
  fetchEach,
  PLACEOS,
  signedInElsewhere,
  standInForOthers,
} from "./support/elsewhere.js";
import { OF_OTHERS, OF_THE_SERVER } from "./support/spellings.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";

const BEARER = `Bearer ${TOKEN}`;

suite("Which URL gets the token", (claim) => {
  claim(
    "every spelling of the server's, and it goes to no one else",
    async (visit) => {
      const there = await signedInElsewhere(visit);
      for (const { input, sent, error } of await fetchEach(
        there,
        OF_THE_SERVER,
      )) {
        assert.equal(error, undefined, input);
        assert.equal(sent.length, 1, input);
        assert.equal(new URL(sent[0].url).origin, PLACEOS, input);
        assert.equal(sent[0].authorization, BEARER, input);
      }
    },
  );

  claim(
    "no spelling of anybody else's, and it passes as if we weren't there",
    async (visit) => {
      const there = await signedInElsewhere(visit);
      for (const { input, sent, error } of await fetchEach(there, OF_OTHERS)) {
        assert.ok(error?.name !== "AuthError", `${input}: ${error?.message}`);
        for (const { authorization } of sent)
          assert.equal(authorization, undefined, input);
      }
      assertSentNoToken(visit);
    },
  );

  claim(
    "none at all without a session, and others still pass",
    async (visit) => {
      const requests = await standInForOthers(visit);
      const page = await visit.open();
      await create(page, { server: PLACEOS });
      const there = { page, requests };
      for (const { input, sent, error } of await fetchEach(
        there,
        OF_THE_SERVER,
      )) {
        assert.equal(error?.code, "login_required", input);
        assert.deepEqual(sent, [], input);
      }
      const passing = "https://attacker.test/x";
      const [{ sent, error }] = await fetchEach(there, [passing]);
      assert.equal(error, undefined);
      assert.equal(sent.length, 1);
    },
  );

  claim("what is an object by what it is, once", async (visit) => {
    const there = await signedInElsewhere(visit);
    const signed = [
      () => new URL("https://placeos.example.com/api"),
      () => new Request("https://placeos.example.com/api"),
      () => ({ toString: () => "https://placeos.example.com/api" }),
      () => ["https://placeos.example.com/api"],
      () =>
        Object.assign(new Request("https://placeos.example.com/api"), {
          extra: 1,
        }),
    ];
    for (const { input, sent } of await fetchEach(there, signed)) {
      assert.equal(sent[0]?.authorization, BEARER, input);
    }
    const unsigned = [
      () => new URL("https://attacker.test/api"),
      () => new Request("https://attacker.test/api"),
      () => {
        const urls = ["https://placeos.example.com/", "https://attacker.test/"];
        return { toString: () => urls.shift() ?? "https://attacker.test/" };
      },
      () => {
        const urls = ["https://attacker.test/", "https://placeos.example.com/"];
        return { toString: () => urls.shift() ?? "https://attacker.test/" };
      },
      () => {
        const urls = ["https://placeos.example.com/", "https://attacker.test/"];
        return {
          [Symbol.toPrimitive]: () => urls.shift() ?? "https://attacker.test/",
        };
      },
      () =>
        Object.defineProperty(new Request("https://attacker.test/"), "url", {
          value: "https://placeos.example.com/",
        }),
      () =>
        new (class extends Request {
          get url() {
            return "https://placeos.example.com/";
          }
        })("https://attacker.test/"),
      () =>
        Object.defineProperty(new URL("https://attacker.test/"), "href", {
          value: "https://placeos.example.com/",
        }),
      () => ({
        url: "https://placeos.example.com/",
        toString: () => "https://attacker.test/",
      }),
      () => ({
        href: "https://placeos.example.com/",
        toString: () => "https://attacker.test/",
      }),
    ];
    for (const { input, sent, error } of await fetchEach(there, unsigned)) {
      assert.ok(error?.name !== "AuthError", input);
      for (const request of sent) {
        const leaked =
          request.authorization && !request.url.startsWith(PLACEOS);
        assert.ok(!leaked, input);
      }
    }
    assertSentNoToken(visit);
  });

  claim(
    "what can't be read as a URL rejects as `fetch` does",
    async (visit) => {
      const there = await signedInElsewhere(visit);
      const odd = [
        () => Symbol("x"),
        () => ({
          toString() {
            throw new RangeError("of the app's own");
          },
        }),
        () => Object.create(null),
        () => "https://",
      ];
      const names = (await fetchEach(there, odd)).map(
        ({ error }) => error?.name,
      );
      assert.deepEqual(names, [
        "TypeError",
        "RangeError",
        "TypeError",
        "TypeError",
      ]);
    },
  );

  claim(
    "a relative one by the page's <base>, as `fetch` reads it",
    async (visit) => {
      const there = await signedInElsewhere(visit);
      await visit.withPolicy("**/app/bare.html", (policy) =>
        policy.replace("base-uri 'none'", ""),
      );
      await there.page.reload();
      await ready(there.page);
      await create(there.page, { server: PLACEOS });
      const rebase = (href) =>
        there.page.evaluate((address) => {
          document.querySelector("base")?.remove();
          const base = document.createElement("base");
          base.href = address;
          document.head.append(base);
        }, href);

      await rebase("https://attacker.test/");
      for (const { input, sent } of await fetchEach(there, [
        "api",
        "/api",
        "?a",
        "//placeos.example.com.attacker.test",
      ])) {
        assert.equal(sent.length, 1, input);
        assert.equal(sent[0].authorization, undefined, input);
      }
      await rebase(`${PLACEOS}/app/`);
      for (const { input, sent } of await fetchEach(there, [
        "api",
        "/api",
        "//placeos.example.com/api",
      ])) {
        assert.equal(sent[0]?.url.startsWith(PLACEOS), true, input);
        assert.equal(sent[0].authorization, BEARER, input);
      }
      assertSentNoToken(visit);
    },
  );
});

suite("A redirect of the server's to another origin", (claim) => {
  claim("doesn't take the token along", async (visit) => {
    const seen = [];
    const other = await listen(
      createServer((req, res) => {
        seen.push(req);
        const anyone = {
          "access-control-allow-origin": "*",
          "access-control-allow-headers": "authorization, *",
        };
        res.writeHead(200, anyone).end("elsewhere");
      }),
      { port: 0, host: "127.0.0.1" },
    );
    try {
      const page = await visit.signedIn();
      const { sandbox } = visit.world;
      sandbox.intercept = (_req, res) =>
        res.redirect(307, `${other.origin}/there`);
      await page.evaluate(() =>
        settled(auth.fetch("/api/engine/v2/systems").then((r) => r.text())),
      );
      assert.equal(sandbox.requests.at(-1).headers.authorization, BEARER);
      for (const { headers, url } of seen) {
        assert.equal(headers.authorization, undefined);
        assert.ok(!url.includes(TOKEN));
      }
    } finally {
      await other.close();
    }
  });
});

/** Asked of all that left the browser, whoever it was meant for. */
function assertSentNoToken(visit) {
  for (const { url, headers } of visit.requests) {
    const ours = url.startsWith(`${PLACEOS}/`);
    assert.ok(ours || !JSON.stringify(headers).includes(TOKEN), url);
    assert.ok(!url.split("#")[0].includes(TOKEN), url);
  }
}

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { account } from "../servers/building.js";
import { listen } from "../servers/listen.js";
import { fetchEach, PLACEOS, standInForOthers } from "./support/elsewhere.js";
import { withApiKey } from "./support/sockets.js";
import { OF_OTHERS, OF_THE_SERVER } from "./support/spellings.js";
import { SYSTEMS } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, keysOf, refusal } from "./support/visit.js";
import { sandboxElsewhere, sandboxHere } from "./support/worlds.js";

const KEY = account.api_key;

suite("Which URL gets an API key", (claim) => {
  claim("every spelling of the server's", async (visit) => {
    const there = await elsewhere(visit);
    for (const { input, sent, error } of await fetchEach(
      there,
      OF_THE_SERVER,
    )) {
      assert.equal(error, undefined, input);
      assert.equal(sent.length, 1, input);
      assert.equal(new URL(sent[0].url).origin, PLACEOS, input);
      assert.equal(sent[0]["x-api-key"], KEY, input);
      assert.equal(sent[0].authorization, undefined, input);
    }
  });

  claim(
    "no spelling of anybody else's, and it passes as if we weren't there",
    async (visit) => {
      const there = await elsewhere(visit);
      for (const { input, error } of await fetchEach(there, OF_OTHERS)) {
        assert.ok(error?.name !== "AuthError", `${input}: ${error?.message}`);
      }
      assertSentNoKey(visit);
    },
  );

  claim("a protected resource, under its path alone", async (visit) => {
    const there = await elsewhere(visit, {
      protectedResources: ["https://api.test/v1"],
    });
    const [under, beside] = await fetchEach(there, [
      "https://api.test/v1/x",
      "https://api.test/v1x",
    ]);
    assert.equal(under.sent[0]["x-api-key"], KEY);
    assert.equal(beside.sent[0]["x-api-key"], undefined);
  });

  claim("none that has a signature of the app's own", async (visit) => {
    const there = await elsewhere(visit);
    const own = [
      () =>
        new Request("https://placeos.example.com/", {
          headers: { "X-API-Key": "mine" },
        }),
      () =>
        new Request("https://placeos.example.com/", {
          headers: { "x-api-KEY": "" },
        }),
      () =>
        new Request("https://placeos.example.com/", {
          headers: { Authorization: "Bearer mine" },
        }),
    ];
    const sent = (await fetchEach(there, own)).map(({ sent: [first] }) => [
      first["x-api-key"],
      first.authorization,
    ]);
    assert.deepEqual(sent, [
      ["mine", undefined],
      ["", undefined],
      [undefined, "Bearer mine"],
    ]);
    assertSentNoKey(visit);
  });

  async function elsewhere(visit, options) {
    const requests = await standInForOthers(visit);
    const page = await withApiKey(visit, { server: PLACEOS, ...options });
    return { page, requests };
  }

  /** Asked of all that left the browser, but for the server. */
  function assertSentNoKey(visit) {
    for (const { url, headers } of visit.requests) {
      const isServer = url === `${PLACEOS}/` && headers["x-api-key"] !== KEY;
      assert.ok(!JSON.stringify(headers).includes(KEY) || isServer, url);
      assert.ok(!url.includes(KEY), url);
    }
  }
});

for (const kind of [sandboxHere, sandboxElsewhere]) {
  suite(
    `An API key, with the ${kind.name}`,
    (claim) => {
      claim("opens the API", async (visit) => {
        const page = await withApiKey(visit);
        const { server } = visit.world;
        const seen = await page.evaluate(async (url) => {
          const response = await auth.fetch(url);
          return [response.status, (await response.json()).length > 0];
        }, `${server}${SYSTEMS}`);
        assert.deepEqual(seen, [200, true]);
        const { headers } = visit.world.sandbox.requests.at(-1);
        assert.equal(headers["x-api-key"], KEY);
        assert.equal(headers.authorization, undefined);
      });

      claim("signs URLs as `api-key`, and no one else's", async (visit) => {
        const page = await withApiKey(visit);
        const url = `${visit.world.server}${SYSTEMS}?limit=1&api-key=old#x`;
        const signed = await page.evaluate(async (text) => {
          const made = await auth.signUrl(text);
          return [made instanceof URL, made.href];
        }, url);
        const expected = `${visit.world.server}${SYSTEMS}?limit=1&api-key=${KEY}#x`;
        assert.deepEqual(signed, [true, expected]);
        const { error } = await page.evaluate(() =>
          settled(auth.signUrl("https://attacker.test/")),
        );
        assert.equal(error.code, "untrusted_url");
        const response = await fetch(expected);
        assert.equal(response.status, 200);
      });
    },
    { kind },
  );
}

suite("A client with an API key", (claim) => {
  claim("has a session from the start that never ends", async (visit) => {
    const page = await visit.open();
    const { session, redirect } = await create(page, { apiKey: KEY });
    assert.deepEqual(session, {
      flow: "api-key",
      tokenType: "X-API-Key",
      scope: "",
      expiresAt: null,
      canRenew: false,
    });
    assert.deepEqual(redirect, { status: "none" });
    const isConstant = await page.evaluate(() => {
      const { session } = auth;
      return Object.isFrozen(session) && auth.session === session;
    });
    assert.ok(isConstant);
  });

  claim("signs nobody in or out, and hands out no token", async (visit) => {
    const page = await withApiKey(visit);
    const url = page.url();
    const codes = await page.evaluate(async () => {
      const heard = [];
      auth.subscribe(({ type }) => heard.push(type));
      const calls = [
        auth.login(),
        auth.loginWithPassword({ username: "a", password: "b" }),
        auth.logout(),
        auth.logout({ local: true }),
        auth.renew(),
        auth.token(),
      ];
      const outcomes = await Promise.all(
        calls.map((call) => settled(/** @type {Promise<unknown>} */ (call))),
      );
      return [...outcomes.map(({ error }) => error?.code), heard.length];
    });
    assert.deepEqual(codes, [...Array(6).fill("configuration"), 0]);
    assert.equal(page.url(), url);
    assert.ok(
      !visit.world.sandbox.requests.some(({ url }) => url.startsWith("/auth/")),
    );
  });

  claim("leaves alone the session that another client has", async (visit) => {
    const page = await visit.signedIn();
    const kept = await keysOf(page);
    const seen = await page.evaluate(async (apiKey) => {
      const keyed = await createAuth({ apiKey });
      return [keyed.session.flow, auth.session.flow];
    }, KEY);
    assert.deepEqual(seen, ["api-key", "implicit"]);
    assert.deepEqual(await keysOf(page), kept);
  });

  claim("keeps the key to itself", async (visit) => {
    visit.secrets.push(KEY);
    const page = await withApiKey(visit);
    const shown = await page.evaluate(async (url) => {
      const response = await auth.fetch(url);
      await response.text();
      const failures = [
        await settled(auth.token()),
        await settled(auth.fetch("/nowhere", { body: "no body with GET" })),
        await settled(auth.signUrl("https://attacker.test/")),
        await settled(auth.openWebSocket("/nowhere")),
        await settled(auth.openWebSocket("https://attacker.test/")),
      ];
      return [
        JSON.stringify(failures),
        JSON.stringify([auth, auth.session, auth.redirect, Object.keys(auth)]),
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
        document.cookie,
        document.documentElement.outerHTML,
        location.href,
        window.name,
        JSON.stringify(history.state),
      ];
    }, SYSTEMS);
    for (const text of shown) assert.ok(!text.includes(KEY), text);
    assert.match(shown[0], /untrusted_url.*network.*untrusted_url/);
    assert.deepEqual(await keysOf(page), []);
    assert.deepEqual(await visit.context.cookies(), []);
  });

  claim(
    "has to be one that a header can carry, which is said without it",
    async (visit) => {
      const page = await visit.open();
      for (const apiKey of [
        "",
        " ",
        "id. secret",
        "id.secret\n",
        "id.sëcret",
        "id.secret\u0000",
        "鍵",
        5,
        null,
        {},
      ]) {
        const error = await refusal(page, { apiKey });
        assert.equal(error.code, "configuration", JSON.stringify(apiKey));
        assert.match(error.message, /apiKey/);
        assert.doesNotMatch(error.message, /secret/);
      }
    },
  );
});

suite("A redirect of a request with an API key", (claim) => {
  claim(
    "to another origin is not followed, though that allows everything",
    async (visit) => {
      const seen = [];
      const other = await listen(
        createServer((req, res) => {
          seen.push(req);
          const everything = {
            "access-control-allow-origin": "*",
            "access-control-allow-headers": "x-api-key, *",
            "access-control-allow-methods": "*",
          };
          res.writeHead(200, everything).end("elsewhere");
        }),
        { port: 0, host: "127.0.0.1" },
      );
      try {
        const page = await withApiKey(visit);
        const { sandbox } = visit.world;
        sandbox.intercept = (_req, res) =>
          res.redirect(307, `${other.origin}/there`);
        const outcomes = await page.evaluate(async (url) => {
          const inits = [undefined, { method: "POST", body: "x" }];
          const calls = [
            ...inits.map((init) => auth.fetch(url, init)),
            auth.fetch(new Request(url)),
            auth.fetch(url, { redirect: "follow" }),
          ];
          return Promise.all(
            calls.map((call) => settled(call.then((r) => r.text()))),
          );
        }, SYSTEMS);
        for (const { error } of outcomes) assert.equal(error.name, "TypeError");
        assert.equal(sandbox.requests.at(-1).headers["x-api-key"], KEY);
        assert.deepEqual(seen, []);
      } finally {
        await other.close();
      }
    },
  );

  claim("is the app's own to look at, if it asks for that", async (visit) => {
    const page = await withApiKey(visit);
    visit.world.sandbox.intercept = (_req, res) => res.redirect("/elsewhere");
    const seen = await page.evaluate(async (url) => {
      const response = await auth.fetch(url, { redirect: "manual" });
      return [response.type, response.status];
    }, SYSTEMS);
    assert.deepEqual(seen, ["opaqueredirect", 0]);
  });
});

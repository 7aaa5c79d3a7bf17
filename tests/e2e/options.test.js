import assert from "node:assert/strict";
import { suite } from "./support/suite.js";
import { create, keysOf, ready, refusal } from "./support/visit.js";

const OK = "https://placeos.test";

/** By option: values that can't work. */
const BAD = {
  server: [
    "placeos.test",
    "",
    "//placeos.test",
    "ftp://placeos.test",
    "javascript:1",
    "https://me@placeos.test",
    "https://placeos.test/path",
    "https://placeos.test?x",
    "https://placeos.test#",
    5,
    null,
  ],
  clientId: ["", " ", 5, null],
  redirectUri: [
    "https://other.test/app/",
    "/app/#",
    "/app/#x",
    "javascript:1",
    "data:,",
    5,
  ],
  flow: ["Implicit", "Code", "password", "api-key", "token", "", 1, null],
  scope: [
    "",
    " public",
    "public  admin",
    "public\tadmin",
    'a"b',
    "a\\b",
    "ä",
    5,
    ["public"],
  ],
  storage: ["cookie", "Local", "", null],
  protectedResources: [
    OK,
    {},
    null,
    [5],
    [""],
    ["/api"],
    ["api.test"],
    ["https://api.test?x"],
    ["https://api.test#x"],
    ["https://me:pw@api.test"],
    ["wss://api.test"],
  ],
  endpoints: ["https://placeos.test", [], null, 5],
  "endpoints.authorize": [
    { endpoints: { authorize: "/auth" } },
    { endpoints: { authorize: 5 } },
    { endpoints: { authorize: "javascript:1" } },
  ],
  "endpoints.logout": [
    { endpoints: { logout: "" } },
    { endpoints: { logout: "https://me@placeos.test/" } },
  ],
  "endpoints.token": [
    { endpoints: { token: "/auth/oauth/token" } },
    { endpoints: { token: "https://placeos.test/token#x" } },
  ],
  "endpoints.revoke": [{ endpoints: { revoke: "//placeos.test" } }],
  "endpoints.authority": [{ endpoints: { authority: ["x"] } }],
  "endpoints.introspect": [{ endpoints: { introspect: OK } }],
  navigate: ["x", {}, null],
  log: ["x", true, null],
  clientID: ["x"],
  renewBefore: ["60", -1, NaN, true, null],
};

suite("An option that can't work", (claim) => {
  claim("is named", async (visit) => {
    const page = await visit.open();
    for (const [name, values] of Object.entries(BAD)) {
      for (const value of values) {
        const options = name.includes(".") ? value : { [name]: value };
        const error = await refusal(page, options);
        const told = `${error.message} for ${JSON.stringify(options)}`;
        assert.equal(error.name, "AuthError", told);
        assert.equal(error.code, "configuration", told);
        assert.ok(error.message.includes(`\`${name}\``), told);
      }
    }
    assert.deepEqual(await keysOf(page), []);
  });

  claim("is told apart from a slip of case", async (visit) => {
    const page = await visit.open();
    const { message } = await refusal(
      page,
      /** @type {object} */ ({ redirectURI: "x" }),
    );
    assert.match(message, /`redirectURI`.*`redirectUri`/);
  });

  claim("may be the options as a whole", async (visit) => {
    const page = await visit.open();
    for (const options of [null, 5, "https://placeos.test", [], true]) {
      const { error } = await page.evaluate(
        (given) => settled(createAuth(given)),
        options,
      );
      assert.equal(error?.code, "configuration", String(options));
    }
  });

  claim(
    "is a client id that nothing says, for capitals in the redirect URI",
    async (visit) => {
      const page = await visit.open("/app/rooms/Library");
      const { code, message } = await refusal(page);
      assert.equal(code, "configuration");
      assert.match(message, /`clientId`/);
      await create(page, { clientId: "x" });
    },
  );

  claim("of a method is named as well", async (visit) => {
    const page = await visit.signedIn();
    const seen = await page.evaluate(async () => {
      const cycle = {};
      cycle.self = cycle;
      /** @type {Record<string, (() => Promise<unknown>)[]>} */
      const bad = {
        returnTo: [
          () => auth.login({ returnTo: 5 }),
          () => auth.logout({ returnTo: {} }),
        ],
        returnto: [
          () => auth.login({ returnto: "/" }),
          () => auth.logout({ returnto: "/" }),
        ],
        scope: [
          () => auth.login({ scope: "" }),
          () => auth.login({ scope: 5 }),
        ],
        appState: [
          () => auth.login({ appState: cycle }),
          () => auth.login({ appState: 1n }),
          () => auth.login({ appState: () => 1 }),
        ],
        local: [
          () => auth.logout({ local: "yes" }),
          () => auth.logout({ local: 1 }),
        ],
        options: [() => auth.login("/"), () => auth.logout(null)],
        url: [() => auth.signUrl(), () => auth.signUrl({})],
      };
      const wrong = [];
      for (const [name, calls] of Object.entries(bad)) {
        for (const call of calls) {
          const { error } = await settled(call());
          const isNamed = error?.message.includes(`\`${name}\``);
          if (error?.code !== "configuration" || !isNamed)
            wrong.push([String(call), error]);
        }
      }
      return { wrong, session: auth.session !== null };
    });
    assert.deepEqual(seen, { wrong: [], session: true });
    assert.equal(page.url(), `${visit.world.app}/app/bare.html`);
  });
});

suite("An option that works", (claim) => {
  claim("isn't taken from what an object inherits", async (visit) => {
    const page = await visit.signedIn();
    const signed = await page.evaluate(async () => {
      const protectedResources = ["https://attacker.test"];
      Object.assign(Object.prototype, { protectedResources });
      const polluted = await createAuth({ scope: "other" });
      Reflect.deleteProperty(Object.prototype, "protectedResources");
      return settled(polluted.signUrl("https://attacker.test/"));
    });
    assert.equal(signed.error?.code, "untrusted_url");
  });

  claim("may be undefined, or a URL", async (visit) => {
    const page = await visit.open();
    await create(page, {});
    await page.evaluate(async () => {
      await createAuth();
      await createAuth(undefined);
      await createAuth({
        server: undefined,
        log: undefined,
        endpoints: undefined,
      });
      await createAuth({ endpoints: { authorize: undefined } });
      await createAuth({
        server: new URL("https://placeos.test"),
        redirectUri: new URL("/app/", location.href),
        endpoints: { authorize: new URL("https://idp.test/a?b=c") },
        protectedResources: Object.freeze([new URL("https://api.test/v1")]),
      });
    });
  });

  claim("says where to sign in, and as whom", async (visit) => {
    const page = await visit.open();
    const asked = page.waitForRequest(/idp\.test/);
    await visit.context.route(/idp\.test/, (route) =>
      route.fulfill({ body: "sign in here" }),
    );
    await create(page, {
      clientId: "an id & more",
      scope: "public admin",
      redirectUri: "/app/",
      endpoints: { authorize: "https://idp.test/authorize?tenant=a%20b" },
    });
    await page.evaluate(() => void auth.login());
    const url = new URL((await asked).url());
    assert.equal(url.origin + url.pathname, "https://idp.test/authorize");
    const { state, ...others } = Object.fromEntries(url.searchParams);
    assert.match(state, /^placeos-auth\.[0-9a-f]{64}$/);
    assert.deepEqual(others, {
      tenant: "a b",
      response_type: "token",
      client_id: "an id & more",
      redirect_uri: `${visit.world.app}/app/`,
      scope: "public admin",
    });
    await page.getByText("sign in here").waitFor();
  });
});

suite("A plain http: URL", (claim) => {
  claim(
    "is insecure_url on an https page, unless it is this machine's",
    async (visit) => {
      const { context, world } = visit;
      await context.route("https://app.test/**", async (route) => {
        const { pathname } = new URL(route.request().url());
        const response = await route.fetch({ url: world.app + pathname });
        await route.fulfill({ response });
      });
      const page = await context.newPage();
      await page.goto("https://app.test/app/bare.html");
      await ready(page);
      for (const options of [
        { server: "http://placeos.test" },
        { server: "http://localhost.attacker.test" },
        { server: "http://127.0.0.1.attacker.test" },
        { server: OK, protectedResources: [OK, "http://api.test"] },
        { server: OK, endpoints: { authorize: "http://placeos.test/a" } },
        { server: OK, endpoints: { logout: "http://placeos.test/a" } },
      ]) {
        assert.equal((await refusal(page, options)).code, "insecure_url");
      }
      for (const host of [
        "localhost:3000",
        "127.0.0.1",
        "[::1]:8080",
        "a.localhost",
      ]) {
        await create(page, { server: `http://${host}` });
      }
    },
  );
});

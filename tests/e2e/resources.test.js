import assert from "node:assert/strict";
import { TOKEN } from "./support/answers.js";
import { fetchEach, PLACEOS, signedInElsewhere } from "./support/elsewhere.js";
import { suite } from "./support/suite.js";

const BEARER = `Bearer ${TOKEN}`;

suite("Protected resources", (claim) => {
  const RESOURCES = [
    "https://files.test",
    "https://api.test/v1",
    "https://maps.test:8443/a/b/",
  ];

  claim("get the token under their path, by whole segments", async (visit) => {
    const there = await signedInElsewhere(visit, {
      protectedResources: RESOURCES,
    });
    const covered = [
      `${PLACEOS}/anything`,
      "https://files.test",
      "https://files.test/a/../b?c#d",
      "https://FILES.test:443/%2e%2e%2fx",
      "https://api.test/v1",
      "https://api.test/v1/",
      "https://api.test/v1?x",
      "https://api.test/v1#x",
      "https://api.test/v1/systems/a.b..c",
      "https://api.test/v1/../v1/x",
      "https://api.test/%2e%2e/v1/x",
      "https://api.test/v1/%2e/x",
      "https://api.test//../v1/x",
      "https://maps.test:8443/a/b/",
      "https://maps.test:8443/a/b/c",
    ];
    for (const { input, sent } of await fetchEach(there, covered)) {
      assert.equal(sent[0]?.authorization, BEARER, input);
    }
  });

  claim("and nothing beside it does", async (visit) => {
    const there = await signedInElsewhere(visit, {
      protectedResources: RESOURCES,
    });
    const beside = [
      "https://api.test/",
      "https://api.test/v1x",
      "https://api.test/v10/systems",
      "https://api.test/v1%2fsystems",
      "https://api.test/v1%2f..%2fv2",
      "https://api.test/v1;x",
      "https://api.test/V1/systems",
      "https://api.test/%761/systems",
      "https://api.test//v1/systems",
      "https://api.test/x/v1",
      "https://api.test/v1/../v2",
      "https://api.test/v1/..",
      "https://api.test/v1/x/../../v2",
      "https://api.test/v1/%2e%2e/v2",
      "https://api.test/v1/.%2E/v2",
      "https://api.test/v1/..%2fv2",
      "https://api.test/v1/%2e%2e%2fv2",
      "https://api.test/v1/x%2f..%2f..%2fv2",
      "https://api.test/v1/..%5cv2",
      "https://api.test/v1\\..\\v2",
      "https://api.test/?/v1/systems",
      "https://api.test/#/v1/systems",
      "http://api.test/v1/systems",
      "https://api.test:8443/v1/systems",
      "https://maps.test:8443/a/b",
      "https://maps.test:8443/a/bc/",
      "https://maps.test/a/b/",
      "https://files.test.attacker.test/",
    ];
    for (const { input, sent, error } of await fetchEach(there, beside)) {
      assert.ok(error?.name !== "AuthError", input);
      assert.equal(sent.length, 1, input);
      assert.equal(sent[0].authorization, undefined, input);
    }
  });

  claim("may be URL objects", async (visit) => {
    const there = await signedInElsewhere(visit);
    await there.page.evaluate(async (server) => {
      const protectedResources = [new URL("https://files.test/a")];
      window.auth = await createAuth({ server, protectedResources });
    }, PLACEOS);
    const [{ sent }] = await fetchEach(there, ["https://files.test/a/b"]);
    assert.equal(sent[0].authorization, BEARER);
  });
});

suite("A signed URL", (claim) => {
  const sign = (page, url) =>
    page.evaluate((given) => settled(auth.signUrl(given).then(String)), url);

  claim(
    "carries the token in place of any other, the rest as it was",
    async (visit) => {
      const { page } = await signedInElsewhere(visit);
      for (const [url, signed] of [
        ["/api/x", `/api/x?bearer_token=${TOKEN}`],
        ["/api/x?a=b%20c&x#d", `/api/x?a=b%20c&x&bearer_token=${TOKEN}#d`],
        [
          "/api/x?bearer_token=old&a=1&bearer%5ftoken=older",
          `/api/x?a=1&bearer_token=${TOKEN}`,
        ],
      ]) {
        const { value } = await sign(page, PLACEOS + url);
        assert.equal(value, PLACEOS + signed);
      }
      const isUrl = await page.evaluate(
        async (url) => (await auth.signUrl(new URL(url))) instanceof URL,
        PLACEOS,
      );
      assert.equal(isUrl, true);
    },
  );

  claim("is not made of one that may not have the token", async (visit) => {
    const { page } = await signedInElsewhere(visit);
    for (const url of [
      "/api/x",
      "https://attacker.test/",
      "https://placeos.example.com.attacker.test/",
      "https://someone@placeos.example.com/",
      "http://placeos.example.com/",
      "wss://placeos.example.com/",
      "javascript:alert(1)",
      "https://",
    ]) {
      assert.equal((await sign(page, url)).error?.code, "untrusted_url", url);
    }
    assert.equal((await sign(page, null)).error?.code, "configuration");
  });
});

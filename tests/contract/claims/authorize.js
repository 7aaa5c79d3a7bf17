import assert from "node:assert/strict";
import { answerOf } from "../answer.js";
import { idOf, LOOPBACK, NATIVE, TENANT } from "../apps.js";
import { authorizeSignedIn, but, CODE, IMPLICIT } from "../grants.js";
import { contract } from "../pair.js";

/** @import { Fields } from "../../servers/types.d.ts" */
/** @import { Client } from "../client.js" */

/** @type {(parameters: Fields) => (client: Client) => Promise<ReturnType<typeof answerOf>>} */
const seen = (parameters) => async (client) =>
  answerOf(await authorizeSignedIn(client, parameters));

contract("authorization endpoint", (claim) => {
  /** @type {(location: string) => (answer: ReturnType<typeof answerOf>) => void} */
  const redirectsTo =
    (location) =>
    ({ status, location: actual }) =>
      assert.deepEqual([status, actual], [302, location]);

  claim(
    "a signed-out user is sent to the login page",
    async (client) => answerOf(await client.authorize(IMPLICIT)),
    ({ status, location }) => {
      assert.equal(status, 302);
      assert.match(
        location,
        /^<server>\/login\?continue=%2Fauth%2Foauth%2Fauthorize%3Fresponse_type%3Dtoken%26/,
      );
    },
  );

  claim(
    "a signed-out user is sent to the login page before any parameter is looked at",
    async (client) =>
      answerOf(await client.get("/auth/oauth/authorize?x=a+b%20c~*()%3B")),
    redirectsTo(
      "<server>/login?continue=%2Fauth%2Foauth%2Fauthorize%3Fx%3Da%2Bb%2520c%7E*%28%29%253B",
    ),
  );

  claim(
    "the implicit answer is a fragment of four parameters in this order",
    seen(IMPLICIT),
    redirectsTo(
      "http://localhost:9/app/oauth-resp.html#access_token=<secret>&token_type=Bearer&expires_in=7200&state=s1",
    ),
  );

  claim(
    "the code answer is a query of code and state",
    seen(CODE),
    redirectsTo(
      "http://localhost:9/app/oauth-resp.html?code=<secret>&state=s1",
    ),
  );

  const encodings = {
    "a;b c": "a%3Bb+c",
    "a+b=c&d#e": "a%2Bb%3Dc%26d%23e",
    "*-._~!'()": "*-._%7E%21%27%28%29",
    "%41": "%2541",
    "\u00e9\u20ac\u{1f511}": "%C3%A9%E2%82%AC%F0%9F%94%91",
    "<\"'>": "%3C%22%27%3E",
  };
  for (const [state, encoded] of Object.entries(encodings)) {
    for (const base of [IMPLICIT, CODE]) {
      claim(
        `state ${state} comes back form-encoded from response_type=${base.response_type}`,
        seen({ ...base, state }),
        ({ location }) => assert.ok(location.endsWith(`&state=${encoded}`)),
      );
    }
  }

  for (const state of [undefined, "", "  "]) {
    claim(
      `a state of ${JSON.stringify(state)} comes back as no state`,
      seen(but(IMPLICIT, { state })),
      ({ location }) => assert.match(location, /#access_token=(?!.*state)/),
    );
  }

  claim(
    "of a parameter that comes twice the last one counts",
    async (client) => {
      await client.signIn();
      const query = new URLSearchParams(IMPLICIT);
      query.append("state", "s2");
      return answerOf(await client.get(`/auth/oauth/authorize?${query}`));
    },
    ({ location }) => assert.match(location, /state=s2$/),
  );

  claim(
    "the second registered address is as good as the first",
    seen({ ...IMPLICIT, redirect_uri: "http://localhost:9/app/other.html" }),
    ({ location }) => assert.match(location, /other\.html#access_token/),
  );

  claim(
    "the scope admin may be asked for, alone or with public",
    async (client) => [
      await seen({ ...IMPLICIT, scope: "admin" })(client),
      await seen({ ...CODE, scope: " public  admin " })(client),
    ],
    (answers) =>
      assert.deepEqual(
        answers.map(({ status }) => status),
        [302, 302],
      ),
  );

  const tenant = { ...CODE, client_id: idOf(TENANT) };
  claim(
    "an address with a query keeps it before the answer",
    seen({ ...tenant, redirect_uri: TENANT.redirectUris[0] }),
    redirectsTo(
      "http://localhost:9/tenant?site=harbour&floor=2&code=<secret>&state=s1",
    ),
  );

  claim(
    "the registered query may come in another order",
    seen({
      ...tenant,
      redirect_uri: "http://localhost:9/tenant?floor=2&site=harbour",
    }),
    ({ status }) => assert.equal(status, 302),
  );

  claim(
    "a query that isn't the registered one is refused",
    seen({ ...tenant, redirect_uri: "http://localhost:9/tenant?site=other" }),
    ({ page }) => assert.match(page.message, /redirect uri is malformed/),
  );

  claim(
    "where no query was registered any query passes, empty parameters are lost, and a code of its own comes first",
    seen({
      ...CODE,
      redirect_uri: `${CODE.redirect_uri}?keep=a+b&empty=&flag&code=old`,
    }),
    redirectsTo(
      "http://localhost:9/app/oauth-resp.html?keep=a+b&code=old&code=<secret>&state=s1",
    ),
  );

  claim(
    "an app may be registered with a scheme of its own",
    seen({
      ...IMPLICIT,
      client_id: idOf(NATIVE),
      redirect_uri: NATIVE.redirectUris[0],
    }),
    ({ location }) =>
      assert.match(location, /^com\.example\.app:\/\/callback#access_token/),
  );

  claim(
    "the port of a loopback address is free",
    seen({
      ...IMPLICIT,
      client_id: idOf(LOOPBACK),
      redirect_uri: "http://127.0.0.1:54321/callback",
    }),
    ({ location }) => assert.match(location, /^http:\/\/127\.0\.0\.1:54321/),
  );
});

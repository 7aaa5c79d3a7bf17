import assert from "node:assert/strict";
import { answerOf } from "../answer.js";
import { ORIGIN } from "../apps.js";
import { IMPLICIT, locationOf, PASSWORD, tokensByCode } from "../grants.js";
import { contract } from "../pair.js";

/** @import { Answer, Client, Headers } from "../client.js" */

/** @param {Answer} answer */
const landing = ({ response, origin }) => [
  response.status,
  response.headers.get("location")?.replace(origin, "<server>"),
];

/** @param {Answer} answer @param {string} name */
const header = ({ response }, name) =>
  response.headers.get(`access-control-${name}`);

/**
 * The token that a signed-in browser gets by the implicit flow.
 *
 * @param {Client} client
 */
async function implicitToken(client) {
  const { hash } = new URL(locationOf(await client.authorize(IMPLICIT)));
  const token = new URLSearchParams(hash.slice(1)).get("access_token");
  assert.ok(token);
  return token;
}

contract("login and logout", (claim) => {
  claim(
    "after the login the browser goes back to where it came from",
    async (client) => {
      const query = new URLSearchParams(IMPLICIT);
      const place = `/auth/oauth/authorize?${query}`;
      const login = new URL(locationOf(await client.get(place)));
      const back = login.searchParams.get("continue") ?? undefined;
      const { status, location } = answerOf(await client.signIn(back));
      const session = await client.get("/auth/authority");
      return [
        status,
        location === `<server>${place}`,
        JSON.parse(session.text).session,
      ];
    },
    (seen) => assert.deepEqual(seen, [302, true, true]),
  );
  claim(
    "a wrong password signs nobody in",
    async (client) => {
      const { response } = await client.signIn("/", "wrong");
      const after = await client.authorize(IMPLICIT);
      return [response.status, new URL(locationOf(after)).pathname];
    },
    (seen) => assert.deepEqual(seen, [401, "/login"]),
  );

  const elsewhere = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https://evil.test/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    "",
  ];
  for (const place of elsewhere) {
    claim(
      `${JSON.stringify(place)} is nowhere to go after login or logout`,
      async (client) => {
        const login = landing(await client.signIn(place));
        const query = new URLSearchParams({ continue: place });
        const logout = landing(await client.get(`/auth/logout?${query}`));
        return [login, logout];
      },
      (seen) =>
        assert.deepEqual(seen, [
          [302, "<server>/"],
          [302, "<server>/"],
        ]),
    );
  }

  claim(
    "after logout the browser is signed out, and on the path it asked for",
    async (client) => {
      await client.signIn();
      const logout = await client.get("/auth/logout?continue=/app/bye%3Fa=1");
      const after = await client.authorize(IMPLICIT);
      const { pathname } = new URL(locationOf(after));
      return [landing(logout), pathname];
    },
    (seen) => assert.deepEqual(seen, [[302, "<server>/app/bye?a=1"], "/login"]),
  );
  claim(
    "logout may lead to an app on another origin",
    async (client) => {
      const query = new URLSearchParams({ continue: `${ORIGIN}/bye` });
      return landing(await client.get(`/auth/logout?${query}`));
    },
    (seen) => assert.deepEqual(seen, [302, `${ORIGIN}/bye`]),
  );
  claim(
    "logout ends the browser's session, not the token",
    async (client) => {
      await client.signIn();
      const token = await implicitToken(client);
      await client.get("/auth/logout");
      return (await client.api(token)).response.status;
    },
    (seen) => assert.equal(seen, 200),
  );
});

contract(
  "what the API takes for a token",
  (claim) => {
    const systems = "/api/engine/v2/systems";
    /** @type {Record<string, [ask: (token: string) => [path: string, headers?: Headers], status: number]>} */
    const carriers = {
      "an Authorization header": [
        (token) => [systems, { authorization: `Bearer ${token}` }],
        200,
      ],
      "the query parameter bearer_token": [
        (token) => [`${systems}?bearer_token=${token}`],
        200,
      ],
      "the cookie bearer_token": [
        (token) => [systems, { cookie: `bearer_token=${token}` }],
        200,
      ],
      "another scheme": [
        (token) => [systems, { authorization: `Basic ${token}` }],
        401,
      ],
      nothing: [() => [systems], 401],
      "a token nobody issued": [
        () => [systems, { authorization: "Bearer made-up" }],
        401,
      ],
      "what only an administrator may see": [
        (token) => [
          "/api/engine/v2/cluster",
          { authorization: `Bearer ${token}` },
        ],
        403,
      ],
    };
    for (const [what, [ask, expected]] of Object.entries(carriers)) {
      claim(
        `${what}: ${expected}`,
        async (client) => {
          const { access_token } = await tokensByCode(client);
          const { response, text } = await client.get(...ask(access_token));
          return [
            response.status,
            expected === 200 ? text : typeof JSON.parse(text).error,
          ];
        },
        ([status]) => assert.equal(status, expected),
      );
    }
  },
  { always: true },
);

contract("a token of the implicit flow", (claim) => {
  claim(
    "is as good as any",
    async (client) => {
      await client.signIn();
      const token = await implicitToken(client);
      return (await client.api(token)).response.status;
    },
    (status) => assert.equal(status, 200),
  );
});

contract(
  "other origins",
  (claim) => {
    for (const origin of [ORIGIN, "http://localhost:7", "null"]) {
      const allowed = origin === ORIGIN;
      claim(
        `a page of ${origin} ${allowed ? "may" : "may not"} read what its token gives`,
        async (client) => {
          const { access_token } = await tokensByCode(client);
          const preflight = await client.request("/api/engine/v2/systems", {
            method: "OPTIONS",
            headers: {
              origin,
              "access-control-request-method": "GET",
              "access-control-request-headers": "authorization",
            },
          });
          const call = await client.get("/api/engine/v2/systems", {
            origin,
            authorization: `Bearer ${access_token}`,
          });
          const refused = await client.get("/api/engine/v2/systems", {
            origin,
          });
          return [
            preflight.response.ok,
            header(preflight, "allow-headers"),
            ...[preflight, call, refused].map((answer) =>
              header(answer, "allow-origin"),
            ),
            ...[preflight, call].map((answer) =>
              header(answer, "allow-credentials"),
            ),
          ];
        },
        ([ok, headers, ...origins]) => {
          assert.equal(ok, allowed);
          if (allowed) assert.match(headers ?? "", /Authorization/);
          const reader = allowed ? origin : null;
          assert.deepEqual(origins, [reader, reader, reader, null, null]);
        },
      );
    }
  },
  { always: true },
);

contract("other origins, with grants", (claim) => {
  claim(
    "a page of a listed origin may exchange and revoke",
    async (client) => {
      const headers = { origin: ORIGIN };
      const token = await client.post("/auth/oauth/token", PASSWORD, headers);
      const refused = await client.post("/auth/oauth/token", {}, headers);
      const revoked = await client.post("/auth/oauth/revoke", {}, headers);
      return [token, refused, revoked].map((answer) => [
        answer.response.status,
        header(answer, "allow-origin"),
      ]);
    },
    (seen) =>
      assert.deepEqual(seen, [
        [200, ORIGIN],
        [400, ORIGIN],
        [403, ORIGIN],
      ]),
  );
});

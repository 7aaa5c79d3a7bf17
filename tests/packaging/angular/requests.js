// Requests of HttpClient, by each of its backends, with the interceptor of `placeos-auth/angular`.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import {
  answerAt,
  ECHO,
  hold,
  renewals,
  stored,
  SYSTEMS,
  TOKEN_PATH,
  until,
} from "../../e2e/support/grants.js";
import { suite } from "../../e2e/support/suite.js";
import { typePassword } from "../../e2e/support/visit.js";
import { account, systems } from "../../servers/building.js";
import { listen } from "../../servers/listen.js";
import { withAngular } from "../support/angular.js";
import { appOf, POLICY } from "../support/app.js";
import { begin, send, unsubscribe } from "../support/http.js";

/** @import { Page } from "playwright-core" */
/** @import { Visit } from "../../e2e/support/visit.js" */

const [SENT, RESPONSE] = [0, 4];

/** @param {Visit} visit */
async function signedIn(visit) {
  const page = await visit.open("/angular/rooms");
  await typePassword(page);
  await page.getByText(systems[0].display_name).waitFor();
  return page;
}

/** @param {Page} page */
async function bearer(page) {
  return `Bearer ${(await stored(page))?.access_token}`;
}

/**
 * The requests that `HttpClient` has sent to a path, in turn.
 *
 * @param {Visit} visit
 * @param {string} path
 */
const sentTo = ({ requests }, path) =>
  requests.filter(({ url }) => new URL(url).pathname === path);

/** @param {Visit} visit @param {string} path */
const signatures = (visit, path) =>
  sentTo(visit, path).map(({ headers }) => headers.authorization);

/**
 * Has the server refuse the token that the page has now.
 *
 * @param {Visit} visit
 * @param {Page} page
 */
async function refuseToken(visit, page) {
  const refused = await bearer(page);
  answerAt(visit, ECHO, (req, res) =>
    req.headers.authorization === refused
      ? res.status(401).json({ error: "revoked" })
      : res.json({ fine: true }),
  );
  return refused;
}

/**
 * A server of somebody else's, which allows all that a browser asks for.
 *
 * @param {(port: number, headers: import("node:http").IncomingHttpHeaders[]) => Promise<void>} use
 */
async function withOtherServer(use) {
  /** @type {import("node:http").IncomingHttpHeaders[]} */
  const heard = [];
  const server = createServer((req, res) => {
    heard.push(req.headers);
    const allowed = { "access-control-allow-origin": "*" };
    res.writeHead(200, { ...allowed, "access-control-allow-headers": "*" });
    res.end("[]");
  });
  const { port, close } = await listen(server, { port: 0, host: "localhost" });
  try {
    await use(port, heard);
  } finally {
    await close();
  }
}

const kind = appOf("angular", {
  build: withAngular,
  generation: "next",
  policy: POLICY.replace("connect-src 'self'", "connect-src *"),
});

for (const backend of /** @type {const} */ (["xhr", "fetch"])) {
  suite(
    `HttpClient by ${backend === "xhr" ? "XHR" : "withFetch()"}`,
    (claim) => {
      claim("sends a request as it was, signed", async (visit) => {
        const page = await signedIn(visit);
        const before = sentTo(visit, SYSTEMS).length;
        const { events } = await send(page, backend, SYSTEMS, {
          params: { q: "Wharf & Co", limit: "2" },
          headers: { "X-Mine": "mine" },
        });
        const [sent] = sentTo(visit, SYSTEMS).slice(before);
        assert.ok(sent);
        assert.equal(new URL(sent.url).search, "?q=Wharf%20%26%20Co&limit=2");
        assert.equal(sent.headers["x-mine"], "mine");
        assert.equal(sent.headers.authorization, await bearer(page));
        assert.deepEqual(
          events.map((event) => /** @type {unknown[]} */ (event).slice(0, 2)),
          [[SENT], [RESPONSE, 200]],
        );
      });

      claim("sends nobody else the token", async (visit) => {
        const page = await signedIn(visit);
        await withOtherServer(async (port, heard) => {
          const url = `http://localhost:${port}/api/engine/v2/systems`;
          const { events } = await send(page, backend, url);
          assert.deepEqual(events.at(-1), [RESPONSE, 200, []]);
          assert.equal(heard.length, 1);
          assert.equal(heard[0]?.authorization, undefined);
        });
      });

      claim(
        "renews after a 401 and sends the request again, whose app hears of the second answer alone",
        async (visit) => {
          const page = await signedIn(visit);
          const refused = await refuseToken(visit, page);
          const { events, error } = await send(page, backend, ECHO, {
            method: "POST",
            body: { name: "Wharf" },
          });
          assert.equal(error, undefined);
          assert.deepEqual(events, [
            [SENT],
            [SENT],
            [RESPONSE, 200, { fine: true }],
          ]);
          assert.deepEqual(signatures(visit, ECHO), [
            refused,
            await bearer(page),
          ]);
          assert.deepEqual(
            sentTo(visit, ECHO).map(({ method, body }) => [method, body]),
            Array(2).fill(["POST", '{"name":"Wharf"}']),
          );
          assert.equal(renewals(visit).length, 1);
        },
      );

      claim(
        "hands a 401 on where the renewal is refused, which ends the session",
        async (visit) => {
          const page = await signedIn(visit);
          visit.world.sandbox?.revokeAll();
          const { error } = await send(page, backend, SYSTEMS);
          assert.equal(error?.name, "HttpErrorResponse");
          assert.equal(error?.status, 401);
          await page.getByText("Signed out").waitFor();
          await send(page, backend, SYSTEMS);
          assert.equal(signatures(visit, SYSTEMS).at(-1), undefined);
        },
      );

      claim("ends the session after a 511", async (visit) => {
        const page = await signedIn(visit);
        Object.assign(visit.world.sandbox ?? {}, { signInAgain: true });
        const { error } = await send(page, backend, SYSTEMS);
        assert.equal(error?.status, 511);
        await page.getByText("Signed out").waitFor();
      });

      claim(
        "fails with an AuthError where the token is over and can't be renewed for now",
        async (visit) => {
          Object.assign(visit.world.sandbox ?? {}, { tokenLifetime: 2 });
          const page = await signedIn(visit);
          answerAt(visit, TOKEN_PATH, (_req, res) => res.status(503).end());
          await page.waitForTimeout(2500);
          const before = sentTo(visit, SYSTEMS).length;
          const { events, error } = await send(page, backend, SYSTEMS);
          assert.deepEqual(events, []);
          assert.deepEqual(error, {
            name: "HttpErrorResponse",
            status: 0,
            error: { name: "AuthError", code: "temporarily_unavailable" },
          });
          assert.equal(sentTo(visit, SYSTEMS).length, before);
        },
      );

      claim("fails as it does without us if nobody answers", async (visit) => {
        const page = await signedIn(visit);
        answerAt(visit, ECHO, (_req, res) => res.destroy());
        const { error } = await send(page, backend, ECHO);
        assert.equal(error?.name, "HttpErrorResponse");
        assert.equal(error?.status, 0);
        assert.equal(error?.error?.code, undefined);
      });

      claim("ends a request that nobody waits for", async (visit) => {
        const page = await signedIn(visit);
        const failed = page.waitForEvent("requestfailed", (request) =>
          request.url().endsWith(ECHO),
        );
        const server = hold(visit, ECHO);
        await begin(page, backend, ECHO);
        await server.arrived;
        await unsubscribe(page);
        assert.match((await failed).failure()?.errorText ?? "", /ABORTED/);
        server.release();
      });

      claim(
        "doesn't send a request again that nobody waits for by then",
        async (visit) => {
          const page = await signedIn(visit);
          const refused = await refuseToken(visit, page);
          const server = hold(visit, TOKEN_PATH);
          await begin(page, backend, ECHO);
          await server.arrived;
          assert.deepEqual(await unsubscribe(page), []);
          server.release();
          await until(
            async () => (await bearer(page)) !== refused,
            "the session is renewed",
          );
          await page.waitForTimeout(200);
          assert.deepEqual(signatures(visit, ECHO), [refused]);
        },
      );
    },
    { kind },
  );
}

suite(
  "HttpClient with an API key",
  (claim) => {
    const PATH = `/angular/?x-api-key=${account.api_key}`;
    const KEY = "x-api-key";

    claim("sends nothing by XHR, and says what to change", async (visit) => {
      const page = await visit.open(PATH);
      await page.getByText("api-key").waitFor();
      const { error } = await send(page, "xhr", SYSTEMS);
      const cause = { name: "AuthError", code: "configuration" };
      assert.deepEqual(error?.error, cause);
      assert.equal(sentTo(visit, SYSTEMS).length, 0);
    });

    claim("signs by fetch, and follows no redirect", async (visit) => {
      const page = await visit.open(PATH);
      await page.getByText("api-key").waitFor();
      const { events } = await send(page, "fetch", SYSTEMS);
      assert.deepEqual(/** @type {unknown[]} */ (events.at(-1)).slice(0, 2), [
        RESPONSE,
        200,
      ]);
      const [sent] = sentTo(visit, SYSTEMS);
      assert.equal(sent?.headers[KEY], account.api_key);
      await withOtherServer(async (port, heard) => {
        const location = `http://localhost:${port}/`;
        answerAt(visit, ECHO, (_req, res) => res.redirect(location));
        const { error } = await send(page, "fetch", ECHO);
        assert.equal(error?.status, 0);
        assert.deepEqual(heard, []);
      });
    });
  },
  { kind },
);

import assert from "node:assert/strict";
import { account, systems } from "../servers/building.js";
import { answerWith } from "./support/answers.js";
import { signedInByCode, withClock } from "./support/grants.js";
import { atTheDoor, sandboxWithPorter } from "./support/porter.js";
import {
  CONTROL,
  openSocket,
  signingCookies,
  tokenOf,
  upgradesOf,
  urlsOf,
  withApiKey,
} from "./support/sockets.js";
import { suite } from "./support/suite.js";
import { create, shows } from "./support/visit.js";
import { nextElsewhere, nextHere, sandboxElsewhere } from "./support/worlds.js";

/** @import { Page } from "playwright-core" */
/** @import { Visit } from "./support/visit.js" */

suite(
  "A WebSocket on the app's own origin",
  (claim) => {
    for (const [
      what,
      name,
      signIn,
    ] of /** @type {[string, string, (visit: Visit) => Promise<Page>][]} */ ([
      ["a token", "bearer_token", signedIn],
      ["an API key", "api-key", withApiKey],
    ])) {
      claim(
        `is signed with ${what} by a cookie for its path and this site, until it is open`,
        async (visit) => {
          const page = await signIn(visit);
          const isKey = name === "api-key";
          const secret = isKey ? account.api_key : await tokenOf(page);
          visit.secrets.push(secret);
          const coming = atTheDoor(visit);
          const opening = openSocket(page);
          const visitor = await coming;
          const [cookie, ...others] = await signingCookies(visit);
          assert.deepEqual(others, []);
          assert.equal(cookie.name, name);
          assert.equal(cookie.value, secret);
          assert.equal(cookie.path, CONTROL);
          assert.equal(cookie.sameSite, "Strict");
          const seconds = cookie.expires - Date.now() / 1000;
          assert.ok(seconds > 0 && seconds <= 120, `${seconds} s`);
          assert.ok(visitor.header("cookie").includes(`${name}=${secret}`));
          visitor.letIn();
          const { readyState, url } = await opening;
          assert.equal(readyState, 1);
          assert.deepEqual(await signingCookies(visit), []);
          for (const each of [url, visitor.path, ...urlsOf(visit)]) {
            assert.ok(!each.includes(secret), each);
          }
        },
      );
    }

    claim("that is refused rejects, and leaves no cookie", async (visit) => {
      const { page } = await signedInByCode(visit);
      visit.world.sandbox.revokeAll();
      const coming = atTheDoor(visit);
      const opening = openSocket(page);
      (await coming).letIn();
      const { error } = await opening;
      assert.equal(error.code, "network");
      assert.equal(error.retryable, true);
      assert.deepEqual(await signingCookies(visit), []);
    });

    claim(
      "leaves the cookie to a second one that is still connecting",
      async (visit) => {
        const { page } = await signedInByCode(visit);
        const first = atTheDoor(visit);
        const opening = openSocket(page);
        const visitor = await first;
        const second = atTheDoor(visit);
        const openingToo = openSocket(page);
        // A browser connects to one host once at a time, so the second comes when the first is in.
        visitor.letIn();
        assert.equal((await opening).readyState, 1);
        const other = await second;
        assert.match(other.header("cookie"), /bearer_token=/);
        assert.equal((await signingCookies(visit)).length, 1);
        other.letIn();
        assert.equal((await openingToo).readyState, 1);
        assert.deepEqual(await signingCookies(visit), []);
      },
    );

    claim("loses no message that comes right at its opening", async (visit) => {
      const page = await visit.signedIn();
      const coming = atTheDoor(visit);
      const heard = page.evaluate(async () => {
        const connect = async () => await auth.openWebSocket();
        const socket = await connect();
        const messages = [];
        return new Promise((resolve) => {
          socket.onmessage = ({ data }) => {
            if (messages.push(data) === 3) resolve(messages);
          };
        });
      });
      (await coming).greet(["one", "two", "three"]);
      assert.deepEqual(await heard, ["one", "two", "three"]);
    });

    claim(
      "gives up after 15 seconds without an answer, and leaves nothing behind",
      async (visit) => {
        await withClock(visit);
        const page = await visit.signedIn();
        const coming = atTheDoor(visit);
        let outcome;
        const opening = openSocket(page).then((result) => (outcome = result));
        const { gone } = await coming;
        await page.clock.fastForward(14_500);
        await page.waitForTimeout(100);
        assert.equal(outcome, undefined, "it is waited for");
        await page.clock.fastForward(600);
        const { error } = await opening;
        assert.equal(error.code, "timeout");
        assert.equal(error.retryable, true);
        await gone;
        assert.deepEqual(await signingCookies(visit), []);
      },
    );

    for (const [
      why,
      token,
      prepare,
    ] of /** @type {[string, string, (page: Page) => unknown][]} */ ([
      ["no cookie can hold the token", "a;path=/", () => {}],
      ["the token is too long for a cookie", "a".repeat(4050), () => {}],
      [
        "the browser has cookies switched off",
        "a-token-that-is-not-secret",
        (page) =>
          page.evaluate(() =>
            Object.defineProperty(navigator, "cookieEnabled", { value: false }),
          ),
      ],
    ])) {
      claim(`is signed by its URL where ${why}`, async (visit) => {
        const answer = answerWith({ access_token: token });
        const { page } = await visit.outcome(answer);
        await prepare(page);
        const coming = atTheDoor(visit);
        const opening = openSocket(page);
        const visitor = await coming;
        assert.equal(visitor.header("cookie"), undefined);
        const { searchParams } = new URL(visitor.path, visit.world.app);
        assert.deepEqual([...searchParams], [["bearer_token", token]]);
        assert.deepEqual(await signingCookies(visit), []);
        visitor.greet(["one"]);
        assert.equal((await opening).readyState, 1);
      });
    }

    claim("is signed by a cookie as long as one can be", async (visit) => {
      const token = "a".repeat(3950);
      const { page } = await visit.outcome(answerWith({ access_token: token }));
      const coming = atTheDoor(visit);
      const opening = openSocket(page);
      const visitor = await coming;
      assert.equal(visitor.header("cookie"), `bearer_token=${token}`);
      assert.equal(visitor.path, CONTROL);
      visitor.greet(["one"]);
      assert.equal((await opening).readyState, 1);
      assert.deepEqual(await signingCookies(visit), []);
    });
  },
  { kind: sandboxWithPorter },
);

suite(
  `A WebSocket, ${nextHere.name}`,
  (claim) => {
    claim("is signed by a cookie that holds a kilobyte", async (visit) => {
      const page = await signedIn(visit);
      const token = await tokenOf(page);
      assert.ok(token.length > 900, `${token.length} bytes`);
      visit.secrets.push(token);
      assert.equal((await openSocket(page)).readyState, 1);
      const [{ headers }] = upgradesOf(visit);
      assert.ok(headers.cookie.includes(`bearer_token=${token}`));
      assert.deepEqual(await signingCookies(visit), []);
      for (const url of urlsOf(visit)) assert.ok(!shows(url, token), url);
    });
  },
  { kind: nextHere },
);

suite("The cookie of an https page", (claim) => {
  claim("is `Secure`", async (visit) => {
    const origin = "https://app.example.com";
    await visit.context.route(`${origin}/**`, async (route) => {
      const { href } = new URL(
        route.request().url().slice(origin.length),
        visit.world.app,
      );
      route.fulfill({ response: await route.fetch({ url: href }) });
    });
    const page = await visit.open(`${origin}/app/bare.html`);
    await create(page, { apiKey: account.api_key });
    const written = await page.evaluate(async () => {
      const texts = [];
      const own = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
      Object.defineProperty(document, "cookie", {
        get: () => own.get.call(document),
        set(text) {
          texts.push(text);
        },
      });
      await settled(auth.openWebSocket("/socket"));
      return texts;
    });
    assert.equal(written.length, 2);
    for (const text of written) {
      assert.match(text, /;path=\/socket;samesite=strict;secure$/);
    }
  });
});

for (const kind of [sandboxElsewhere, nextElsewhere])
  suite(
    `A WebSocket on another origin, ${kind.name}`,
    (claim) => {
      claim("is signed by its URL, and by no cookie", async (visit) => {
        const { page } = await signedInByCode(visit);
        const token = await tokenOf(page);
        assert.equal((await openSocket(page)).readyState, 1);
        assertInQuery(visit, "bearer_token", token);
        assert.deepEqual(await signingCookies(visit), []);
      });

      claim("carries an API key the same way", async (visit) => {
        const page = await withApiKey(visit);
        assert.equal((await openSocket(page)).readyState, 1);
        assertInQuery(visit, "api-key", account.api_key);
        assert.deepEqual(await signingCookies(visit), []);
      });

      claim("binds to what a module says", async (visit) => {
        const { page } = await signedInByCode(visit);
        const [{ id: sys }] = systems;
        const value = await page.evaluate(async (sys) => {
          const socket = await auth.openWebSocket();
          const binding = { sys, mod: "Environment", index: 1 };
          socket.send(
            JSON.stringify({
              id: 1,
              cmd: "bind",
              ...binding,
              name: "humidity",
            }),
          );
          return new Promise((resolve) => {
            socket.onmessage = ({ data }) => resolve(JSON.parse(data).value);
          });
        }, sys);
        assert.equal(typeof value, "number");
      });

      const assertInQuery = (visit, name, secret) => {
        const [{ url, headers }] = upgradesOf(visit);
        const { pathname, searchParams } = new URL(url, visit.world.server);
        assert.equal(pathname, CONTROL);
        assert.deepEqual([...searchParams], [[name, secret]]);
        assert.doesNotMatch(headers.cookie ?? "", /bearer_token|api-key/);
      };
    },
    { kind },
  );

async function signedIn(visit) {
  const { page } = await signedInByCode(visit);
  return page;
}

import assert from "node:assert/strict";
import {
  answerAt,
  CREDENTIALS,
  ECHO,
  heard,
  hold,
  listen,
  renewals,
  signedInByPassword,
  statusAt,
  stored,
  TOKEN_PATH,
} from "./support/grants.js";
import { ledger, renew, sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";

/**
 * Has the sandbox refuse the access token that the page has now, wherever it comes. What is sent to `ECHO` is noted, and
 * answered with 200 otherwise.
 */
async function refuseToken(visit, page) {
  const { sandbox } = visit.world;
  const { access_token } = await stored(page);
  const refused = `Bearer ${access_token}`;
  const sent = [];
  const before = sandbox.intercept;
  sandbox.intercept = async (req, res, next) => {
    const { authorization } = req.headers;
    const bytes = [];
    if (req.path === ECHO) {
      for await (const chunk of req) bytes.push(chunk);
      sent.push({
        token: authorization,
        body: Buffer.concat(bytes).toString("latin1"),
        type: req.headers["content-type"],
      });
    }
    if (authorization === refused) {
      return res.status(401).json({ error: "the token was revoked" });
    }
    if (req.path === ECHO) return res.json({ fine: true });
    return before ? before(req, res, next) : next();
  };
  const end = () => {
    sandbox.intercept = before;
  };
  return { sent, refused, end };
}

async function visited(visit) {
  visit.world.sandbox.strictRotation = true;
  const seen = ledger(visit);
  const { page } = await signedInByPassword(visit);
  await listen(page);
  return { page, seen };
}

/** Bodies that can be sent again, as functions of the page. */
const BODIES = {
  "no body": () => undefined,
  "a text": () => "x".repeat(70_000),
  "an empty text": () => "",
  "a form": () => {
    const form = new FormData();
    form.set("name", "Wharf");
    form.set("file", new Blob(["y".repeat(70_000)]), "a.txt");
    return form;
  },
  "a Blob": () => new Blob(["z".repeat(70_000)], { type: "text/plain" }),
  URLSearchParams: () => new URLSearchParams({ a: "1 2" }),
  bytes: () => new Uint8Array(70_000).fill(7),
  "a buffer": () => new Uint8Array(70_000).fill(8).buffer,
};

suite("A request that is answered with 401", (claim) => {
  claim(
    "is sent once more after one renewal, with its body as it was",
    async (visit) => {
      const { page, seen } = await visited(visit);
      for (const [name, make] of Object.entries(BODIES)) {
        // A session is renewed for a 401 once a minute at most, so each body gets a session of its own.
        await page.evaluate(
          (credentials) => auth.loginWithPassword(credentials),
          CREDENTIALS,
        );
        await page.evaluate(() => window.heard.splice(0));
        const before = renewals(visit).length;
        const { sent, refused, end } = await refuseToken(visit, page);
        const status = await page.evaluate(
          async ([url, source]) => {
            const body = window.eval(`(${source})`)();
            const method = body === undefined ? "GET" : "POST";
            return (await auth.fetch(url, { method, body })).status;
          },
          [ECHO, String(make)],
        );
        end();
        assert.equal(status, 200, name);
        assert.equal(renewals(visit).length - before, 1, name);
        const { access_token } = await stored(page);
        assert.deepEqual(
          sent.map(({ token }) => token),
          [refused, `Bearer ${access_token}`],
          name,
        );
        const plain = ({ body, type = "" }) => {
          const [, boundary] = /boundary=(.*)$/.exec(type) ?? [];
          return boundary ? body.replaceAll(boundary, "-") : body;
        };
        assert.equal(plain(sent[1]), plain(sent[0]), name);
        if (name !== "no body" && name !== "an empty text") {
          assert.ok(sent[0].body.length > 4, name);
        }
        assert.deepEqual(await heard(page), [["renewed"]], name);
      }
      assert.equal(seen.twice, 0);
    },
  );

  claim(
    "is sent once more as a `Request` without a body, headers and all",
    async (visit) => {
      const { page } = await visited(visit);
      const { sent } = await refuseToken(visit, page);
      const status = await page.evaluate(async (url) => {
        const request = new Request(url, { headers: { accept: "a/b" } });
        return (await auth.fetch(request)).status;
      }, ECHO);
      assert.equal(status, 200);
      assert.equal(sent.length, 2);
    },
  );

  for (const [name, make] of Object.entries({
    "a `Request` with a body": (url) => [
      new Request(url, { method: "POST", body: "once" }),
    ],
    "a stream": (url) => [
      url,
      {
        method: "POST",
        duplex: "half",
        body: new Blob(["once"]).stream(),
      },
    ],
  })) {
    claim(
      `is handed to the app where it was ${name}, and the next one is signed anew`,
      async (visit) => {
        const { page } = await visited(visit);
        const { access_token } = await stored(page);
        const seen = await page.evaluate(
          async ([url, source, token]) => {
            // In the browser's place, for it sends streams by HTTP/2 alone.
            const own = window.fetch;
            let calls = 0;
            window.fetch = async (input, init) => {
              const request = new Request(input, init);
              if (!request.url.endsWith("/echo")) return own(request);
              calls += 1;
              const isOld = request.headers
                .get("authorization")
                .endsWith(token);
              return new Response(await request.text(), {
                status: isOld ? 401 : 200,
              });
            };
            const first = await auth.fetch(...window.eval(`(${source})`)(url));
            const text = await first.text();
            await auth.token();
            const second = await auth.fetch(url);
            return { calls, text, statuses: [first.status, second.status] };
          },
          [ECHO, String(make), access_token],
        );
        assert.deepEqual(seen, {
          calls: 2,
          text: "once",
          statuses: [401, 200],
        });
        assert.equal(renewals(visit).length, 1);
      },
    );
  }

  claim("late, for an older token, makes no renewal", async (visit) => {
    const { page } = await visited(visit);
    const { sent } = await refuseToken(visit, page);
    const late = hold(visit, ECHO);
    const slow = statusAt(page, ECHO);
    await late.arrived;
    assert.ok((await renew(page)).value);
    assert.equal(renewals(visit).length, 1);
    late.release();
    assert.equal(await slow, 200);
    // The first came to the sandbox itself, which has ended that token.
    const { access_token } = await stored(page);
    assert.deepEqual(
      sent.map(({ token }) => token),
      [`Bearer ${access_token}`],
    );
    assert.equal(renewals(visit).length, 1);
  });

  claim("with 50 others makes one renewal, and all end well", async (visit) => {
    const { page, seen } = await visited(visit);
    await refuseToken(visit, page);
    const statuses = await page.evaluate(async () => {
      const calls = Array.from({ length: 50 }, () =>
        auth.fetch("/api/engine/v2/systems"),
      );
      return (await Promise.all(calls)).map(({ status }) => status);
    });
    assert.deepEqual(statuses, Array(50).fill(200));
    assert.equal(renewals(visit).length, 1);
    tell("50 parallel calls with a revoked token", {
      tabs: 1,
      calls: 50,
      renewals: renewals(visit).length,
      twice: seen.twice,
      lost: statuses.filter((status) => status !== 200).length,
    });
  });

  claim("is handed to the app where the renewal fails", async (visit) => {
    const { page } = await visited(visit);
    const { sent } = await refuseToken(visit, page);
    answerAt(visit, TOKEN_PATH, (_req, res) => res.status(503).end());
    assert.equal(await statusAt(page, ECHO), 401);
    assert.equal(sent.length, 1);
    assert.deepEqual(await heard(page), [
      ["renewal-failed", "temporarily_unavailable"],
    ]);
    assert.ok(await sessionOf(page));
  });

  claim(
    "is handed to the app where the renewal is refused, which ends the session once",
    async (visit) => {
      const { page } = await visited(visit);
      visit.world.sandbox.revokeAll();
      const statuses = await page.evaluate(async () => {
        const calls = Array.from({ length: 5 }, () =>
          auth.fetch("/api/engine/v2/systems"),
        );
        return (await Promise.all(calls)).map(({ status }) => status);
      });
      assert.deepEqual(statuses, Array(5).fill(401));
      assert.equal(renewals(visit).length, 1);
      assert.deepEqual(await heard(page), [["expired"]]);
      const { error } = await page.evaluate(() =>
        settled(auth.fetch("/api/engine/v2/systems")),
      );
      assert.equal(error?.code, "login_required");
    },
  );

  claim("stops waiting when its caller's signal says so", async (visit) => {
    const { page } = await visited(visit);
    const { sent } = await refuseToken(visit, page);
    const server = hold(visit, TOKEN_PATH);
    await page.evaluate((url) => {
      window.controller = new AbortController();
      const { signal } = controller;
      window.call = auth.fetch(url, { signal }).catch(({ name }) => name);
    }, ECHO);
    await server.arrived;
    const name = await page.evaluate(() => {
      controller.abort();
      return call;
    });
    assert.equal(name, "AbortError");
    server.release();
    assert.equal(await statusAt(page, ECHO), 200);
    assert.equal(sent.length, 2, "the first try, and the call after it");
  });
});

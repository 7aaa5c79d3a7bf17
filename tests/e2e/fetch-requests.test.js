import assert from "node:assert/strict";
import { TOKEN, answerWith } from "./support/answers.js";
import { suite } from "./support/suite.js";
import { create } from "./support/visit.js";

const BEARER = `Bearer ${TOKEN}`;

suite("A request that gets the token", (claim) => {
  claim(
    "arrives with method, headers and body as the app gave them",
    async (visit) => {
      const page = await echoing(visit);
      const seen = await page.evaluate(async () => {
        const headers = { "X-App": "1", "Content-Type": "text/x-mine" };
        const init = { method: "PUT", headers, body: "text" };
        const form = new FormData();
        form.append("file", new Blob(["content"]), "name.txt");
        const url = "/api/echo";
        const calls = [
          auth.fetch(url, init),
          auth.fetch(new Request(url, init)),
          auth.fetch(new Request(url, init), {
            method: "PATCH",
            body: "other",
          }),
          auth.fetch(new URL(url, location.href), {
            method: "POST",
            body: form,
          }),
          auth.fetch(url, { method: "POST", body: new URLSearchParams("a=b") }),
          auth.fetch(url, { method: "DELETE" }),
          auth.fetch(url, { headers: new Headers({ "x-app": "2" }) }),
          auth.fetch(url, { headers: [["x-app", "3"]] }),
          auth.fetch(url, undefined),
        ];
        const responses = await Promise.all(calls);
        return Promise.all(responses.map((response) => response.json()));
      });
      for (const { headers } of seen)
        assert.equal(headers.authorization, BEARER);
      const [text, request, changed, form, fields, remove, own, pairs] = seen;
      for (const one of [text, request]) {
        assert.deepEqual([one.method, one.body], ["PUT", "text"]);
        assert.equal(one.headers["x-app"], "1");
        assert.equal(one.headers["content-type"], "text/x-mine");
      }
      assert.deepEqual([changed.method, changed.body], ["PATCH", "other"]);
      assert.match(
        form.headers["content-type"],
        /^multipart\/form-data; boundary=/,
      );
      assert.match(form.body, /filename="name.txt"[^]*content/);
      assert.equal(fields.body, "a=b");
      assert.equal(remove.method, "DELETE");
      assert.deepEqual(
        [own.headers["x-app"], pairs.headers["x-app"]],
        ["2", "3"],
      );
    },
  );

  claim("keeps credentials, mode, cache and the rest", async (visit) => {
    const page = await visit.signedIn();
    const seen = await page.evaluate(async () => {
      const names = [
        "url",
        "method",
        "credentials",
        "mode",
        "cache",
        "redirect",
        "referrer",
        "referrerPolicy",
        "integrity",
        "keepalive",
        "destination",
      ];
      const view = (request) =>
        Object.fromEntries(names.map((name) => [name, request[name]]));
      const url = new URL("/api/x", location.href).href;
      /** @type {RequestInit[]} */
      const inits = [
        {},
        {
          credentials: "omit",
          mode: "same-origin",
          cache: "no-store",
          redirect: "manual",
        },
        {
          credentials: "include",
          cache: "force-cache",
          redirect: "error",
          keepalive: true,
        },
        {
          referrerPolicy: "origin",
          referrer: "/app/",
          integrity: "sha256-x",
          method: "post",
        },
      ];
      const sent = [];
      window.fetch = async (input, init) => {
        sent.push(view(new Request(input, init)));
        return new Response();
      };
      for (const init of inits) {
        await auth.fetch(url, init);
        await auth.fetch(new Request(url, init));
      }
      const wanted = inits.flatMap((init) => {
        const request = new Request(url, init);
        return [view(request), view(request)];
      });
      return { sent, wanted };
    });
    assert.equal(seen.sent.length, 8);
    assert.deepEqual(seen.sent, seen.wanted);
  });

  claim(
    "streams its body, and reads none of it before the browser does",
    async (visit) => {
      const page = await visit.signedIn();
      const seen = await page.evaluate(async () => {
        let pulled = 0;
        const body = new ReadableStream(
          {
            pull(controller) {
              if (++pulled === 3) controller.close();
              else
                controller.enqueue(new TextEncoder().encode(`part ${pulled} `));
            },
          },
          { highWaterMark: 0 },
        );
        window.fetch = async (input, given) => {
          const early = pulled;
          const request = new Request(input, given);
          const authorization = request.headers.get("authorization");
          return Response.json({
            early,
            authorization,
            text: await request.text(),
          });
        };
        const init = { method: "POST", body, duplex: "half" };
        return (await auth.fetch("/api/upload", init)).json();
      });
      assert.deepEqual(seen, {
        early: 0,
        authorization: BEARER,
        text: "part 1 part 2 ",
      });
    },
  );

  claim("keeps an Authorization of the app's own", async (visit) => {
    const page = await echoing(visit);
    const seen = await page.evaluate(async () => {
      const url = "/api/echo";
      const authorization = "Basic b3duOm93bg==";
      const calls = [
        auth.fetch(url, { headers: { Authorization: authorization } }),
        auth.fetch(url, { headers: { AUTHORIZATION: authorization } }),
        auth.fetch(url, { headers: new Headers({ authorization }) }),
        auth.fetch(new Request(url, { headers: { authorization } })),
        auth.fetch(new Request(url), { headers: { authorization } }),
      ];
      const bodies = await Promise.all(
        calls.map(async (call) => (await call).json()),
      );
      return bodies.map(({ headers }) => headers.authorization);
    });
    assert.deepEqual(new Set(seen), new Set(["Basic b3duOm93bg=="]));
  });

  claim("with an Authorization of its own needs no session", async (visit) => {
    echo(visit);
    const page = await visit.open();
    await create(page);
    const body = await page.evaluate(async () => {
      const headers = { Authorization: "Bearer own" };
      return (await auth.fetch("/api/echo", { headers })).json();
    });
    assert.equal(body.headers.authorization, "Bearer own");
  });

  claim(
    "is sent by `fetch` taken off its object, always the same function",
    async (visit) => {
      const page = await echoing(visit);
      const seen = await page.evaluate(async () => {
        const { fetch } = auth;
        const { headers } = await (await fetch("/api/echo")).json();
        return [headers.authorization, auth.fetch === fetch];
      });
      assert.deepEqual(seen, [BEARER, true]);
    },
  );

  claim(
    "is wrong where `fetch` would say so, by a rejection",
    async (visit) => {
      const page = await visit.signedIn();
      const names = await page.evaluate(async () => {
        const used = new Request("/api/x", { method: "POST", body: "once" });
        await used.text();
        const wrong = [
          ["/api/x", { method: "GET", body: "x" }],
          ["/api/x", { method: "no method" }],
          ["/api/x", { headers: { "no header": "x" } }],
          ["/api/x", { mode: "navigate" }],
          ["/api/x", 5],
          [used],
        ];
        const seen = [];
        for (const [input, init] of wrong) {
          const { error } = await settled(auth.fetch(input, init));
          seen.push(error?.name);
        }
        return seen;
      });
      assert.deepEqual(new Set(names), new Set(["TypeError"]));
    },
  );
});

suite("A page whose `fetch` is ours", (claim) => {
  for (const [how, replace] of Object.entries({
    "by itself": () => (window.fetch = auth.fetch),
    wrapped: () => (window.fetch = (...args) => auth.fetch(...args)),
  })) {
    claim(`still reaches the server, signed once: ${how}`, async (visit) => {
      const { page } = await visit.outcome(answerWith());
      await page.evaluate(replace);
      const status = await page.evaluate(
        async () => (await fetch("/api/engine/v2/systems")).status,
      );
      assert.equal(status, 401, "a made-up token, but an answer");
      const sent = visit.world.sandbox.requests.filter(({ url }) =>
        url.startsWith("/api/"),
      );
      assert.equal(sent.length, 1);
      assert.match(sent[0].headers.authorization, /^Bearer [^,]+$/);
    });
  }
});

suite("A request that gets no token", (claim) => {
  claim("is handed to `fetch` as it came, object for object", async (visit) => {
    const page = await visit.signedIn();
    const same = await page.evaluate(async () => {
      const calls = [];
      window.fetch = async (...given) => {
        calls.push(given);
        return new Response();
      };
      const request = new Request("https://other.test/", {
        method: "POST",
        body: "x",
      });
      const init = { method: "POST", body: "x" };
      await auth.fetch(request);
      await auth.fetch("https://other.test/", init);
      return [calls[0][0] === request, !request.bodyUsed, calls[1][1] === init];
    });
    assert.deepEqual(same, [true, true, true]);
  });

  claim(
    "for want of a session is still whole, to be sent later",
    async (visit) => {
      const page = await visit.open();
      await create(page);
      const seen = await page.evaluate(async () => {
        const request = new Request("/api/x", { method: "POST", body: "x" });
        const { error } = await settled(auth.fetch(request));
        return [error.code, request.bodyUsed];
      });
      assert.deepEqual(seen, ["login_required", false]);
    },
  );
});

/** A bare page with a session, on a server that says what it was sent. */
async function echoing(visit) {
  const page = await visit.signedIn();
  echo(visit);
  return page;
}

function echo({ world }) {
  world.sandbox.intercept = async (req, res, next) => {
    if (req.path !== "/api/echo") return next();
    const { method, headers } = req;
    const body = (await req.toArray()).join("");
    res.json({ method, headers, body });
  };
}

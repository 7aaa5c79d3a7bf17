import assert from "node:assert/strict";
import { answerAt, ECHO, signedInByPassword } from "./support/grants.js";
import { suite } from "./support/suite.js";

async function echoing(visit) {
  const { page } = await signedInByPassword(visit);
  answerAt(visit, ECHO, async (req, res) => {
    const bytes = [];
    for await (const chunk of req) bytes.push(chunk);
    const { authorization } = req.headers;
    res.json({
      method: req.method,
      isSigned: Boolean(authorization?.startsWith("Bearer ")),
      body: Buffer.concat(bytes).toString(),
    });
  });
  return page;
}

suite("What an app hands to `login` and `logout`", (claim) => {
  claim("with a getter that throws makes them reject", async (visit) => {
    const { page } = await signedInByPassword(visit);
    for (const method of ["login", "logout"]) {
      const seen = await page.evaluate(async (name) => {
        const options = Object.defineProperty({}, "preventDefault", {
          get() {
            throw new RangeError("the app's own");
          },
        });
        return (await settled(auth[name](options))).error;
      }, method);
      assert.equal(seen?.message, "the app's own");
    }
  });
});

suite("What an app hands to `fetch`", (claim) => {
  claim(
    "with a getter that throws makes it reject, 10,000 times, and changes nothing",
    async (visit) => {
      const page = await echoing(visit);
      const seen = await page.evaluate(async (url) => {
        const thrower = (name) =>
          Object.defineProperty({}, name, {
            enumerable: true,
            get() {
              throw new RangeError(name);
            },
          });
        const names = [
          "method",
          "headers",
          "body",
          "signal",
          "constructor",
          "keepalive",
        ];
        /** @type {Record<string, string>} */
        const outcomes = {};
        for (const name of names) {
          try {
            const promise = auth.fetch(url, thrower(name));
            outcomes[name] = await promise.then(
              () => "resolved",
              (error) => `${error.name} ${error.message}`,
            );
          } catch (error) {
            outcomes[name] = `threw ${error}`;
          }
        }
        const text = {
          toString() {
            throw new RangeError("toString");
          },
        };
        outcomes.url = await auth.fetch(text).catch(({ message }) => message);
        let rejections = 0;
        for (let n = 0; n < 10_000; n++) {
          await auth.fetch(url, thrower("method")).catch(() => rejections++);
        }
        const response = await auth.fetch(url);
        return { outcomes, rejections, after: await response.json() };
      }, ECHO);
      const outcomes = new Map(Object.entries(seen.outcomes));
      const told = outcomes.get("constructor");
      assert.ok(told && !told.startsWith("threw"), told);
      outcomes.delete("constructor");
      assert.deepEqual(Object.fromEntries(outcomes), {
        method: "RangeError method",
        headers: "RangeError headers",
        body: "RangeError body",
        signal: "RangeError signal",
        keepalive: "RangeError keepalive",
        url: "toString",
      });
      assert.equal(seen.rejections, 10_000);
      assert.ok(seen.after.isSigned);
    },
  );

  claim(
    "of a frame's realm is what it is there: `Request`, `AbortSignal`, stream",
    async (visit) => {
      const page = await echoing(visit);
      const seen = await page.evaluate(async (url) => {
        const frame = document.createElement("iframe");
        document.body.append(frame);
        const realm = frame.contentWindow;
        const href = new URL(url, location.href).href;
        const request = new realm.Request(href, {
          method: "POST",
          body: "from the frame",
        });
        const posted = await (await auth.fetch(request)).json();
        const controller = new realm.AbortController();
        controller.abort(new Error("not any more"));
        const { signal } = controller;
        void auth.renew().catch(() => {});
        const aborted = await auth
          .fetch(url, { signal })
          .catch(({ message }) => message);
        // A stream of the frame's is gone once it was sent: it is sent once.
        let calls = 0;
        const own = window.fetch;
        window.fetch = async (input, init) => {
          const sent = new Request(input, init);
          if (!sent.url.endsWith("/echo")) return own(sent);
          calls += 1;
          return new Response(await sent.text(), { status: 401 });
        };
        const body = new realm.Blob(["streamed"]).stream();
        const init = { method: "POST", body, duplex: "half" };
        const streamed = await auth.fetch(url, init);
        const text = await streamed.text();
        window.fetch = own;
        return { posted, aborted, calls, status: streamed.status, text };
      }, ECHO);
      assert.deepEqual(seen, {
        posted: { method: "POST", isSigned: true, body: "from the frame" },
        aborted: "not any more",
        calls: 1,
        status: 401,
        text: "streamed",
      });
    },
  );

  claim(
    "of a polyfill's class is what it is there, and so is its answer",
    async (visit) => {
      const page = await echoing(visit);
      const seen = await page.evaluate(async (url) => {
        const own = { fetch, Request, Response };
        // As polyfills have it: properties of each object, no getters of the class.
        const MyRequest = class Request {
          constructor(input, init) {
            const { method, headers } = init ?? {};
            Object.assign(this, {
              url: new URL(input.url ?? input, location.href).href,
              method: method ?? input.method ?? "GET",
              headers: new Headers(headers ?? input.headers),
              redirect: "follow",
              bodyUsed: false,
              body: null,
            });
          }
        };
        const MyResponse = class Response {
          constructor(status) {
            Object.assign(this, { status });
          }
        };
        const sent = [];
        const myFetch = async (input, init) => {
          if (!(input instanceof MyRequest)) return own.fetch(input, init);
          const { url, headers } = /** @type {globalThis.Request} */ (input);
          sent.push([url, headers.get("authorization")]);
          return new MyResponse(sent.length === 1 ? 401 : 200);
        };
        Object.assign(window, {
          Request: MyRequest,
          Response: MyResponse,
          fetch: myFetch,
        });
        const request = new MyRequest(url, { method: "GET" });
        const { status } = await auth.fetch(request);
        Object.assign(window, own);
        return { status, sent };
      }, ECHO);
      assert.equal(seen.status, 200);
      const urls = seen.sent.map(([url]) => new URL(url).pathname);
      assert.deepEqual(urls, [ECHO, ECHO]);
      const tokens = new Set(seen.sent.map(([, token]) => token));
      assert.equal(tokens.size, 2);
    },
  );

  claim("with `keepalive` in a `Request` goes with it", async (visit) => {
    const page = await echoing(visit);
    const seen = await page.evaluate(async (url) => {
      const own = window.fetch;
      const given = [];
      window.fetch = (input, init) => {
        const { keepalive = false } = /** @type {Request} */ (input);
        given.push([keepalive, init?.keepalive ?? false]);
        return own(input, init);
      };
      await auth.fetch(new Request(url, { keepalive: true }));
      await auth.fetch(url, { keepalive: true });
      await auth.fetch(url);
      window.fetch = own;
      return given;
    }, ECHO);
    assert.deepEqual(seen, [
      [true, true],
      [false, true],
      [false, false],
    ]);
  });
});

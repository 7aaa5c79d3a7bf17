// What a page, its tests or its libraries put in the place of what the browser has: it may fail, but nothing may hang.
import assert from "node:assert/strict";
import { byCode, signedInByPassword } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, leave, ready, typePassword } from "./support/visit.js";

/** Has the page's `fetch` give this, by a function of the page, from the next load on. */
const standIn = (visit, source) =>
  visit.context.addInitScript(
    `window.original = window.fetch.bind(window); window.fetch = ${source};`,
  );

const NO_RESPONSES = {
  undefined: "async () => undefined",
  "undefined, at once": "() => undefined",
  null: "async () => null",
  "a text": "async () => 'ok'",
  "an object": "async () => ({})",
  "a status that is no number": "async () => ({ status: '200' })",
  "a status that throws":
    "async () => ({ get status() { throw new Error('no') } })",
  "an object with the name of a Response":
    "async () => Object.create(Response.prototype)",
  "a Response that was read": `async (...args) => {
    const response = await original(...args);
    await response.text();
    return response;
  }`,
  "a Response that is locked": `async (...args) => {
    const response = await original(...args);
    response.body.getReader();
    return response;
  }`,
  "a body that is no stream":
    "async () => ({ status: 200, body: { getReader: () => ({}) } })",
  "chunks that are no bytes": `async () => new Response(new ReadableStream({
    pull: (stream) => stream.enqueue({}),
  }))`,
  "chunks without end, of nothing": `async () => ({ status: 200, body: { getReader: () => ({
    read: async () => ({ done: false, value: new Uint8Array() }),
  }) } })`,
};

suite("A stand-in for `fetch` that gives", (claim) => {
  claim("no response is an error, whoever asks", async (visit) => {
    await standIn(
      visit,
      "(...args) => window.stub ? window.stub(...args) : original(...args)",
    );
    const page = await visit.open();
    await create(page);
    for (const [what, source] of Object.entries(NO_RESPONSES)) {
      await page.evaluate((source) => {
        window.stub = window.eval(source);
      }, source);
      for (const call of [
        () => auth.authority(),
        () => auth.authority(),
        () => auth.loginWithPassword({ username: "a", password: "b" }),
      ]) {
        const { error } = await page.evaluate(`settled((${call})())`);
        assert.equal(error?.code, "invalid_response", `${what}: ${call}`);
        assert.equal(error.retryable, false, what);
      }
    }
  });

  claim("the same Response twice: an error the second time", async (visit) => {
    await standIn(
      visit,
      "(kept => (...args) => kept ??= original(...args))(undefined)",
    );
    const page = await visit.open();
    await create(page);
    const { value } = await page.evaluate(() => settled(auth.authority()));
    assert.ok(value.id);
    const { error } = await page.evaluate(() =>
      settled(auth.loginWithPassword({ username: "a", password: "b" })),
    );
    assert.equal(error.code, "invalid_response");
  });

  claim("an error of its own, thrown: `network`", async (visit) => {
    await standIn(visit, "() => { throw new Error('no') }");
    const page = await visit.open();
    await create(page);
    const { error } = await page.evaluate(() => settled(auth.authority()));
    assert.equal(error.code, "network");
  });

  claim("nothing, for there is none: what is missing", async (visit) => {
    await visit.context.addInitScript("window.fetch = null");
    const page = await visit.open();
    await create(page);
    const { error } = await page.evaluate(() => settled(auth.authority()));
    assert.equal(error.code, "unsupported_environment");
    assert.match(error.message, /fetch/);
  });

  claim("a Response of another realm: what it says", async (visit) => {
    await standIn(
      visit,
      `async (...args) => {
        const response = await original(...args);
        const bytes = await response.arrayBuffer();
        const frame = document.createElement("iframe");
        document.documentElement.append(frame);
        const { Response, Uint8Array } = frame.contentWindow;
        return new Response(new Uint8Array(bytes), response);
      }`,
    );
    const page = await visit.open();
    await create(page);
    const { value } = await page.evaluate(() => settled(auth.authority()));
    assert.ok(value.id);
  });

  claim("what the server says, asked after a while: that", async (visit) => {
    await standIn(
      visit,
      "(...args) => new Promise((resolve) => setTimeout(resolve)).then(() => original(...args))",
    );
    const { page } = await signedInByPassword(visit);
    const { value } = await page.evaluate(() => settled(auth.renew()));
    assert.equal(value.flow, "password");
  });

  claim("a code no tokens: createAuth resolves", async (visit) => {
    const options = byCode(visit);
    const page = await visit.open();
    await standIn(visit, "async () => undefined");
    await Promise.all([
      visit.signInUntilAnswered(page, options),
      typePassword(page),
    ]);
    const { session, redirect } = await create(page, options);
    assert.equal(session, null);
    assert.equal(redirect.error.code, "invalid_response");
  });

  claim("a renewal no tokens: it can be renewed afterwards", async (visit) => {
    const { page } = await signedInByPassword(visit);
    // Tokens are asked for by the `fetch` there was at first, which is the browser's own here.
    await page.reload();
    await standIn(
      visit,
      "(...args) => window.isBroken ? Promise.resolve() : original(...args)",
    );
    await page.reload();
    await ready(page);
    await create(page);
    await page.evaluate(() => (window.isBroken = true));
    for (let time = 0; time < 3; time += 1) {
      const { error } = await page.evaluate(() => settled(auth.renew()));
      assert.equal(error.code, "invalid_response");
    }
    await page.evaluate(() => (window.isBroken = false));
    const { value } = await page.evaluate(() => settled(auth.renew()));
    assert.ok(value);
  });

  claim("nothing of use, 10,000 times: nothing is used up", async (visit) => {
    await standIn(
      visit,
      "(...args) => window.isBroken ? window.isBroken() : original(...args)",
    );
    const page = await visit.open();
    await create(page);
    const { sizes, codes, value } = await page.evaluate(async () => {
      // The glue gives what is running already.
      const { default: init } = await import("/placeos-auth/core.js");
      const wasm = await init();
      const used = Response.json({});
      await used.text();
      const broken = [
        () => undefined,
        () => null,
        () => used,
        () => Promise.reject(new Error("no")),
        () => {
          throw new Error("no");
        },
      ];
      const codes = new Set();
      const sizes = [];
      for (let time = 0; time < 10_000; time += 1) {
        window.isBroken = broken[time % broken.length];
        const { error } = await settled(auth.authority());
        codes.add(error.code);
        if (time === 999)
          sizes.push(
            wasm.__wbindgen_externrefs.length,
            wasm.memory.buffer.byteLength,
          );
      }
      sizes.push(
        wasm.__wbindgen_externrefs.length,
        wasm.memory.buffer.byteLength,
      );
      window.isBroken = undefined;
      return { sizes, codes: [...codes], ...(await settled(auth.authority())) };
    });
    assert.deepEqual(codes.sort(), ["invalid_response", "network"]);
    assert.deepEqual(sizes.slice(0, 2), sizes.slice(2));
    assert.ok(value.id);
  });
});

suite("A page whose", (claim) => {
  const LOCKS = {
    undefined: "() => undefined",
    "a text": "() => 'ok'",
    "a promise of nothing": "async () => undefined",
    "an error, thrown": "() => { throw new Error('no') }",
    "a rejection":
      "async () => { throw new DOMException('No.', 'SecurityError') }",
  };
  for (const [what, source] of Object.entries(LOCKS)) {
    claim(
      `navigator.locks.request gives ${what} renews at once, and says so`,
      async (visit) => {
        await visit.context.addInitScript(
          `Object.defineProperty(navigator, "locks", { value: { request: ${source} } })`,
        );
        const { page } = await signedInByPassword(visit);
        const began = Date.now();
        const { value, error } = await page.evaluate(() =>
          settled(auth.renew()),
        );
        assert.ok(value, error?.message);
        assert.ok(Date.now() - began < 5_000);
        assert.ok(visit.lines.some((line) => /no Web Locks/.test(line)));
        assert.deepEqual(
          visit.lines.filter((line) => /Error/.test(line)),
          [],
        );
      },
    );
  }

  const CHANNELS = {
    "an empty class": "class {}",
    "a class whose methods throw": `class {
      addEventListener() { throw new Error("no") }
      postMessage() { throw new Error("no") }
      close() { throw new Error("no") }
    }`,
    "a class that tells nothing": `class {
      addEventListener(type, listener) {
        setTimeout(() => listener.call(this), 10);
        setTimeout(() => listener.call(this, null), 20);
        setTimeout(() => listener.call(this, {}), 30);
      }
      removeEventListener() {}
      postMessage() {}
    }`,
    null: "null",
  };
  for (const [what, source] of Object.entries(CHANNELS)) {
    claim(`BroadcastChannel is ${what} does without it`, async (visit) => {
      await visit.context.addInitScript(`window.BroadcastChannel = ${source}`);
      const { page } = await signedInByPassword(visit);
      const { value, error } = await page.evaluate(() => settled(auth.renew()));
      assert.ok(value, error?.message);
      await page.evaluate(() => auth.logout({ local: true }));
      await page.evaluate(() => auth.close());
      assert.deepEqual(
        visit.lines.filter((line) => /Error/.test(line)),
        [],
      );
    });
  }

  claim(
    "storage forgets what it is given keeps the session for itself, and doesn't leave for what it couldn't take up",
    async (visit) => {
      await visit.context.addInitScript(() => {
        Storage.prototype.setItem = () => {};
      });
      const { page } = await signedInByPassword(visit);
      assert.ok(visit.lines.some((line) => /for this page only/.test(line)));
      await leave(page);
      const { error } = await page.evaluate(() => window.leaving);
      assert.equal(error.code, "unsupported_environment");
    },
  );

  claim("randomness gives nothing signs nobody in", async (visit) => {
    await visit.context.addInitScript(() => {
      Crypto.prototype.getRandomValues = (bytes) => bytes;
    });
    const page = await visit.open();
    await create(page);
    await leave(page);
    const { error } = await page.evaluate(() => window.leaving);
    assert.equal(error.code, "unsupported_environment");
  });

  claim("objects have more than they should goes on", async (visit) => {
    await visit.context.addInitScript(() => {
      for (const name of ["get", "set", "value", "writable"])
        Object.defineProperty(Object.prototype, name, {
          value: name === "writable" ? true : () => {},
          configurable: true,
        });
    });
    const page = await visit.context.newPage();
    await page.goto(`${visit.world.app}/app/bare.html`);
    await ready(page);
    const { session, error } = await page.evaluate(async () => {
      const auth = await createAuth();
      const { code } = await auth.token().catch((reason) => reason);
      return { session: auth.session, error: code };
    });
    assert.deepEqual(
      { session, error },
      { session: null, error: "login_required" },
    );
  });

  claim("setTimeout is gone is told so", async (visit) => {
    const page = await visit.open();
    const { error } = await page.evaluate(() => {
      window.setTimeout = null;
      return settled(createAuth());
    });
    assert.equal(error.code, "unsupported_environment");
    assert.match(error.message, /setTimeout/);
  });

  claim("timers are gone halfway still answers", async (visit) => {
    const { page } = await signedInByPassword(visit);
    const { error } = await page.evaluate(() => {
      const setTimeout = () => {
        throw new Error("no");
      };
      Object.assign(window, { setTimeout, clearTimeout: undefined });
      return settled(auth.renew());
    });
    assert.equal(error.code, "timeout");
    await page.evaluate(() => auth.close());
  });

  claim("URL, navigator and document are broken is told so", async (visit) => {
    const page = await visit.open();
    const codes = await page.evaluate(async () => {
      const codes = [];
      const broken = async (object, name, value) => {
        const kept = Object.getOwnPropertyDescriptor(object, name);
        Object.defineProperty(object, name, { value, configurable: true });
        const { error } = await settled(createAuth({ scope: name }));
        codes.push(error?.code ?? "fine");
        if (kept) Object.defineProperty(object, name, kept);
        else delete object[name];
      };
      await broken(window, "URL", class {});
      await broken(window, "URL", null);
      await broken(window, "navigator", undefined);
      await broken(window, "performance", {});
      await broken(document, "visibilityState", undefined);
      await broken(document, "addEventListener", undefined);
      return codes;
    });
    assert.deepEqual(codes, [
      "unsupported_environment",
      "unsupported_environment",
      "fine",
      "fine",
      "fine",
      "fine",
    ]);
  });

  claim("events aren't the browser's own goes on", async (visit) => {
    const { page } = await signedInByPassword(visit);
    await page.evaluate(() => {
      dispatchEvent(new Event("pageshow"));
      dispatchEvent(new Event("online"));
      document.dispatchEvent(new Event("visibilitychange"));
      new BroadcastChannel("x").dispatchEvent(new Event("message"));
    });
    assert.ok(await page.evaluate(() => auth.token()));
  });
});

suite('storage: "memory"', (claim) => {
  claim("opens no channel, and tells nobody anything", async (visit) => {
    await visit.context.addInitScript(() => {
      window.opened = [];
      const Original = BroadcastChannel;
      window.BroadcastChannel = class extends Original {
        constructor(name) {
          window.opened.push(name);
          super(name);
        }
      };
    });
    const { page } = await signedInByPassword(visit, { storage: "memory" });
    await page.evaluate(() => auth.renew());
    await page.evaluate(() => auth.logout({ local: true }));
    await page.evaluate(() => auth.close());
    assert.deepEqual(await page.evaluate(() => window.opened), []);
  });
});

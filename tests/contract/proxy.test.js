import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { listen } from "../servers/listen.js";
import { startProxy } from "../servers/proxy.js";
import { rewriteCookie, rewriteLocation } from "../servers/rewrite.js";
import { startSandbox } from "../servers/sandbox/index.js";
import { createClient } from "./client.js";
import { IMPLICIT, locationOf, PASSWORD, tokensFrom } from "./grants.js";
import { APP } from "./apps.js";

/** @import { Listening } from "../servers/types.d.ts" */

const SOCKET = "/api/engine/v2/systems/control";

describe("proxy: a PlaceOS host seems to be on the proxy's origin", () => {
  /** @type {import("../servers/sandbox/types.d.ts").Sandbox} */
  let sandbox;
  /** @type {Listening} */
  let proxy;
  /** @type {import("./client.js").Client} */
  let client;

  before(async () => {
    sandbox = await startSandbox({ apps: [APP] });
    /** @type {import("express").RequestHandler} */
    const site = (req, res) => res.send(`site ${req.path}`);
    proxy = await startProxy({ server: sandbox.origin, site });
    client = createClient(proxy.origin);
  });
  after(() => Promise.all([proxy.close(), sandbox.close()]));

  it("a whole sign-in stays on the proxy's origin", async () => {
    const login = locationOf(await client.authorize(IMPLICIT));
    assert.match(login, /^\/login\?continue=/);

    const { searchParams } = new URL(login, proxy.origin);
    const back = searchParams.get("continue");
    assert.ok(back);
    assert.equal(locationOf(await client.signIn(back)), back);

    assert.match(
      locationOf(await client.get(back)),
      /^http:\/\/localhost:9\/app\/oauth-resp\.html#access_token=/,
    );
  });

  it("the API is passed on with the token, the query untouched", async () => {
    const { access_token } = await tokensFrom(client.token(PASSWORD));
    const path = `/api/engine/v2/systems?q=wharf&x=a%2Fb+c//d&bearer_token=${access_token}`;
    const { response, text } = await client.get(path);
    assert.equal(response.status, 200);
    assert.equal(JSON.parse(text).length, 1);
    assert.equal(sandbox.requests.at(-1)?.url, path);
  });

  it("the host is told its own name, and its own origin by our pages alone", async () => {
    await client.post("/auth/oauth/token", PASSWORD, { origin: proxy.origin });
    const headers = sandbox.requests.at(-1)?.headers;
    assert.equal(`http://${headers?.host}`, sandbox.origin);
    assert.equal(headers?.origin, sandbox.origin);

    await client.post("/auth/oauth/token", PASSWORD, {
      origin: "http://x.test",
    });
    assert.equal(sandbox.requests.at(-1)?.headers.origin, "http://x.test");
  });

  it("what the host says of itself is passed on", async () => {
    const path = "/.well-known/oauth-authorization-server";
    const { response } = await client.get(path);
    assert.equal(response.status, 404, "the sandbox's own answer");
    assert.equal(sandbox.requests.at(-1)?.url, path);
  });

  it("the rest is the app's", async () => {
    const others = ["/.well-known/assetlinks.json"];
    for (const path of ["/", "/app/", "/authors", "/logins", ...others]) {
      assert.equal((await client.get(path)).text, `site ${path}`);
    }
  });

  it("a WebSocket goes through with a token, and is refused without", async () => {
    const { access_token } = await tokensFrom(client.token(PASSWORD));
    /** @param {string} query */
    const open = (query) =>
      new Promise((resolve, reject) => {
        const url = proxy.origin.replace("http", "ws") + SOCKET + query;
        const socket = new WebSocket(url);
        socket.on("error", reject);
        socket.on("open", () => socket.send("ping"));
        socket.on("message", (data) => {
          socket.close();
          resolve(data.toString());
        });
      });
    assert.equal(await open(`?bearer_token=${access_token}`), "pong");
    await assert.rejects(open("?bearer_token=made-up"), /401/);
    await assert.rejects(open(""), /401/);
  });
});

describe("proxy: a host that can't be reached", () => {
  /** @type {Listening} */
  let proxy;

  before(async () => {
    const gone = await listen(createServer(), { port: 0, host: "127.0.0.1" });
    await gone.close();
    proxy = await startProxy({ server: gone.origin });
  });
  after(() => proxy.close());

  it("is a 502 that says so: JSON to a program, a page to a person", async () => {
    const client = createClient(proxy.origin);
    const program = await client.get("/api/engine/v2/systems");
    assert.equal(program.response.status, 502);
    assert.match(JSON.parse(program.text).error, /nothing answers there/);

    const person = await client.get("/login", { accept: "text/html" });
    assert.equal(person.response.status, 502);
    assert.match(person.text, /<p>.*nothing answers there<\/p>/);
  });

  it("ends a WebSocket, and the proxy lives on", async () => {
    const url = proxy.origin.replace("http", "ws") + SOCKET;
    const failed = new Promise((resolve) => {
      new WebSocket(url).on("error", (error) => resolve(error.message));
    });
    assert.match(await failed, /502/);
    const { response } = await createClient(proxy.origin).get(
      "/auth/authority",
    );
    assert.equal(response.status, 502);
  });
});

describe("proxy: a host that hangs up halfway", () => {
  it("ends the answer rather than leaving the browser waiting", async () => {
    const rude = createServer((_req, res) => {
      res.writeHead(200, { "content-length": "100" });
      res.write("half");
      setTimeout(() => res.destroy(), 20);
    });
    const target = await listen(rude, { port: 0, host: "127.0.0.1" });
    const proxy = await startProxy({ server: target.origin });
    try {
      await assert.rejects(
        createClient(proxy.origin).get("/api/x"),
        /terminated/,
      );
    } finally {
      await Promise.all([proxy.close(), target.close()]);
    }
  });
});

describe("proxy: what is rewritten", () => {
  const target = "https://placeos.test";
  const locations = {
    "https://placeos.test/login?a=b#c": "/login?a=b#c",
    "http://placeos.test/login": "/login",
    "//placeos.test/login": "/login",
    "https://placeos.test//evil.test/": "/evil.test/",
    "https://placeos.test": "/",
    "/auth/x": "/auth/x",
    "https://placeos.test:8443/x": "https://placeos.test:8443/x",
    "https://placeos.test.evil.test/x": "https://placeos.test.evil.test/x",
    "https://idp.test/sso?next=https://placeos.test/":
      "https://idp.test/sso?next=https://placeos.test/",
    "http://localhost:8080/cb#access_token=x":
      "http://localhost:8080/cb#access_token=x",
    "com.example.app:/cb": "com.example.app:/cb",
  };
  for (const [location, expected] of Object.entries(locations)) {
    it(`a redirect to ${location} becomes ${expected}`, () =>
      assert.equal(rewriteLocation(location, target), expected));
  }

  const full =
    "user=x=y; Domain=placeos.test; path=/auth; Secure; HttpOnly; SameSite=None";
  const CHROME = "Mozilla/5.0 Chrome/140 Safari/537.36";
  const SAFARI = "Mozilla/5.0 Version/18 Safari/605";
  const cookies = [
    [
      "localhost:8080",
      CHROME,
      "user=x=y; path=/auth; Secure; HttpOnly; SameSite=None",
    ],
    [
      "127.0.0.1:8080",
      CHROME,
      "user=x=y; path=/auth; Secure; HttpOnly; SameSite=None",
    ],
    ["localhost:8080", SAFARI, "user=x=y; path=/auth; HttpOnly; SameSite=Lax"],
    [
      "192.168.0.7:8080",
      CHROME,
      "user=x=y; path=/auth; HttpOnly; SameSite=Lax",
    ],
    [
      "localhost.evil.test",
      CHROME,
      "user=x=y; path=/auth; HttpOnly; SameSite=Lax",
    ],
  ];
  for (const [host, userAgent, expected] of cookies) {
    const browser = userAgent === SAFARI ? "Safari" : "Chrome";
    it(`a cookie is one that ${browser} keeps from http://${host}`, () =>
      assert.equal(
        rewriteCookie(full, { host, userAgent, secure: false }),
        expected,
      ));
  }
});

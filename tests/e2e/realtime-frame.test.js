import assert from "node:assert/strict";
import { createServer } from "node:http";
import { listen } from "../servers/listen.js";
import { account } from "../servers/building.js";
import { CREDENTIALS } from "./support/grants.js";
import {
  CONTROL,
  openSocket,
  signingCookies,
  upgradesOf,
} from "./support/sockets.js";
import { suite } from "./support/suite.js";

/** @import { Frame } from "playwright-core" */

/** The app in a frame of a portal at that host. Ports make no other site of it; `localhost` and `127.0.0.1` are two. */
async function inPortal(visit, host, prove) {
  const portal = await listen(
    createServer((_req, res) =>
      res
        .writeHead(200, { "content-type": "text/html" })
        .end(`<iframe src="${visit.world.app}/app/bare.html"></iframe>`),
    ),
    { port: 0, host },
  );
  try {
    // By the server itself: what a test fulfils has no address, and may connect to none of this machine.
    visit.world.sandbox.intercept = (req, res, next) => {
      if (req.path === "/app/bare.html") allowFrames(res);
      next();
    };
    const page = await visit.context.newPage();
    await page.goto(portal.origin);
    const app = page.frames().find((frame) => frame !== page.mainFrame());
    await app.waitForSelector("html[data-ready]", { state: "attached" });
    await prove(app);
  } finally {
    await portal.close();
  }
}

function allowFrames(res) {
  const name = "content-security-policy";
  const write = res.writeHead;
  res.writeHead = (...head) => {
    const policy = res.getHeader(name);
    res.setHeader(name, policy.replace(/frame-ancestors [^;]*/, ""));
    return write.apply(res, head);
  };
}

const signInByPassword = async (app) => {
  await app.evaluate(() => create({ storage: "memory" }));
  await app.evaluate(
    (credentials) => auth.loginWithPassword(credentials),
    CREDENTIALS,
  );
  return ["bearer_token", await app.evaluate(() => auth.token())];
};

const signByKey = async (app) => {
  await app.evaluate((apiKey) => create({ apiKey }), account.api_key);
  return ["api-key", account.api_key];
};

suite("A WebSocket of an app in a frame", (claim) => {
  for (const [
    what,
    sign,
  ] of /** @type {[string, (app: Frame) => Promise<string[]>][]} */ ([
    ["a token", signInByPassword],
    ["an API key", signByKey],
  ])) {
    claim(`of another site is signed with ${what} by its URL`, (visit) =>
      inPortal(visit, "127.0.0.1", async (app) => {
        const [name, secret] = await sign(app);
        const { readyState, error } = await openSocket(app);
        assert.equal(readyState, 1, JSON.stringify(error));
        const [{ url, headers }] = upgradesOf(visit);
        const { pathname, searchParams } = new URL(url, visit.world.server);
        assert.equal(pathname, CONTROL);
        assert.deepEqual([...searchParams], [[name, secret]]);
        assert.doesNotMatch(headers.cookie ?? "", /bearer_token|api-key/);
        assert.equal(await app.evaluate(() => document.cookie), "");
        assert.deepEqual(await signingCookies(visit), []);
      }),
    );

    claim(`of its own site is signed with ${what} by a cookie`, (visit) =>
      inPortal(visit, "localhost", async (app) => {
        const [name, secret] = await sign(app);
        const { readyState, error } = await openSocket(app);
        assert.equal(readyState, 1, JSON.stringify(error));
        const [{ url, headers }] = upgradesOf(visit);
        assert.equal(url, CONTROL);
        assert.ok(headers.cookie.includes(`${name}=${secret}`));
        assert.doesNotMatch(headers.cookie, /probe/);
        assert.equal(await app.evaluate(() => document.cookie), "");
        assert.deepEqual(await visit.context.cookies(), []);
      }),
    );
  }
});

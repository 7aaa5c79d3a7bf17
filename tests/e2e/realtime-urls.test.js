import assert from "node:assert/strict";
import { signedInByCode } from "./support/grants.js";
import {
  CONTROL,
  LEGACY_CONTROL,
  openSocket,
  signingCookies,
  tokenOf,
  upgradesOf,
} from "./support/sockets.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";

suite("Where a WebSocket goes", (claim) => {
  claim("is the control socket, on ACAEngine its own", async (visit) => {
    const { page } = await signedInByCode(visit);
    assert.equal((await openSocket(page)).readyState, 1);
    visit.world.sandbox.legacy = true;
    await page.reload();
    await ready(page);
    await create(page);
    assert.equal((await openSocket(page)).readyState, 1);
    const paths = upgradesOf(visit).map(({ url }) => url);
    assert.deepEqual(paths, [CONTROL, LEGACY_CONTROL]);
  });

  claim(
    "is the path or URL it is given, without what would sign it twice",
    async (visit) => {
      const { page } = await signedInByCode(visit);
      const { host } = new URL(visit.world.server);
      for (const [given, expected] of [
        [LEGACY_CONTROL, LEGACY_CONTROL],
        [`${CONTROL}?fixed_device=true#x`, `${CONTROL}?fixed_device=true`],
        [`ws://${host}${CONTROL}`, CONTROL],
        [`http://${host}${CONTROL}?a=1`, `${CONTROL}?a=1`],
        [`//${host}${LEGACY_CONTROL}`, LEGACY_CONTROL],
        [`${CONTROL}?bearer_token=old&a=1`, `${CONTROL}?a=1`],
      ]) {
        visit.world.sandbox.requests.length = 0;
        assert.equal((await openSocket(page, given)).readyState, 1, given);
        assert.equal(upgradesOf(visit)[0].url, expected, given);
      }
      const isOpen = await page.evaluate(async (path) => {
        const url = new URL(path, location.href);
        const socket = await auth.openWebSocket(url);
        return [socket instanceof WebSocket, socket.readyState];
      }, CONTROL);
      assert.deepEqual(isOpen, [true, 1]);
    },
  );

  claim("is nobody else, and no place that isn't one", async (visit) => {
    const page = await visit.signedIn();
    const { host, port } = new URL(visit.world.server);
    for (const given of [
      "wss://attacker.test/",
      `ws://attacker.test:${port}${CONTROL}`,
      `//attacker.test${CONTROL}`,
      "ws://localhost:1/",
      `ws://someone@${host}${CONTROL}`,
      `wss://${host}${CONTROL}`,
      `ftp://${host}/`,
      "javascript:0",
      "ws://",
    ]) {
      const { error } = await openSocket(page, given);
      assert.equal(error?.code, "untrusted_url", given);
    }
    assert.deepEqual(await signingCookies(visit), []);
    assert.deepEqual(upgradesOf(visit), []);
  });

  claim("is told the protocols, if they can be ones", async (visit) => {
    const { page } = await signedInByCode(visit);
    const opened = await openSocket(page, CONTROL, ["one", "two"]);
    assert.equal(opened.protocol, "one");
    const single = await openSocket(page, CONTROL, "three");
    assert.equal(single.protocol, "three");
    assert.deepEqual(
      upgradesOf(visit).map(({ headers }) => headers["sec-websocket-protocol"]),
      ["one, two", "three"],
    );
    for (const bad of ["a b", "", ["x", "x"], ["ok", "ä"]]) {
      const { error } = await openSocket(page, CONTROL, bad);
      assert.equal(error?.code, "configuration", JSON.stringify(bad));
    }
    assert.equal(upgradesOf(visit).length, 2);
    assert.deepEqual(await signingCookies(visit), []);
  });

  claim("is nowhere without a session", async (visit) => {
    const page = await visit.open();
    await create(page);
    assert.equal((await openSocket(page)).error.code, "login_required");
    assert.deepEqual(upgradesOf(visit), []);
    assert.deepEqual(await signingCookies(visit), []);
  });

  claim("is reached with a new token if the old one is over", async (visit) => {
    visit.world.sandbox.tokenLifetime = 2;
    const { page } = await signedInByCode(visit);
    const old = await tokenOf(page);
    await page.evaluate(() => auth.close());
    await page.waitForTimeout(2100);
    assert.equal((await openSocket(page)).readyState, 1);
    const { cookie } = upgradesOf(visit)[0].headers;
    assert.match(cookie, /bearer_token=/);
    assert.ok(!cookie.includes(old));
  });
});

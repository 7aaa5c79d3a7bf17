// `placeos-auth/ts-client`, in an app that is built with Vite on the published @placeos/ts-client.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "../e2e/support/suite.js";
import { upgradesOf } from "../e2e/support/sockets.js";
import { typePassword } from "../e2e/support/visit.js";
import { sandboxOf } from "../e2e/support/worlds.js";
import { account, systems } from "../servers/building.js";
import { appElsewhere, appOf } from "./support/app.js";

/** @import { Page } from "playwright-core" */
/** @import { Visit } from "../e2e/support/visit.js" */

/**
 * What the app's page has for its tests.
 *
 * @typedef {object} App
 * @property {import("placeos-auth").Auth} auth
 * @property {typeof import("@placeos/ts-client")} client
 * @property {typeof import("placeos-auth/ts-client").connect} connect
 * @property {() => void} disconnect
 * @property {() => Promise<string[]>} rooms
 */
/** @typedef {Window & typeof globalThis & App} AppWindow */

const APP = "/ts-client/";
const SYSTEMS = "/api/engine/v2/systems";
const NAMES = systems.map(({ display_name }) => display_name);
const SECOND = 1000;

/** @param {Page} page */
const tokens = (page) =>
  page.evaluate(async () => {
    const { auth, client } = /** @type {AppWindow} */ (window);
    return [client.token(false), await auth.token()];
  });

/**
 * The rooms' names, or what the asking ended in.
 *
 * @param {Page} page
 */
const rooms = (page) =>
  page.evaluate(() => {
    const { rooms } = /** @type {AppWindow} */ (window);
    return rooms().catch(({ name, code }) => [name, code].join(" "));
  });

/**
 * How many sockets ts-client has had, and how long the last one lived.
 *
 * @param {Page} page
 */
const connections = (page) =>
  page.evaluate(() => {
    const { client } = /** @type {AppWindow} */ (window);
    /** @type {[number, number] | undefined} */
    let state;
    client.connectionState().subscribe((now) => (state = now));
    return state;
  });

/** @param {Page} page @param {string} text */
const listed = (page, text) =>
  page.getByRole("listitem").filter({ hasText: text }).waitFor();

/**
 * A page of the app on which somebody has just signed in.
 *
 * @param {Visit} visit
 */
async function signedIn(visit) {
  const page = await visit.open(APP);
  await page.getByRole("button", { name: "Sign in" }).click();
  await typePassword(page);
  await listed(page, NAMES[0]);
  return page;
}

/**
 * Has the module's status change until the page shows it.
 *
 * @param {Visit} visit
 * @param {Page} page
 * @param {string} text
 */
async function shows(visit, page, text) {
  let count = 0;
  const telling = setInterval(() => {
    const value = `${text} ${(count += 1)}`;
    sandboxOf(visit.world).setStatus({ sys: "sys-Wharf", name: "note" }, value);
  }, 100);
  try {
    await page.locator("#note", { hasText: text }).waitFor();
  } finally {
    clearInterval(telling);
  }
}

/**
 * Notes where the page goes.
 *
 * @param {Page} page
 */
function journey(page) {
  const places = /** @type {string[]} */ ([]);
  page.on("framenavigated", (frame) => {
    if (frame === page.mainFrame()) places.push(frame.url());
  });
  return places;
}

/**
 * What the sandbox was sent to the REST API and the realtime API, from here on.
 *
 * @param {Visit} visit
 */
function sent(visit) {
  const { requests } = sandboxOf(visit.world);
  requests.splice(0);
  return () => requests.filter(({ url }) => url.startsWith("/api/"));
}

/** @param {{ headers: import("node:http").IncomingHttpHeaders, url: string }[]} requests @param {string} token */
const carrying = (requests, token) =>
  requests.filter(({ headers, url }) =>
    [headers.authorization, headers.cookie, url].join(" ").includes(token),
  );

for (const generation of /** @type {const} */ (["rails", "next"])) {
  suite(
    `An app on ts-client, ${generation}`,
    (claim) => {
      claim(
        "asks the REST API and the realtime API, on one socket before and after a renewal",
        async (visit) => {
          const page = await signedIn(visit);
          await shows(visit, page, "before");
          const [before, own] = await tokens(page);
          assert.equal(before, own);
          await page.evaluate(() =>
            /** @type {AppWindow} */ (window).auth.renew(),
          );
          const places = journey(page);
          const [after, renewed] = await tokens(page);
          assert.notEqual(after, before);
          assert.equal(after, renewed);
          const requests = sent(visit);
          assert.deepEqual(await rooms(page), NAMES);
          await shows(visit, page, "after");
          assert.equal(carrying(requests(), after).length, 1);
          assert.deepEqual(
            requests().filter(({ headers }) => headers.upgrade),
            [],
          );
          assert.deepEqual(places, []);
        },
      );

      claim("goes on when its token is revoked", async (visit) => {
        const page = await signedIn(visit);
        const places = journey(page);
        const [token] = await tokens(page);
        sandboxOf(visit.world).revoke(token);
        assert.deepEqual(await rooms(page), NAMES);
        const [next] = await tokens(page);
        assert.notEqual(next, token);
        assert.deepEqual(places, []);
      });

      claim("goes on over the end of several tokens", async (visit) => {
        sandboxOf(visit.world).tokenLifetime = 2;
        const page = await signedIn(visit);
        const places = journey(page);
        const used = new Set(await tokens(page));
        for (const end = Date.now() + 6 * SECOND; Date.now() < end;) {
          assert.deepEqual(await rooms(page), NAMES);
          const [token] = await tokens(page);
          used.add(token);
          await sleep(300);
        }
        assert.ok(used.size >= 3, `${used.size} tokens`);
        assert.deepEqual(places, []);
      });

      claim(
        "is given a 401 that stays as an error, once, and stays on the page",
        async (visit) => {
          const page = await signedIn(visit);
          const places = journey(page);
          const [token] = await tokens(page);
          sandboxOf(visit.world).intercept = (req, res, next) =>
            req.path.startsWith(SYSTEMS) ? res.status(401).json({}) : next();
          const requests = sent(visit);
          assert.equal(await rooms(page), "AuthError other");
          const count = requests().length;
          await sleep(2 * SECOND);
          assert.equal(requests().length, count);
          const { requests: all } = sandboxOf(visit.world);
          assert.deepEqual(
            all.filter(({ url }) => url.startsWith("/auth/authority")),
            [],
          );
          const [next, own] = await tokens(page);
          assert.equal(next, own);
          assert.notEqual(next, token);
          assert.deepEqual(places, []);
        },
      );

      claim(
        "sends nothing for a user who has signed out, and stays on the page",
        async (visit) => {
          const page = await signedIn(visit);
          await shows(visit, page, "before");
          const places = journey(page);
          const [token] = await tokens(page);
          const requests = sent(visit);
          await page.evaluate(() => {
            const { auth, client } = /** @type {AppWindow} */ (window);
            auth.subscribe(() =>
              Object.assign(window, { left: client.token() }),
            );
          });
          await page.getByRole("button", { name: "Sign out" }).click();
          await listed(page, "login_required");
          assert.equal(await rooms(page), "AuthError login_required");
          const left = await page.evaluate(() => {
            const { left } = /** @type {any} */ (window);
            return left;
          });
          assert.equal(left, "no-token");
          await sleep(3 * SECOND);
          assert.deepEqual(requests(), []);
          const kept = await page.evaluate(() => [
            ...Object.values(sessionStorage),
            ...Object.values(localStorage),
          ]);
          assert.ok(!kept.join().includes(token));
          assert.deepEqual(places, []);
        },
      );

      claim(
        "has the next user's token when another signs in, on a new socket",
        async (visit) => {
          const page = await signedIn(visit);
          await shows(visit, page, "before");
          const places = journey(page);
          const [first] = await tokens(page);
          await page.getByRole("button", { name: "Sign out" }).click();
          await listed(page, "login_required");
          const requests = sent(visit);
          await page.evaluate(() =>
            /** @type {AppWindow} */ (window).auth.login({ mode: "silent" }),
          );
          await listed(page, NAMES[0]);
          const [second] = await tokens(page);
          assert.notEqual(second, first);
          assert.deepEqual(await rooms(page), NAMES);
          await shows(visit, page, "after");
          assert.deepEqual(carrying(requests(), first), []);
          assert.equal(carrying(upgradesOf(visit), second).length, 1);
          assert.deepEqual(places, []);
        },
      );

      claim(
        "binds again when its socket is lost, and doesn't ask for the domain's settings again",
        async (visit) => {
          await visit.context.addInitScript(() => {
            const sockets = /** @type {WebSocket[]} */ ([]);
            window.WebSocket = class extends WebSocket {
              /** @param {ConstructorParameters<typeof WebSocket>} given */
              constructor(...given) {
                super(...given);
                sockets.push(this);
              }
            };
            Object.assign(window, { sockets });
          });
          const page = await signedIn(visit);
          await shows(visit, page, "before");
          const { requests } = sandboxOf(visit.world);
          requests.splice(0);
          await page.evaluate(() => {
            const { sockets } = /** @type {any} */ (window);
            const lost = { code: 1006, wasClean: false };
            sockets.at(-1).dispatchEvent(new CloseEvent("close", lost));
          });
          await shows(visit, page, "after");
          assert.deepEqual(
            requests.map(({ url }) => url.split("?")[0]),
            ["/api/engine/v2/systems/control"],
          );
        },
      );

      claim(
        "stays on the page if nobody is signed in, and takes no token from its address",
        async (visit) => {
          const address = `${APP}#access_token=anothers&expires_in=7200&state=`;
          const page = await visit.open(address);
          const places = journey(page);
          await listed(page, "login_required");
          const seen = await page.evaluate(() => {
            const { client } = /** @type {AppWindow} */ (window);
            client.setToken("anothers");
            const isKept = JSON.stringify(sessionStorage).includes("anothers");
            client.invalidateToken();
            return [client.token(), client.isOnline(), isKept];
          });
          assert.deepEqual(seen, ["no-token", true, false]);
          await sleep(2 * SECOND);
          assert.equal(await rooms(page), "AuthError login_required");
          assert.deepEqual(await connections(page), [0, 0]);
          assert.deepEqual(places, []);
          assert.deepEqual(upgradesOf(visit), []);
        },
      );

      claim("signs with an API key, as a fixed device", async (visit) => {
        const page = await visit.open(`${APP}?x-api-key=${account.api_key}`);
        await listed(page, NAMES[0]);
        await shows(visit, page, "to a panel");
        assert.deepEqual(await rooms(page), NAMES);
        const [upgrade] = upgradesOf(visit);
        assert.match(upgrade?.url ?? "", /[?&]fixed_device=true/);
        assert.doesNotMatch(upgrade?.url ?? "", /token/);
      });

      claim("signs out by us where ts-client is told to", async (visit) => {
        const page = await signedIn(visit);
        const [token] = await tokens(page);
        const requests = sent(visit);
        await page.evaluate(() =>
          /** @type {AppWindow} */ (window).client.logout(),
        );
        await page.waitForURL(`**${APP}`);
        await listed(page, "login_required");
        const { requests: all } = sandboxOf(visit.world);
        const revocations = all.filter(({ url }) => url.includes("/revoke"));
        assert.ok(revocations.length > 0);
        assert.deepEqual(carrying(requests(), token), []);
      });

      claim(
        "is quiet once it is disconnected, and goes on when it is connected again",
        async (visit) => {
          const page = await signedIn(visit);
          await shows(visit, page, "before");
          const places = journey(page);
          const requests = sent(visit);
          const seen = await page.evaluate(async () => {
            const app = /** @type {AppWindow} */ (window);
            const { fetch } = window;
            app.disconnect();
            app.disconnect();
            const used = [app.client.token(), fetch === window.fetch];
            await new Promise((resolve) => setTimeout(resolve, 2000));
            return [...used, app.client.is_connected()];
          });
          assert.deepEqual(seen, ["no-token", false, false]);
          assert.deepEqual(requests(), []);
          await page.evaluate(async () => {
            const app = /** @type {AppWindow} */ (window);
            app.disconnect = await app.connect(app.auth, app.client);
          });
          assert.deepEqual(await rooms(page), NAMES);
          await shows(visit, page, "after");
          assert.deepEqual(places, []);
        },
      );

      claim(
        "leaves the app's own requests and sockets to the app",
        async (visit) => {
          const page = await signedIn(visit);
          sandboxOf(visit.world).intercept = (req, res, next) =>
            req.path === SYSTEMS ? res.status(401).json({}) : next();
          const seen = await page.evaluate(async (path) => {
            const { auth } = /** @type {AppWindow} */ (window);
            const statuses = [];
            for (const send of [auth.fetch, fetch])
              statuses.push((await send(path)).status);
            const socket = new WebSocket("ws://localhost:1/");
            const { prototype } = WebSocket;
            return [...statuses, Object.getPrototypeOf(socket) === prototype];
          }, SYSTEMS);
          assert.deepEqual(seen, [401, 401, true]);
        },
      );

      claim("refuses what isn't ts-client", async (visit) => {
        const page = await visit.open(APP);
        await listed(page, "login_required");
        const codes = await page.evaluate(async () => {
          const { auth, client, connect } = /** @type {AppWindow} */ (window);
          /** @type {any[]} */
          const others = [undefined, {}, { ...client, token: () => "kept" }];
          const before = fetch;
          const codes = [];
          for (const other of others)
            codes.push(await connect(auth, other).catch(({ code }) => code));
          return [...codes, before === fetch];
        });
        assert.deepEqual(codes, [...Array(3).fill("configuration"), true]);
      });
    },
    { kind: appOf("ts-client", { generation }) },
  );
}

suite(
  "An app on ts-client, on another origin than the server",
  (claim) => {
    claim(
      "asks the REST API and the realtime API, before and after a renewal",
      async (visit) => {
        await visit.context.addInitScript((server) => {
          Object.assign(window, { server });
        }, visit.world.server);
        const page = await signedIn(visit);
        await shows(visit, page, "before");
        await page.evaluate(() =>
          /** @type {AppWindow} */ (window).auth.renew(),
        );
        assert.deepEqual(await rooms(page), NAMES);
        await shows(visit, page, "after");
        const [upgrade, ...others] = upgradesOf(visit);
        assert.match(upgrade?.url ?? "", /[?&]bearer_token=/);
        assert.deepEqual(others, []);
      },
    );
  },
  { kind: appElsewhere("ts-client", { generation: "next" }) },
);

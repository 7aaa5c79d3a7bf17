import assert from "node:assert/strict";
import { createServer } from "node:http";
import express from "express";
import {
  doorkeeperAvailable,
  startDoorkeeper,
} from "../../servers/doorkeeper/index.js";
import { listen } from "../../servers/listen.js";
import { startProxy } from "../../servers/proxy.js";
import { startSandbox } from "../../servers/sandbox/index.js";
import { site } from "./site.js";

/** @import { Listening } from "../../servers/types.d.ts" */
/** @import { NextSettings, RailsSettings, Sandbox } from "../../servers/sandbox/types.d.ts" */

/**
 * @typedef {object} World an app and its server, running
 * @property {string} app origin of the app's pages
 * @property {string} server origin of the server, as the app has to name it
 * @property {{ server?: string }} options what the app has to tell `createAuth`
 * @property {boolean} [isNewest] as its kind says
 * @property {string} [loggedOut] where the user is after signing out, if not where the app wanted
 * @property {Sandbox & Partial<RailsSettings & NextSettings>} [sandbox] its handle, if that is the server
 * @property {(token: { refreshToken: string, clientId: string }) => Promise<void>} [replace] see `replacedServer`
 * @property {import("node:events").EventEmitter} [porter] see `sandboxWithPorter`
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Kind a world that can be started
 * @property {string} name
 * @property {boolean} [isNewest] its server has no implicit flow, nor takes passwords
 * @property {string} why one sentence, empty where it can run
 * @property {() => Promise<World>} start
 */

/**
 * The sandbox of a world that has one.
 *
 * @param {World} world
 */
export function sandboxOf({ sandbox }) {
  assert.ok(sandbox, "the world's server is a sandbox");
  return sandbox;
}

const ADDRESS = { port: 0, host: "localhost" };

/** @type {Kind} */
export const sandboxHere = {
  name: "sandbox on the app's own origin",
  why: "",
  async start() {
    const port = await freePort();
    const apps = registrations(`http://localhost:${port}`);
    const sandbox = await startSandbox({ port, apps, site: site() });
    return oneOrigin(sandbox.origin, { sandbox, close: sandbox.close });
  },
};

/** @type {Kind} */
export const nextHere = {
  name: "newest server on the app's own origin",
  isNewest: true,
  why: "",
  async start() {
    const port = await freePort();
    const sandbox = await startSandbox({
      generation: "next",
      port,
      apps: registrations(`http://localhost:${port}`),
      site: site(),
    });
    return oneOrigin(sandbox.origin, { sandbox, close: sandbox.close });
  },
};

/** @type {Kind} */
export const nextElsewhere = {
  name: "newest server on another origin",
  isNewest: true,
  why: "",
  async start() {
    const app = await serveSite();
    const sandbox = await startSandbox({
      generation: "next",
      apps: registrations(app.origin),
      origins: [app.origin],
    });
    // It leads back to its own host alone.
    const loggedOut = `${sandbox.origin}/`;
    return twoOrigins(app, sandbox, { sandbox, loggedOut });
  },
};

/**
 * A server that is replaced, at its own address, by the newest, which is told of a refresh token of the old one's.
 *
 * @type {Kind}
 */
export const replacedServer = {
  name: "sandbox that is replaced",
  why: "",
  async start() {
    const port = await freePort();
    const given = {
      port,
      apps: registrations(`http://localhost:${port}`),
      site: site(),
    };
    const sandbox = await startSandbox(given);
    let { close } = sandbox;
    return oneOrigin(sandbox.origin, {
      sandbox,
      async replace(token) {
        await close();
        const newest = await startSandbox({ generation: "next", ...given });
        close = newest.close;
        newest.takeOver(token);
      },
      close: () => close(),
    });
  },
};

/** @type {Kind} */
export const sandboxElsewhere = {
  name: "sandbox on another origin",
  why: "",
  async start() {
    const app = await serveSite();
    const apps = registrations(app.origin);
    const sandbox = await startSandbox({ apps, origins: [app.origin] });
    return twoOrigins(app, sandbox, { sandbox });
  },
};

const { why } = await doorkeeperAvailable();

/** @type {Kind} */
export const doorkeeperHere = {
  name: "Doorkeeper on the app's own origin",
  why,
  async start() {
    // Doorkeeper has to know the app's address before the proxy, which the app is served by, can know Doorkeeper's.
    const port = await freePort();
    const apps = registrations(`http://localhost:${port}`);
    const doorkeeper = await startDoorkeeper({ apps });
    const server = doorkeeper.origin;
    const proxy = await startProxy({ server, port, site: site() });
    const close = async () => {
      await proxy.close();
      await doorkeeper.close();
    };
    return oneOrigin(proxy.origin, { close });
  },
};

/** @type {Kind} */
export const doorkeeperElsewhere = {
  name: "Doorkeeper on another origin",
  why,
  async start() {
    const app = await serveSite();
    const apps = registrations(app.origin);
    const options = { apps, origins: [app.origin] };
    return twoOrigins(app, await startDoorkeeper(options), {});
  },
};

/** Every server there is, each where the app is and elsewhere. */
export const everywhere = [
  sandboxHere,
  sandboxElsewhere,
  doorkeeperHere,
  doorkeeperElsewhere,
  nextHere,
  nextElsewhere,
];

/** @type {(origin: string, more: Pick<World, "close"> & Partial<World>) => World} */
const oneOrigin = (origin, more) => ({
  app: origin,
  server: origin,
  options: {},
  ...more,
});

/** @type {(app: Listening, server: Listening, more: Partial<World>) => World} */
const twoOrigins = (app, server, more) => ({
  app: app.origin,
  server: server.origin,
  options: { server: server.origin },
  async close() {
    await app.close();
    await server.close();
  },
  ...more,
});

const serveSite = () => listen(createServer(express().use(site())), ADDRESS);

/**
 * Each page that takes answers is an app of its own.
 *
 * @param {string} origin
 */
const registrations = (origin) =>
  ["", "bare.html", "framed.html", "oauth-resp.html"].map((page) => ({
    name: `app ${page}`.trim(),
    redirectUris: [`${origin}/app/${page}`],
  }));

/** A port that nobody listens at. */
export async function freePort() {
  const server = await listen(createServer(), ADDRESS);
  await server.close();
  return server.port;
}

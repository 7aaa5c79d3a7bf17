import http from "node:http";
import https from "node:https";
import express from "express";
import { createProxyServer } from "http-proxy-3";
import { listen } from "./listen.js";
import { rewriteCookie, rewriteLocation } from "./rewrite.js";
import { escapeHtml } from "./sandbox/parameters.js";

/** @import { IncomingHttpHeaders, IncomingMessage } from "node:http" */

const PASSED_ON = [
  "/auth",
  "/login",
  "/api",
  "/control",
  "/.well-known/oauth-authorization-server",
];
const SOCKETS = ["/api", "/control"];
const ANSWER_MS = 30_000;

/**
 * Serves an app in front of a real PlaceOS host: the browser sees one origin, as it would in production.
 *
 * @param {object} options
 * @param {string | URL} options.server the PlaceOS host
 * @param {number} [options.port] 0: one that is free
 * @param {string} [options.host]
 * @param {import("express").RequestHandler} [options.site] serves everything else: the app
 * @param {(line: string) => void} [options.log] called with method, path and status: never with a query, where tokens may be
 * @returns {Promise<import("./types.d.ts").Listening>}
 */
export async function startProxy({
  server: target,
  port = 0,
  host = "localhost",
  site,
  log = () => {},
}) {
  const { origin, protocol } = new URL(target);
  const { Agent } = protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: true });
  const proxy = createProxyServer({
    target: origin,
    changeOrigin: true,
    proxyTimeout: ANSWER_MS,
  });

  proxy.on("proxyRes", (answer, req, res) => {
    bringHome(answer.headers, req, origin);
    // A host that hangs up halfway must not leave the browser waiting.
    answer.once("close", () => answer.complete || res.destroy());
  });
  proxy.on("error", (error, req, res) => {
    log(`${req.method} ${pathOf(req)}: ${error.message}`);
    refuse(error, req, res, origin);
  });

  const app = express();
  app.disable("x-powered-by");
  app.use((req, res, next) => {
    if (!isUnder(PASSED_ON, req)) return next();
    res.once("finish", () =>
      log(`${req.method} ${pathOf(req)} ${res.statusCode}`),
    );
    disguise(req, origin);
    proxy.web(req, res, { agent });
  });
  if (site) app.use(site);

  const server = http.createServer(app);
  server.on("upgrade", (req, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (!isUnder(SOCKETS, req)) return socket.destroy();
    disguise(req, origin);
    proxy.ws(req, socket, head);
  });

  const listening = await listen(server, { port, host });
  return {
    ...listening,
    async close() {
      await listening.close();
      agent.destroy();
    },
  };
}

/** @param {IncomingMessage} req */
const pathOf = (req) => (req.url ?? "").split("?")[0] ?? "";

/** @param {string[]} roots @param {IncomingMessage} req */
const isUnder = (roots, req) =>
  roots.some(
    (root) => pathOf(req) === root || pathOf(req).startsWith(`${root}/`),
  );

/**
 * Makes a request of a page of ours one of a page of the target's: a server that guards its forms compares `Origin` with its
 * own address. Pages of others stay what they are.
 *
 * @param {IncomingMessage} req
 * @param {string} target
 */
function disguise({ headers }, target) {
  const ours = `http://${headers.host}`;
  if (headers.origin === ours) headers.origin = target;
  if (headers.referer?.startsWith(`${ours}/`)) {
    headers.referer = target + headers.referer.slice(ours.length);
  }
}

/**
 * Turns what the target says of itself into what is true of the proxy.
 *
 * @param {IncomingHttpHeaders} headers
 * @param {IncomingMessage} req
 * @param {string} target
 */
function bringHome(headers, req, target) {
  if (headers.location) {
    headers.location = rewriteLocation(headers.location, target);
  }
  const visit = {
    host: req.headers.host,
    secure: false,
    userAgent: req.headers["user-agent"],
  };
  headers["set-cookie"] &&= headers["set-cookie"].map((cookie) =>
    rewriteCookie(cookie, visit),
  );
}

/**
 * 502 in the form the caller reads: a page for a person, JSON for a program.
 *
 * @param {Error} error
 * @param {IncomingMessage} req
 * @param {http.ServerResponse | import("node:net").Socket} res
 * @param {string} target
 */
function refuse(error, req, res, target) {
  const why = `${target} can't be reached: ${reasonOf(error)}`;
  if (!(res instanceof http.ServerResponse)) {
    res.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n");
    return;
  }
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const page = /text\/html/.test(req.headers.accept ?? "");
  res
    .writeHead(502, {
      "Cache-Control": "no-store",
      "Content-Type": `${page ? "text/html" : "application/json"}; charset=utf-8`,
    })
    .end(page ? pageOf(why) : JSON.stringify({ error: why }));
}

/** @type {Record<string, string>} */
const REASONS = {
  ENOTFOUND: "no such host",
  ECONNREFUSED: "nothing answers there",
  ECONNRESET: `it hung up, or gave no answer within ${ANSWER_MS / 1000} s`,
};

/** @param {NodeJS.ErrnoException} error */
const reasonOf = ({ code = "", message }) => REASONS[code] ?? message ?? code;

/** @param {string} why */
const pageOf = (why) => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Server unreachable</title>
</head>
<body>
  <h1>Server unreachable</h1>
  <p>${escapeHtml(why)}</p>
</body>
</html>
`;

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import express from "express";

/** @param {string} path */
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const APP = folder("../app/");
const ROOMS = /^\/app\/rooms\//;
/** The bare page, as one that another site's page may have in a frame. */
export const EMBEDDED = "/app/embedded.html";
const FRAMED = ["/app/framed.html", "/app/oauth-resp.html"];
const DIST = folder("../../../dist/");

/**
 * The tests' app as a user would publish it: pages under `/app/`, the package under `/placeos-auth/`, the callback page
 * beside the app, all of it under the policy that the package asks for and not a word more.
 */
export function site() {
  const router = express.Router();
  router.use((request, response, next) => {
    response.set({
      "Content-Security-Policy": policy(request.path),
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-cache",
    });
    next();
  });
  // The second is for pages that have two copies of it.
  router.use(["/placeos-auth", "/placeos-auth-again"], express.static(DIST));
  // Like an app with a router of its own.
  router.get(ROOMS, (_request, response) =>
    response.sendFile("bare.html", { root: APP }),
  );
  router.get(EMBEDDED, (_request, response) =>
    response.sendFile("bare.html", { root: APP }),
  );
  router.use("/app", express.static(APP), express.static(`${DIST}callback`));
  return router;
}

/** @param {string} path */
function policy(path) {
  const hash = createHash("sha256").update(importMapOf(path)).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self' http: https: ws: wss:",
    "base-uri 'none'",
    "form-action 'none'",
    // What a renewal in a hidden frame needs.
    ...(FRAMED.includes(path)
      ? ["frame-src 'self' http:", "frame-ancestors 'self'"]
      : [`frame-ancestors ${path === EMBEDDED ? "http:" : "'none'"}`]),
  ].join("; ");
}

/**
 * The text of a page's import map, which the policy names by its hash.
 *
 * @param {string} path
 */
function importMapOf(path) {
  const [, name] = /^\/app\/(\w*\.html|)$/.exec(path) ?? [];
  const page =
    APP +
    (ROOMS.test(path) || path === EMBEDDED
      ? "bare.html"
      : name || "index.html");
  if (!existsSync(page)) return "";
  const html = readFileSync(page, "utf8");
  return /<script type="importmap">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
}

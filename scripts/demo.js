// Serves the demo and the built package, under the policy that the README recommends.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import express from "express";
import { root } from "./tools.js";

/** The demo as an Express router: `/` is the demo, `/placeos-auth/` the package as it is published. */
export function demo() {
  const folder = join(root, "www", "demo");
  const router = express.Router();
  router.use((request, response, next) => {
    response.set("Content-Security-Policy", policy(join(folder, "index.html")));
    response.set("Referrer-Policy", "no-referrer");
    response.set("Cache-Control", "no-cache");
    next();
  });
  router.use("/placeos-auth", express.static(join(root, "dist")));
  router.use(express.static(folder));
  return router;
}

/**
 * The Content-Security-Policy of the demo: its own scripts, WebAssembly, and the page's import map by its hash; connections
 * and frames to any server, because the user chooses the server.
 *
 * @param {string} page the path of the page
 */
function policy(page) {
  const [, map] =
    readFileSync(page, "utf8").match(
      /<script type="importmap">(.*?)<\/script>/s,
    ) ?? [];
  const hash = createHash("sha256")
    .update(map ?? "")
    .digest("base64");
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self' http: https: ws: wss:",
    "frame-src 'self' http: https:",
    "base-uri 'none'",
    "form-action 'none'",
    // The hidden frame of a renewal ends on the redirect URI, which is the demo itself.
    "frame-ancestors 'self'",
  ].join("; ");
}

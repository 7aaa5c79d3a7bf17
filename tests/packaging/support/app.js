// The apps of apps/, each built with its own tools and served with the sandbox.
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "vite";
import { root } from "../../../scripts/tools.js";
import { freePort } from "../../e2e/support/worlds.js";
import { listen } from "../../servers/listen.js";
import { published } from "../../servers/published.js";
import { startSandbox } from "../../servers/sandbox/index.js";
import { install } from "./install.js";

/** @import { Kind, World } from "../../e2e/support/worlds.js" */

/** As the documentation asks for. */
export const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self' ws:",
  "frame-src 'self'",
  "img-src 'self' data:",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** @param {string} policy */
const headersWith = (policy) => ({
  "Content-Security-Policy": policy,
  "Referrer-Policy": "no-referrer",
});

/** @param {string} name */
export const sourceOf = (name) =>
  join(root, "tests", "packaging", "apps", name);

/** @param {string} name */
export const builtOf = (name) => join(root, "target", "packaging", name);

/**
 * Builds an app with Vite, by its own `vite.config.js` if it has one.
 *
 * @param {string} name
 */
async function withVite(name) {
  // React's Strict Mode mounts twice in development alone.
  process.env.NODE_ENV = "development";
  await build({
    root: sourceOf(name),
    base: `/${name}/`,
    logLevel: "warn",
    build: {
      outDir: builtOf(name),
      emptyOutDir: true,
      chunkSizeWarningLimit: 2000,
    },
  });
}

/**
 * A world in which an app is served, on the sandbox's own origin, at `/<name>/` and every address below that no file has.
 *
 * @param {string} name
 * @param {object} [options]
 * @param {(name: string) => Promise<void>} [options.build] what builds it
 * @param {"rails" | "next"} [options.generation] of the sandbox
 * @param {string} [options.policy] of the app's pages
 * @returns {Kind}
 */
export const appOf = (
  name,
  { build = withVite, generation = "rails", policy = POLICY } = {},
) => ({
  name: `${name}, ${generation}`,
  isNewest: generation === "next",
  why: "",
  async start() {
    await install();
    await build(name);
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const sandbox = await startSandbox({
      generation,
      port,
      apps: [{ name, redirectUris: [`${origin}/${name}/`] }],
      site: published(`/${name}`, builtOf(name), headersWith(policy)),
    });
    const { close } = sandbox;
    return { app: origin, server: origin, options: {}, sandbox, close };
  },
});

/**
 * The same on an origin of its own. The app has to be told where the server is: `sandbox.origin`.
 *
 * @param {string} name
 * @param {object} [options]
 * @param {"rails" | "next"} [options.generation] of the sandbox
 * @returns {Kind}
 */
export const appElsewhere = (name, { generation = "rails" } = {}) => ({
  name: `${name}, ${generation}, on another origin`,
  isNewest: generation === "next",
  why: "",
  async start() {
    await install();
    await withVite(name);
    const address = { port: await freePort(), host: "localhost" };
    const origin = `http://localhost:${address.port}`;
    const sandbox = await startSandbox({
      generation,
      apps: [{ name, redirectUris: [`${origin}/${name}/`] }],
      origins: [origin],
    });
    const server = sandbox.origin;
    const policy = POLICY.replace(/(connect|frame)-src/g, `$& ${server}`);
    const site = published(`/${name}`, builtOf(name), headersWith(policy));
    const app = await listen(createServer(site), address);
    const close = async () => {
      await app.close();
      await sandbox.close();
    };
    return { app: origin, server, options: { server }, sandbox, close };
  },
});

// The short way of a request knows what signs one, and which answers the core has to hear of. Both are the crate's to say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** @typedef {typeof import("../../www/package/fetch.js")} Module */
/** @typedef {Parameters<Module["fetchOver"]>[0]} Core */

const root = new URL("../../", import.meta.url);
/** @param {string} path */
const source = (path) => readFileSync(new URL(path, root), "utf8");

/**
 * The way that a request takes.
 *
 * @param {RequestInit} init
 * @param {number} status of the response to it
 */
async function way(init, status) {
  const core = /** @type {unknown} */ ({
    origins: (/** @type {boolean} */ isWhole) =>
      isWhole ? ["https://placeos.example.com"] : [],
    pass: () => ({ authorization: "Bearer a" }),
    honours: () => true,
    fetch: async () => "long",
    answered: async () => "short, then answered",
  });
  const { fetchOver } = /** @type {Module} */ (
    await import(new URL("dist/fetch.js", root).href)
  );
  const own = globalThis.fetch;
  globalThis.fetch = async () => new Response(null, { status });
  try {
    const send = fetchOver(/** @type {Core} */ (core));
    const response = await send("https://placeos.example.com/api", init);
    return typeof response === "string" ? response : "short";
  } finally {
    globalThis.fetch = own;
  }
}

test("a request with any header that signs one goes the long way", async () => {
  const credential = source("src/credential.rs");
  const [, list = ""] = /HEADERS: .* = \[(.*)\]/.exec(credential) ?? [];
  const names = list
    .split(", ")
    .map(
      (name) => RegExp(`const ${name}: &str = "(.*)"`).exec(credential)?.[1],
    );
  assert.equal(names.length, 2);
  for (const name of names)
    assert.equal(await way({ headers: { [String(name)]: "x" } }, 200), "long");
  assert.equal(await way({ headers: { Accept: "x" } }, 200), "short");
});

test("the core hears of every status that it goes by", async () => {
  const request = source("src/auth/request.rs");
  const [, named] = /SIGN_IN_AGAIN: u16 = (\d+)/.exec(request) ?? [];
  const literal = [...request.matchAll(/Some\((\d{3})\)/g)].map(([, it]) => it);
  const statuses = [...new Set(literal), named];
  assert.deepEqual(statuses, ["401", "511"]);
  for (const status of statuses)
    assert.equal(await way({}, Number(status)), "short, then answered");
  assert.equal(await way({}, 403), "short");
});

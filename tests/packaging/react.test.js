// `placeos-auth/react` where there is no server: on a server, in an app's own tests, and where it is used wrongly.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { JSDOM } from "jsdom";
import { act, createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { install } from "./support/install.js";

/** @typedef {typeof import("placeos-auth/react")} Entry */
/** @type {Entry} */
let entry;
/** @type {typeof import("placeos-auth/testing")} */
let testing;

before(async () => {
  await install();
  entry = await import("placeos-auth/react");
  testing = await import("placeos-auth/testing");
});

function Flow() {
  return h("p", null, entry.useSession()?.flow ?? "nobody");
}

/**
 * Renders into a page, until the end of the test.
 *
 * @param {import("node:test").TestContext} context
 */
async function page(context) {
  const { window } = new JSDOM("<div></div>", { url: "http://localhost/" });
  const { document, location, navigator } = window;
  const globals = { window, document, location, navigator };
  Object.assign(globalThis, globals, { IS_REACT_ACT_ENVIRONMENT: true });
  const { createRoot } = await import("react-dom/client");
  const place = document.querySelector("div");
  assert.ok(place);
  const root = createRoot(place);
  context.after(async () => {
    await act(() => root.unmount());
    for (const name of Object.keys(globals))
      Reflect.deleteProperty(globalThis, name);
  });
  /** @param {import("react").ReactNode} element */
  const render = (element) => act(() => root.render(element));
  return { render, text: () => place.textContent };
}

test("a server renders the fallback, and makes no client", () => {
  const element = h(
    entry.AuthProvider,
    { fallback: h("p", null, "Loading") },
    h(Flow),
  );
  assert.equal(renderToString(element), "<p>Loading</p>");
});

test("a server that is given a client renders nobody's session", () => {
  const auth = testing.createTestAuth();
  const element = h(entry.AuthProvider, { auth }, h(Flow));
  assert.equal(renderToString(element), "<p>nobody</p>");
});

test("a component without a provider is told to have one", () => {
  assert.throws(() => renderToString(h(Flow)), {
    code: "configuration",
    message: /<AuthProvider>/,
  });
});

test("a component follows the session of the client that its provider is given", async (context) => {
  const auth = testing.createTestAuth();
  const { render, text } = await page(context);
  await render(h(entry.AuthProvider, { auth }, h(Flow)));
  assert.equal(text(), "code");
  await act(() => auth.signOut());
  assert.equal(text(), "nobody");
  await act(() => auth.signIn({ flow: "password" }));
  assert.equal(text(), "password");
});

test("what createAuth rejects with is thrown to the app's error boundary", async (context) => {
  const { render } = await page(context);
  const options = { server: "not a URL" };
  await render(h(entry.AuthProvider, { options }, h(Flow)));
  const wait = () => new Promise((resolve) => setTimeout(resolve, 200));
  await assert.rejects(async () => act(wait), {
    code: "configuration",
    message: /`server`/,
  });
});

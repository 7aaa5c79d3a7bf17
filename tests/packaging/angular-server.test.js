// `placeos-auth/angular` where an app is rendered on a server.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { listen } from "../servers/listen.js";
import { install } from "./support/install.js";

await install();
// The compiler of the libraries, which a build would have run.
await import("@angular/compiler");
const { provideHttpClient, withFetch, withInterceptors, HttpClient } =
  await import("@angular/common/http");
const { Component, inject } = await import("@angular/core");
const { toSignal } = await import("@angular/core/rxjs-interop");
const { bootstrapApplication } = await import("@angular/platform-browser");
const { provideServerRendering, renderApplication } =
  await import("@angular/platform-server");
const { provideRouter, RouterOutlet } = await import("@angular/router");
const { authGuard, authInterceptor, injectAuth, injectSession, provideAuth } =
  await import("placeos-auth/angular");

const ADDRESS = { port: 0, host: "localhost" };

/** Those of the types, but for what does no harm on a server. */
const METHODS = [
  "adopt",
  "authority",
  "exchangeToken",
  "fetch",
  "login",
  "loginWithPassword",
  "logout",
  "openWebSocket",
  "renew",
  "signUrl",
  "token",
];

/**
 * The HTML of an app with one guarded route.
 *
 * @param {new () => object} component of that route
 */
async function render(component) {
  const App = Component({
    selector: "app-root",
    imports: [RouterOutlet],
    template: "<router-outlet />",
  })(class {});
  const providers = [
    provideServerRendering(),
    provideAuth({ redirectUri: "/app/" }, { failedUrl: "/failed" }),
    provideHttpClient(withFetch(), withInterceptors([authInterceptor])),
    provideRouter([{ path: "rooms", component, canActivate: [authGuard] }]),
  ];
  return renderApplication(
    (context) => bootstrapApplication(App, { providers }, context),
    {
      document: "<app-root></app-root>",
      url: "http://localhost/rooms",
      allowedHosts: ["localhost"],
    },
  );
}

test("renders guarded routes without a session, and sends requests unsigned", async () => {
  const heard = /** @type {(string | undefined)[]} */ ([]);
  const server = createServer((req, res) => {
    heard.push(req.headers.authorization);
    res.setHeader("content-type", "application/json");
    res.end('["Wharf"]');
  });
  const { origin, close } = await listen(server, ADDRESS);
  const Rooms = Component({
    template: "{{ session()?.flow ?? 'Signed out' }}: {{ rooms() }}",
  })(
    class {
      session = injectSession();
      rooms = toSignal(inject(HttpClient).get(`${origin}/rooms`));
    },
  );
  try {
    assert.match(await render(Rooms), /Signed out: Wharf/);
    assert.deepEqual(heard, [undefined]);
  } finally {
    await close();
  }
});

test("has a client whose methods say that there is no page", async () => {
  const given = /** @type {import("placeos-auth").Auth[]} */ ([]);
  const Rooms = Component({ template: "Rooms" })(
    class {
      auth = given.push(injectAuth());
    },
  );
  assert.match(await render(Rooms), /Rooms/);
  const [auth] = given;
  assert.ok(auth);
  assert.equal(auth.session, null);
  assert.deepEqual(auth.redirect, { status: "none" });
  auth.subscribe(() => {})();
  auth.install()();
  auth.close();
  const { server, subscribe, install, close, session, redirect, ...methods } =
    auth;
  assert.equal(server, "");
  const names = Object.keys(methods);
  assert.deepEqual(names.sort(), METHODS);
  for (const method of Object.values(methods))
    await assert.rejects(/** @type {() => Promise<unknown>} */ (method), {
      name: "AuthError",
      code: "unsupported_environment",
    });
});

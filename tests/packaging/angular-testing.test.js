// `placeos-auth/angular` in an app's own tests: Angular's TestBed, with the client of `placeos-auth/testing`.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { JSDOM } from "jsdom";
import { install } from "./support/install.js";

await install();
const { window } = new JSDOM("<!doctype html>", {
  url: "https://placeos.example.com/",
});
const { document, history, location, Node, Event } = window;
Object.assign(globalThis, { window, document, history, location, Node, Event });
// The compiler of the libraries, which a build would have run.
await import("@angular/compiler");
const http = await import("@angular/common/http");
const { HttpTestingController, provideHttpClientTesting } =
  await import("@angular/common/http/testing");
const { Component } = await import("@angular/core");
const { TestBed } = await import("@angular/core/testing");
const { BrowserTestingModule, platformBrowserTesting } =
  await import("@angular/platform-browser/testing");
const { provideRouter, Router } = await import("@angular/router");
const angular = await import("placeos-auth/angular");
const { AuthError } = await import("placeos-auth");
const { createTestAuth } = await import("placeos-auth/testing");

/** @typedef {import("placeos-auth/angular").GuardOptions} GuardOptions */
/** @typedef {import("placeos-auth/testing").TestAuth} TestAuth */

const API = "https://placeos.example.com/api/engine/v2/systems";
const Page = Component({ template: "" })(class {});

TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());
afterEach(() => TestBed.resetTestingModule());

/**
 * @param {TestAuth} [auth]
 * @param {GuardOptions} [guard]
 */
function configure(auth, guard) {
  const { authGuard, authInterceptor, provideAuth } = angular;
  const guarded = { component: Page, canActivate: [authGuard] };
  TestBed.configureTestingModule({
    providers: [
      auth ? provideAuth(auth, guard) : [],
      http.provideHttpClient(http.withInterceptors([authInterceptor])),
      provideHttpClientTesting(),
      provideRouter([
        { path: "rooms/:id", ...guarded },
        { path: "failed", component: Page },
      ]),
    ],
  });
}

/** @template Value @param {() => Value} call */
const injected = (call) => TestBed.runInInjectionContext(call);

test("a client that is handed over is there at once, and its session is a signal", () => {
  const auth = createTestAuth();
  configure(auth);
  assert.equal(injected(angular.injectAuth), auth);
  const session = injected(angular.injectSession);
  assert.equal(session(), auth.session);
  auth.signOut();
  assert.equal(session(), null);
  auth.signIn({ scope: "public admin" });
  assert.equal(session()?.scope, "public admin");
});

test("the end of the app ends its subscription, but not a client that was handed over", () => {
  const auth = createTestAuth();
  configure(auth);
  const session = injected(angular.injectSession);
  const heard = /** @type {string[]} */ ([]);
  auth.subscribe(({ type }) => heard.push(type));
  TestBed.resetTestingModule();
  const before = session();
  auth.signOut();
  assert.deepEqual(heard, ["signed-out"]);
  assert.equal(session(), before);
});

test("HttpClient's requests are signed, and what is answered comes to the app", async () => {
  const auth = createTestAuth();
  configure(auth);
  const answers = /** @type {unknown[]} */ ([]);
  TestBed.inject(http.HttpClient)
    .get("/api/engine/v2/systems")
    .subscribe((answer) => answers.push(answer));
  const sent = TestBed.inject(HttpTestingController).expectOne(API);
  const token = `Bearer ${await auth.token()}`;
  assert.equal(sent.request.headers.get("authorization"), token);
  sent.flush(["Wharf"]);
  await settled();
  assert.deepEqual(answers, [["Wharf"]]);
});

test("without a session a request passes as it is, and its answer at once", () => {
  configure(createTestAuth({ session: null }));
  const answers = /** @type {unknown[]} */ ([]);
  TestBed.inject(http.HttpClient)
    .get("/api/engine/v2/systems")
    .subscribe((answer) => answers.push(answer));
  const sent = TestBed.inject(HttpTestingController).expectOne(
    "/api/engine/v2/systems",
  );
  assert.equal(sent.request.headers.has("authorization"), false);
  sent.flush([]);
  assert.deepEqual(answers, [[]]);
});

test("the guard asks for a sign-in that leads to the route asked for", async () => {
  const asked = /** @type {unknown[]} */ ([]);
  const onLogin = (/** @type {{ returnTo?: string | URL }} */ { returnTo }) =>
    asked.push(String(returnTo));
  configure(createTestAuth({ session: null, onLogin }));
  void TestBed.inject(Router).navigateByUrl("/rooms/1?floor=2#north");
  await settled();
  assert.deepEqual(asked, [
    "https://placeos.example.com/rooms/1?floor=2#north",
  ]);
});

test("the guard asks for no sign-in after a refusal, which the navigation fails with", async () => {
  const error = new AuthError("access_denied", "The server refused.");
  const auth = createTestAuth({
    session: null,
    redirect: { status: "failed", error },
    onLogin: () => assert.fail("asked for a sign-in"),
  });
  configure(auth);
  const router = TestBed.inject(Router);
  await assert.rejects(router.navigateByUrl("/rooms/1"), error);
  auth.signIn();
  assert.equal(await router.navigateByUrl("/rooms/1"), true);
});

test("the guard leads to `failedUrl`, with the error, where the sign-in can't begin", async () => {
  const error = new AuthError("redirect_loop", "Again and again.");
  const login = /** @type {TestAuth["login"]} */ (
    async () => {
      throw error;
    }
  );
  const auth = Object.assign(createTestAuth({ session: null }), { login });
  configure(auth, { failedUrl: "/failed" });
  const router = TestBed.inject(Router);
  const infos = /** @type {unknown[]} */ ([]);
  router.events.subscribe(() =>
    infos.push(router.currentNavigation()?.extras.info),
  );
  await router.navigateByUrl("/rooms/1");
  assert.equal(router.url, "/failed");
  assert.deepEqual(infos.find(Boolean), { error });
});

test("what has no client says where to provide it", async () => {
  configure();
  const configuration = { name: "AuthError", code: "configuration" };
  const says = { ...configuration, message: /provideAuth\(\)/ };
  assert.throws(() => injected(angular.injectAuth), says);
  assert.throws(() => injected(angular.injectSession), says);
  const navigation = TestBed.inject(Router).navigateByUrl("/rooms/1");
  await assert.rejects(navigation, configuration);
  const errors = /** @type {unknown[]} */ ([]);
  TestBed.inject(http.HttpClient)
    .get(API)
    .subscribe({ error: (error) => errors.push(error.code) });
  assert.deepEqual(errors, ["configuration"]);
});

test("what is called before the client is there says so", () => {
  TestBed.configureTestingModule({
    providers: [angular.provideAuth({ redirectUri: "/" })],
  });
  assert.throws(() => injected(angular.injectAuth), {
    code: "configuration",
    message: /before the client was there/,
  });
});

/** Waits for what promises have begun. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

import { clientIdOf } from "../servers/sandbox/apps.js";

/** Registered at both servers. Nothing listens there: no answer is ever followed. */
export const APP = /** @type {const} */ ({
  name: "dashboard",
  redirectUris: [
    "http://localhost:9/app/oauth-resp.html",
    "http://localhost:9/app/other.html",
  ],
});
export const TENANT = /** @type {const} */ ({
  name: "tenant",
  redirectUris: ["http://localhost:9/tenant?site=harbour&floor=2"],
});
export const LOOPBACK = /** @type {const} */ ({
  name: "loopback",
  redirectUris: ["http://127.0.0.1:9/callback"],
});
export const CONFIDENTIAL = /** @type {const} */ ({
  name: "back end",
  redirectUris: ["http://localhost:9/back-end"],
  clientSecret: "kept-on-a-server",
});
/** Not in a browser, so its address has no origin that a browser could be sent to. */
export const NATIVE = /** @type {const} */ ({
  name: "native",
  redirectUris: ["com.example.app://callback"],
});
export const ORIGIN = "http://localhost:8";

export const APPS = [APP, NATIVE, TENANT, LOOPBACK, CONFIDENTIAL];
/** @param {import("../servers/types.d.ts").Registration} app */
export const idOf = (app) => clientIdOf(app.redirectUris[0] ?? "");

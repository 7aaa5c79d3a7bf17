import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { startSandbox } from "../../servers/sandbox/index.js";
import { APP, CONFIDENTIAL, LOOPBACK, NATIVE, TENANT } from "../apps.js";
import { createClient } from "../client.js";
import {
  authorizeSignedIn,
  but,
  CODE as RAILS_CODE,
  exchangeOf,
  locationOf,
  tokensFrom,
} from "../grants.js";

/** @import { JWTPayload as Payload } from "jose" */
/** @typedef {Pick<Payload, "sub" | "aud" | "jti"> & { iat: number, exp: number, u: { n: string, e: string, p: number }, scope: string[], email: string }} Claims */
/** @import { Fields } from "../../servers/types.d.ts" */
/** @import { Answer, Client } from "../client.js" */
/** @import { TokenAnswer } from "../grants.js" */

/** @param {import("../../servers/types.d.ts").Registration} app */
export const idOf = ({ redirectUris }) =>
  createHash("md5").update(redirectUris.join(" ")).digest("hex");
export const CODE = { ...RAILS_CODE, client_id: idOf(APP), scope: "public" };

/** @param {Answer} answer */
export const statusOf = ({ response }) => response.status;
/** @param {Answer} answer @returns {[status: number, location: string | null]} */
export const landing = ({ response }) => [
  response.status,
  response.headers.get("location"),
];
/** @param {Answer} answer @returns {Fields} */
export const queryOf = (answer) =>
  Object.fromEntries(new URL(locationOf(answer)).searchParams);
/**
 * Status and error of an answer in JSON, which leads nowhere.
 *
 * @param {Answer} answer
 */
export const refusalOf = (answer) => {
  const [status, location] = landing(answer);
  assert.equal(location, null);
  return [status, JSON.parse(answer.text).error];
};

/**
 * One server for all the claims. After each, its settings are put back.
 *
 * @type {import("../../servers/sandbox/types.d.ts").NextSandbox}
 */
export let sandbox;
/**
 * The browser that is used at the moment.
 *
 * @type {Client}
 */
export let client;
const defaults = {};

before(async () => {
  const apps = [APP, NATIVE, TENANT, LOOPBACK, CONFIDENTIAL];
  sandbox = await startSandbox({ generation: "next", apps });
  Object.assign(defaults, sandbox);
});
afterEach(() => Object.assign(sandbox, defaults));
after(() => sandbox.close());

/**
 * Uses another browser from now on.
 *
 * @param {Client} other
 */
export const use = (other) => (client = other);
export const fresh = () => use(createClient(sandbox.origin));
/** @param {Fields} [changes] */
export const authorized = (changes) =>
  authorizeSignedIn(fresh(), but(CODE, changes ?? {}));
/** @param {Fields} changes */
export const exchanged = async (changes) =>
  client.token({ ...(await exchangeOf(fresh(), CODE)), ...changes });
/** @param {Fields} [changes] */
export const signedIn = async (changes) =>
  tokensFrom(client.token(await exchangeOf(fresh(), { ...CODE, ...changes })));
/** @param {Pick<TokenAnswer, "refresh_token">} tokens @param {Fields} [changes] */
export const refreshed = ({ refresh_token }, changes) =>
  client.token({
    grant_type: "refresh_token",
    client_id: idOf(APP),
    refresh_token,
    ...changes,
  });
/** @param {string} token @returns {Promise<Claims>} */
export const claimsOf = async (token) => {
  const { text } = await fresh().get("/auth/oauth/discovery/keys");
  const { payload } = await jwtVerify(
    token,
    createLocalJWKSet(JSON.parse(text)),
    { algorithms: ["RS256"] },
  );
  return /** @type {Claims} */ (payload);
};

import { createHash, randomBytes } from "node:crypto";
import { blank } from "./parameters.js";

const CODE_SECONDS = 600;
const random = () => randomBytes(32).toString("base64url");
const now = () => Date.now() / 1000;

/** @import { App } from "../types.d.ts" */

/**
 * @typedef {object} Token one row: an access token and the refresh token that was issued with it, which die together
 * @property {string} access
 * @property {string | undefined} refresh
 * @property {string | undefined} previous the refresh token this one replaces
 * @property {App} app
 * @property {string} userId
 * @property {string} scope
 * @property {number} lifetime seconds
 * @property {number} created
 * @property {boolean} revoked
 *
 * @typedef {object} Grant what a code was given for
 * @property {App} app
 * @property {string} redirectUri
 * @property {string} userId
 * @property {string} scope
 * @property {string | undefined} challenge
 * @property {string | undefined} challengeMethod
 *
 * @typedef {Grant & { created: number, used: boolean }} Code
 */

/** Tokens and codes, in memory. Follows Doorkeeper's rules for when each of them stops working. */
export class Tokens {
  /** @type {Map<string, Token>} */
  #tokens = new Map();
  /** @type {Map<string, Token>} */
  #refreshes = new Map();
  /** @type {Map<string, Code>} */
  #codes = new Map();

  /**
   * @param {Pick<Token, "app" | "userId" | "scope" | "lifetime"> & { withRefresh?: boolean, previous?: string | undefined }} of
   * @returns {Token}
   */
  issue({ app, userId, scope, lifetime, withRefresh = true, previous }) {
    const token = {
      access: random(),
      refresh: withRefresh ? random() : undefined,
      previous,
      app,
      userId,
      scope,
      lifetime,
      created: now(),
      revoked: false,
    };
    this.#tokens.set(token.access, token);
    if (token.refresh) this.#refreshes.set(token.refresh, token);
    return token;
  }

  /**
   * The token as the API sees it: undefined unless it still works. Its first use is the proof that it arrived, and ends the
   * refresh token before it.
   *
   * @param {string} access
   */
  use(access) {
    const token = this.#tokens.get(access);
    if (!token || !isAlive(token)) return undefined;
    if (token.previous) {
      this.revoke(token.previous);
      token.previous = undefined;
    }
    return token;
  }

  /** @param {string} text */
  find(text) {
    return this.#tokens.get(text) ?? this.#refreshes.get(text);
  }

  /** @param {string} refresh */
  findRefresh(refresh) {
    const token = this.#refreshes.get(refresh);
    return token?.revoked ? undefined : token;
  }

  /** @param {string} text an access token, or the refresh token beside it: both end */
  revoke(text) {
    const token = this.find(text);
    if (token) token.revoked = true;
    return token !== undefined;
  }

  revokeAll() {
    for (const token of this.#tokens.values()) token.revoked = true;
  }

  /** @param {Grant} grant */
  issueCode(grant) {
    const code = random();
    this.#codes.set(code, { ...grant, created: now(), used: false });
    return code;
  }

  /**
   * The grant behind a code that may still be exchanged.
   *
   * @param {string} code
   */
  findCode(code) {
    const grant = this.#codes.get(code);
    const fresh = grant && now() < grant.created + CODE_SECONDS;
    return fresh && !grant.used ? grant : undefined;
  }

  /**
   * Whether a code, good or not, was issued with a challenge.
   *
   * @param {string} code
   */
  needsVerifier(code) {
    return !blank(this.#codes.get(code)?.challenge);
  }
}

/** @param {Token} token */
export const isAlive = (token) =>
  !token.revoked && now() < token.created + token.lifetime;

/**
 * [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6), and Doorkeeper's answer to a verifier nobody asked for:
 * no.
 *
 * @param {Grant} grant
 * @param {string | undefined} verifier
 */
export function verifierFits({ challenge, challengeMethod }, verifier) {
  if (!verifier || blank(verifier)) return blank(challenge);
  if (challengeMethod === "plain") return challenge === verifier;
  if (challengeMethod !== "S256") return false;
  const digest = createHash("sha256").update(verifier).digest("base64url");
  return challenge === digest;
}

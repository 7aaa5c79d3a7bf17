import { randomBytes } from "node:crypto";

const ISSUER = "POS";
const CODE_SECONDS = 600;
const ID_TOKEN_SECONDS = 120;

/** People are in many groups of their company's directory, and every token names them: that is what makes tokens long. */
const DIRECTORY_GROUPS = [
  "0c3e8d52-6f4b-4a18-9d27-51b0f9c6e3a4",
  "3f92b7c1-08ad-4e65-b1f3-c7d4420a9e58",
  "61d0a4f9-b52c-4873-8e1a-2f96c3b7d015",
  "8ae5c230-d719-4fb6-a04c-e83b15f2679d",
  "b47f1e96-2c83-4d50-97ea-06d9a1c85b3f",
  "e2190bd8-745f-4ac3-8b6d-9f3c70e4a126",
];

const now = () => Date.now() / 1000;
const newId = () => randomBytes(32).toString("hex");

/** @import { Person } from "../../types.d.ts" */

/**
 * @typedef {object} Owner whose a token or code is, and what for
 * @property {string} clientId
 * @property {string} userId
 * @property {string} scope
 *
 * @typedef {{ redirectUri: string, challenge: string }} Grant what a code was asked for with
 *
 * @typedef {object} Issue
 * @property {string} clientId
 * @property {Person} user
 * @property {string} domain
 * @property {string} scope
 * @property {number} lifetime seconds
 * @property {number} refreshLifetime seconds
 */

/**
 * @typedef {object} Issued what the server knows of a token that it has given
 * @property {"access" | "refresh" | "code"} kind
 * @property {string} clientId
 * @property {string} userId
 * @property {string} scope
 * @property {number} end seconds since the epoch
 * @property {boolean} [revoked]
 * @property {number} [exchanged] when, of a refresh token or code that was exchanged
 * @property {Grant} [grant] of a code
 */

/**
 * Tokens and codes. All are JWTs, and each ends by itself: whoever revokes an access token has not revoked the refresh token
 * that came with it.
 */
export class Tokens {
  /** @type {Map<string, Issued>} */
  #issued = new Map();
  #signer;

  /** @param {import("./signer.js").Signer} signer */
  constructor(signer) {
    this.#signer = signer;
  }

  /**
   * An access and a refresh token.
   *
   * @param {Issue} issue
   */
  async issue({ clientId, user, domain, scope, lifetime, refreshLifetime }) {
    const of = { clientId, userId: user.id, scope };
    const access = await this.#give("access", of, lifetime, {
      aud: domain,
      scope: wordsOf(scope),
      sub: user.id,
      u: {
        n: user.name,
        e: user.email,
        p: (user.support ? 1 : 0) + (user.sys_admin ? 2 : 0),
        r: [...user.groups, ...DIRECTORY_GROUPS],
      },
    });
    const refresh = await this.#give("refresh", of, refreshLifetime, {
      sub: clientId,
      user_id: user.id,
      scope,
      name: "refresh token",
    });
    return { access, refresh };
  }

  /**
   * Who the user is, for the app ([OpenID Connect §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
   *
   * @param {Pick<Issue, "clientId" | "user">} of
   */
  idToken({ clientId, user }) {
    const iat = Math.floor(now());
    return this.#signer.sign({
      iss: ISSUER,
      sub: user.id,
      aud: clientId,
      iat,
      exp: iat + ID_TOKEN_SECONDS,
      email: user.email,
      full_name: user.name,
      given_name: user.first_name,
      family_name: user.last_name,
      preferred_username: user.email,
    });
  }

  /** @param {Owner & Grant} code */
  issueCode({ clientId, userId, scope, ...grant }) {
    const of = { clientId, userId, scope, grant };
    return this.#give("code", of, CODE_SECONDS, {
      client_id: clientId,
      user_id: userId,
      scope,
      redirect_uri: grant.redirectUri,
      challenge: grant.challenge,
      method: "S256",
    });
  }

  /**
   * What the API sees: undefined unless the access token still works.
   *
   * @param {string} access
   */
  use(access) {
    const token = this.#issued.get(access);
    return token?.kind === "access" && isAlive(token) ? token : undefined;
  }

  /**
   * A code that may be exchanged.
   *
   * @param {string} code
   */
  findCode(code) {
    const found = this.#issued.get(code);
    const fresh = found?.kind === "code" && isAlive(found);
    return fresh && !found.exchanged ? found : undefined;
  }

  /**
   * A refresh token that may be exchanged: also one that was, for so many seconds.
   *
   * @param {string} refresh
   * @param {number} grace
   */
  findRefresh(refresh, grace) {
    const token = this.#issued.get(refresh);
    if (token?.kind !== "refresh" || !isAlive(token)) return undefined;
    const spent = token.exchanged && now() >= token.exchanged + grace;
    return spent ? undefined : token;
  }

  /**
   * Grace begins with the first exchange, so that nobody can prolong it.
   *
   * @param {Issued} token
   */
  markExchanged(token) {
    token.exchanged ??= now();
  }

  /**
   * An opaque refresh token of the Rails service.
   *
   * @param {{ refreshToken: string, clientId: string, userId: string, scope?: string }} token
   */
  takeOver({ refreshToken, clientId, userId, scope = "public" }) {
    const end = now() + 30 * 24 * 3600;
    this.#remember(refreshToken, "refresh", { clientId, userId, scope }, end);
  }

  /** @param {string} text */
  revoke(text) {
    const token = this.#issued.get(text);
    if (token) token.revoked = true;
    return token !== undefined;
  }

  revokeAll() {
    for (const token of this.#issued.values()) token.revoked = true;
  }

  /**
   * @param {Issued["kind"]} kind
   * @param {Owner & { grant?: Grant }} of
   * @param {number} lifetime
   * @param {import("jose").JWTPayload} claims
   */
  async #give(kind, of, lifetime, claims) {
    const end = now() + lifetime;
    const text = await this.#signer.sign({
      // First, so that what a token begins with is its own.
      jti: newId(),
      iss: ISSUER,
      iat: Math.floor(now()),
      exp: Math.ceil(end),
      ...claims,
    });
    this.#remember(text, kind, of, end);
    return text;
  }

  /**
   * @param {string} text
   * @param {Issued["kind"]} kind
   * @param {Owner & { grant?: Grant }} of
   * @param {number} end
   */
  #remember(text, kind, of, end) {
    this.#issued.set(text, { kind, end, ...of });
  }
}

/** @param {string} scope */
export const wordsOf = (scope) => scope.split(/\s+/).filter(Boolean);

/** @param {Issued} token */
const isAlive = ({ revoked, end }) => !revoked && now() < end;

import { randomUUID } from "node:crypto";
import { generateKeyPair, jwtVerify, SignJWT } from "jose";
import { account, user } from "../../building.js";
import { Refusal } from "./errors.js";

/** [RFC 8693 §2.1](https://www.rfc-editor.org/rfc/rfc8693#section-2.1). */
export const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

const TENANT = "5d1f0a7c-93b2-4e68-8c04-7ae6b2f915d3";
const CLIENT = "b8c64e20-1f7d-4a95-b3e8-60d2c9f741ae";
const ISSUER = `https://issuer.example.com/${TENANT}/`;
const newKey = () => generateKeyPair("RS256");

/** A made-up issuer of access tokens, shaped like Microsoft Entra, and what the server believes of it. */
export class Issuer {
  #keys = newKey();
  #audience;

  /** @param {string} origin of the server that its tokens are for */
  constructor(origin) {
    this.#audience = `api://${new URL(origin).host}/${CLIENT}`;
  }

  /**
   * A token that is good, but for these claims; or one that another key has signed.
   *
   * @param {object} [claims]
   * @param {{ forged?: boolean }} [how]
   */
  async mint(claims = {}, { forged = false } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: ISSUER,
      aud: this.#audience,
      iat: now,
      nbf: now,
      exp: now + 3600,
      jti: randomUUID(),
      tid: TENANT,
      oid: "2b7e90d4-6a1c-4f83-95b0-d8e3f1a604c7",
      scp: "access_as_user",
      name: user.name,
      upn: account.email,
      ...claims,
    };
    const { privateKey } = await (forged ? newKey() : this.#keys);
    return new SignJWT(JSON.parse(JSON.stringify(all)))
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "issuer" })
      .sign(privateKey);
  }

  /**
   * The email address of the person that such a token is of. One without `scp` is an app's, not a person's.
   *
   * @param {string} token
   * @throws {Refusal} the same for whatever is wrong
   */
  async verify(token) {
    try {
      const { publicKey } = await this.#keys;
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ["RS256"],
        issuer: ISSUER,
        audience: [this.#audience, CLIENT, `api://${CLIENT}`],
        requiredClaims: ["exp", "oid", "scp", "upn"],
      });
      if (payload.tid === TENANT) return payload.upn;
    } catch {
      // As all else that is wrong.
    }
    const why = "The subject token is invalid, is over, or isn't trusted here.";
    throw new Refusal("invalid_grant", why);
  }
}

// Signs with `jose`: no dependency of its own, kept by the author of `oidc-provider`, and all that is needed of one. The
// whole of `oidc-provider` was looked at: it redirects most errors where PlaceOS answers JSON, has a consent and login of
// its own, gives JWTs only to resource servers that were declared, knows no grace for refresh tokens and compares redirect
// URIs its own way. All of that would have had to be taken out again.
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  SignJWT,
} from "jose";

const ALGORITHM = "RS256";

/** The server's key, and what it signs. A new one for each sandbox. */
export class Signer {
  #keys = generateKeyPair(ALGORITHM, { extractable: true });

  /** @param {import("jose").JWTPayload} claims */
  async sign(claims) {
    const { privateKey } = await this.#keys;
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
      .sign(privateKey);
  }

  /** The public half, as it is published. */
  async publicJwk() {
    const { publicKey } = await this.#keys;
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    return { ...jwk, kid, use: "sig", alg: ALGORITHM };
  }
}

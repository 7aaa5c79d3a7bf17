import { EXCHANGE } from "./issuer.js";
import { domainOf } from "../authority.js";

/**
 * What the server is capable of ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)), for OpenID Connect as well.
 *
 * @param {import("../types.d.ts").NextWorld} world
 * @returns {import("../../types.d.ts").Handler}
 */
export const metadata =
  ({ settings }) =>
  (req, res) => {
    const issuer = `${req.protocol}://${req.headers.host}`;
    res.json({
      issuer,
      authorization_endpoint: `${issuer}/auth/oauth/authorize`,
      token_endpoint: `${issuer}/auth/oauth/token`,
      revocation_endpoint: `${issuer}/auth/oauth/revoke`,
      end_session_endpoint: domainOf(settings, req.hostname).logout_url,
      scopes_supported: [
        "openid",
        "profile",
        "email",
        "offline_access",
        "public",
      ],
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "refresh_token", EXCHANGE],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "none"],
      code_challenge_methods_supported: ["S256"],
      jwks_uri: `${issuer}/auth/oauth/discovery/keys`,
    });
  };

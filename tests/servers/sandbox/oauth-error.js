/**
 * Doorkeeper's sentences, word for word: apps show them to people, and tests compare them.
 *
 * @type {Record<string, string>}
 */
const SENTENCES = {
  invalid_request:
    "The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed.",
  invalid_redirect_uri:
    "The requested redirect uri is malformed or doesn't match client redirect URI.",
  invalid_scope: "The requested scope is invalid, unknown, or malformed.",
  invalid_code_challenge_method:
    "The code challenge method must be plain or S256.",
  unsupported_response_type:
    "The authorization server does not support this response type.",
  unsupported_response_mode:
    "The authorization server does not support this response mode.",
  invalid_client:
    "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
  invalid_grant:
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
  unsupported_grant_type:
    "The authorization grant type is not supported by the authorization server.",
};

const UNAUTHORIZED = ["invalid_client", "unauthorized_client"];
const NEVER_REDIRECTED = [...UNAUTHORIZED, "invalid_redirect_uri"];

/** A refusal of either endpoint ([RFC 6749 §4.1.2.1, §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)). */
export class OAuthError extends Error {
  /**
   * @param {string} code
   * @param {{missing?: string}} [details] the parameter that isn't there
   */
  constructor(code, { missing } = {}) {
    super(
      missing ? `Missing required parameter: ${missing}.` : SENTENCES[code],
    );
    this.code = code;
    this.missing = missing;
  }

  /**
   * The library raises errors of its own; to a client they look like ours. Undefined for a fault that is no refusal.
   *
   * @param {Error & { code?: string }} error
   */
  static from(error) {
    if (error instanceof OAuthError) return error;
    const { code = "" } = error;
    return Object.hasOwn(SENTENCES, code) ? new OAuthError(code) : undefined;
  }

  get status() {
    return UNAUTHORIZED.includes(this.code) ? 401 : 400;
  }

  /** Without a client, or with an address it never registered, there is nobody to tell. */
  get redirectable() {
    return (
      !NEVER_REDIRECTED.includes(this.code) && this.missing !== "client_id"
    );
  }

  get body() {
    return { error: this.code, error_description: this.message };
  }
}

const UNAUTHORIZED = ["invalid_client", "unauthorized_client"];

/** A refusal of any endpoint, which is JSON and never a redirect. */
export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {string} description
   */
  constructor(code, description) {
    super(description);
    this.code = code;
  }

  get status() {
    return UNAUTHORIZED.includes(this.code) ? 401 : 400;
  }
}

/** What must not be kept by anybody on the way ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)). */
export const NO_STORE = {
  "Cache-Control": "no-store, no-cache",
  Pragma: "no-cache",
};

/**
 * Sends a refusal; any other error is left to the next handler.
 *
 * @param {Error} error
 * @param {import("../../types.d.ts").Req} _req
 * @param {import("../../types.d.ts").Res} res
 * @param {import("../../types.d.ts").Next} next
 */
export function sendRefusal(error, _req, res, next) {
  if (!(error instanceof Refusal)) return next(error);
  const { status, code, message } = error;
  if (status === 401) {
    res.set("WWW-Authenticate", `Bearer realm="Doorkeeper", error="${code}"`);
  }
  res
    .status(status)
    .set(NO_STORE)
    .json({ error: code, error_description: message });
}

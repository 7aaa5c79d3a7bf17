/** Every failure: a stable `code`, a sentence for people, never a secret. See the types for the codes. */
export class AuthError extends Error {
  constructor(code, message, retryable = false, description, uri, status) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    if (description !== undefined) this.description = description;
    if (uri !== undefined) this.uri = uri;
    if (status !== undefined) this.status = status;
  }
}

// On the prototype, as for the platform's own errors, so that it survives minifiers that rename classes.
Object.defineProperty(AuthError.prototype, "name", { value: "AuthError" });

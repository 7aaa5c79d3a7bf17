/** Where each code has a page, in the repository. */
const PAGES = "https://github.com/PlaceOS/placeos-auth/blob/main/docs/errors/";

/** @param {string} code */
const pageOf = (code) => `${PAGES}${code}.md`;

/**
 * The descriptor of a property, with nothing that a page has put into `Object.prototype`.
 *
 * @param {PropertyDescriptor} descriptor
 * @returns {PropertyDescriptor}
 */
export const own = (descriptor) =>
  Object.assign(Object.create(null), descriptor);

/** Every failure: a stable `code`, a sentence for people, never a secret. See the types for the codes. */
export class AuthError extends Error {
  /**
   * @param {import("placeos-auth").AuthErrorCode} code
   * @param {string} [message]
   * @param {boolean} [retryable]
   * @param {string} [description]
   * @param {string} [uri]
   * @param {number} [status]
   * @param {string} [cause]
   */
  constructor(
    code,
    message = "",
    retryable = false,
    description,
    uri,
    status,
    cause,
  ) {
    // What a server said ends as the server likes.
    const sentence = message.replace(/[^.!?]$/, "$&.");
    super(
      `${sentence} See ${pageOf(code)}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.retryable = retryable;
    if (description !== undefined) this.description = description;
    if (uri !== undefined) this.uri = uri;
    if (status !== undefined) this.status = status;
    withoutSecrets(this);
  }

  get docs() {
    return pageOf(this.code);
  }
}

// On the prototype, as for the platform's own errors, so that it survives minifiers that rename classes.
Object.defineProperty(AuthError.prototype, "name", own({ value: "AuthError" }));

/**
 * Takes query and fragment out of the URLs in an error's stack: where a script is part of the page, Firefox has the page's
 * whole address there, with the answer in it. Line and column stay.
 *
 * @param {{ stack?: string }} error
 */
export function withoutSecrets(error) {
  try {
    const value = /** @type {string} */ (error.stack).replace(
      /(\w:\/\/[^\s?#]*)[?#].*?(?=(:\d+){0,2}\)?$)/gm,
      "$1",
    );
    Object.defineProperty(
      error,
      "stack",
      own({ value, configurable: true, writable: true }),
    );
  } catch {
    // There is none, or it is the app's own.
  }
}

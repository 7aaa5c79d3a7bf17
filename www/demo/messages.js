import { element, find, tell } from "./page.js";

/** @typedef {import("placeos-auth").AuthError} AuthError */
/** @typedef {import("./api.js").Refusal} Refusal */

/**
 * What went wrong, on top of the page.
 *
 * @param {string} title
 * @param {unknown} error
 */
export function showError(title, error) {
  const { code, description, docs } = /** @type {AuthError} */ (error);
  const message = sentenceOf(/** @type {AuthError} */ (error));
  find("error-title").textContent = title;
  const more = description && !message.includes(description);
  find("error-message").textContent = more
    ? `${message} The server says: “${description}”`
    : message;
  tell("error-code", code);
  if (docs) find("error-docs").setAttribute("href", docs);
  find("error-docs").hidden = !docs;
  find("error").hidden = false;
}

/**
 * What happened, without the address of the page about it, which has a link of its own here.
 *
 * @param {AuthError} error
 */
const sentenceOf = ({ message, docs }) => message.replace(` See ${docs}`, "");

/** Takes away what was told before. */
export function clearMessages() {
  tell("notice");
  find("error").hidden = true;
}

/**
 * Why the API gave nothing, in a sentence.
 *
 * @param {AuthError | Refusal | SyntaxError | TypeError} reason
 */
export function problemOf(reason) {
  if ("docs" in reason) return sentenceOf(reason);
  const status = "status" in reason ? reason.status : undefined;
  if (status === 401) {
    return `The server doesn't take this token any more: ${reason.message}. Sign out here and sign in again.`;
  }
  if (status) return `The server answered with ${reason.message}.`;
  if (reason instanceof SyntaxError) {
    return "The server's answer is not what the API promises.";
  }
  return "The server gave no answer that this page may read. It is out of reach, or doesn't allow this page's origin (CORS).";
}

/**
 * The package's own lines, newest first.
 *
 * @param {string} line
 */
export function log(line) {
  find("activity").hidden = false;
  find("activity-log").prepend(
    element(
      "li",
      { dataset: { testid: "activity" } },
      element("span", { className: "address" }, line),
      element("time", { className: "soft" }, new Date().toLocaleTimeString()),
    ),
  );
}

// What an AuthError tells of where it came from, in each engine's own words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthError, withoutSecrets } from "../../www/package/auth-error.js";

const ANSWER = "?code=SECRET&a=(b)#access_token=SECRET:1:2&state=x,y)";

const STACKS = [
  // Firefox, where a script is part of the page.
  [
    `run@https://app.test/a/${ANSWER}:12:34\n@https://app.test/a/b.js:1:2\n`,
    "run@https://app.test/a/:12:34\n@https://app.test/a/b.js:1:2\n",
  ],
  [
    `@https://app.test/${ANSWER} line 3 > eval:1:7\nasync*f@https://app.test/x.js?v=1:5:6`,
    "@https://app.test/:1:7\nasync*f@https://app.test/x.js:5:6",
  ],
  // WebKit
  [
    `global code@https://app.test/${ANSWER}:12:34\npromiseReactionJob@[native code]`,
    "global code@https://app.test/:12:34\npromiseReactionJob@[native code]",
  ],
  // Chromium
  [
    `AuthError: No? Yes.\n    at run (https://app.test/${ANSWER}:12:34)\n    at https://app.test/b.js?v=2:1:2`,
    "AuthError: No? Yes.\n    at run (https://app.test/:12:34)\n    at https://app.test/b.js:1:2",
  ],
  [
    `Error\n    at eval (eval at <anonymous> (https://app.test/${ANSWER}:1:1), <anonymous>:1:1)`,
    "Error\n    at eval (eval at <anonymous> (https://app.test/:1:1)",
  ],
];

test("a stack has lines and columns, but neither query nor fragment", () => {
  for (const [stack, clean] of STACKS) {
    const error = new Error("x");
    error.stack = stack;
    withoutSecrets(error);
    assert.equal(error.stack, clean);
    assert.doesNotMatch(error.stack, /SECRET/);
    assert.deepEqual(Object.keys(error), []);
  }
});

test("an AuthError is made so, whatever the engine has given it", () => {
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = () => `run@https://app.test/${ANSWER}:12:34`;
    const { stack } = new AuthError("other", "No.");
    assert.equal(stack, "run@https://app.test/:12:34");
    Error.prepareStackTrace = () => [];
    assert.equal(new AuthError("other", "No.").code, "other");
    Error.prepareStackTrace = () => {
      throw new Error("no");
    };
    assert.equal(new AuthError("other", "No.").code, "other");
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  const error = new AuthError("other", "No.");
  assert.match(error.stack ?? "", /auth-error\.test\.js:\d+:\d+/);
});

test("its message ends with the address of its code's page", () => {
  const page =
    "https://github.com/PlaceOS/placeos-auth/blob/main/docs/errors/network.md";
  const error = new AuthError("network", "No network.", true);
  assert.equal(error.docs, page);
  assert.equal(error.message, `No network. See ${page}`);
  assert.match(
    error.stack ?? "",
    /^AuthError: No network\. See https:.*\.md$/m,
  );
});

test("what a server said, and ends as it likes, ends as a sentence does", () => {
  const sentence = (/** @type {string} */ message) =>
    new AuthError("other", message).message.replace(/ See https:.*$/, "");
  assert.equal(sentence("The server refused: no"), "The server refused: no.");
  assert.equal(
    sentence("The server refused: x (No.)"),
    "The server refused: x (No.).",
  );
  for (const ended of ["No.", "Did you mean `server`?", "No!"])
    assert.equal(sentence(ended), ended);
});

test("its page can't be written over, and is no property of its own", () => {
  const error = new AuthError("network", "No network.");
  assert.throws(() => Object.assign(error, { docs: "" }), TypeError);
  assert.deepEqual(Object.keys(error).sort(), ["code", "retryable"]);
});

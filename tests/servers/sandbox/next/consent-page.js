import { escapeHtml } from "../parameters.js";
import { NO_STORE } from "./errors.js";

/** Nobody may put this page in a frame, where a user could be made to click what they don't see. */
export const CONSENT_HEADERS = {
  ...NO_STORE,
  "X-Frame-Options": "DENY",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
};

/** @param {{ app: { name: string }, user: { email: string }, fields: import("../../types.d.ts").Fields }} page */
export function consentPage({ app, user, fields }) {
  const hidden = Object.entries(fields).map(
    ([name, value]) =>
      `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value ?? "")}">`,
  );
  const name = escapeHtml(app.name);
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Allow ${name}? · PlaceOS sandbox</title>
</head>
<body>
<main>
  <h1>May ${name} use your account?</h1>
  <p>You are signed in as ${escapeHtml(user.email)}.</p>
  <form method="post" action="/auth/authorize">
    ${hidden.join("\n    ")}
    <button type="submit" name="consent" value="deny">Deny</button>
    <button type="submit" name="consent" value="allow">Allow</button>
  </form>
</main>
</body>
</html>
`;
}

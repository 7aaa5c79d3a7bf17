import { createHash } from "node:crypto";
import { account } from "../building.js";
import { escapeHtml } from "./parameters.js";

const STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#17212b, #e8edf2);
  --soft: light-dark(#5b6b7a, #9fb0c0);
  --line: light-dark(#d5dde5, #34424f);
  --card: light-dark(#ffffff, #1a232c);
  --ground: light-dark(#eef2f6, #0f161d);
  --accent: light-dark(#0b62c4, #6cb0ff);
  --on-accent: light-dark(#ffffff, #0b1620);
  --bad: light-dark(#a3211b, #ff9b93);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  padding: 1.5rem 1rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%;
  max-width: 24rem;
  padding: 2rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 1rem;
  box-shadow: 0 1rem 3rem rgb(0 0 0 / 8%);
}
h1 { margin: 0; font-size: 1.5rem; }
p { margin: 0.25rem 0 0; color: var(--soft); }
form { display: grid; gap: 1rem; margin-top: 1.5rem; }
label { display: grid; gap: 0.35rem; font-weight: 600; font-size: 0.9rem; }
input {
  width: 100%;
  padding: 0.65rem 0.75rem;
  font: inherit;
  font-size: 1rem;
  font-weight: 400;
  color: inherit;
  background: transparent;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
}
button {
  padding: 0.75rem;
  font: inherit;
  font-weight: 600;
  color: var(--on-accent);
  background: var(--accent);
  border: 0;
  border-radius: 0.5rem;
  cursor: pointer;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.problem { color: var(--bad); font-weight: 600; }
aside {
  margin-top: 1.5rem;
  padding-top: 1rem;
  border-top: 1px solid var(--line);
  font-size: 0.9rem;
}
code { color: var(--ink); font-size: 0.95em; overflow-wrap: anywhere; }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * Nothing but this page's own style. Browsers hold `form-action` against the redirects that follow a form too, so it has
 * to name the places where a sign-in may end: the apps.
 *
 * @param {string[]} origins
 */
export function policy(origins) {
  const ends = ["'self'", "http://localhost:*", "http://127.0.0.1:*"];
  return [
    "default-src 'none'",
    "img-src data:",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action ${[...ends, ...origins].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join("; ");
}

/** @param {{ formToken: string, email?: string | undefined, problem?: string | undefined, next?: string | undefined }} page */
export function loginPage({ formToken, email, problem, next }) {
  /** @param {string} name @param {string} value */
  const hidden = (name, value) =>
    `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Sign in · PlaceOS sandbox</title>
  <link rel="icon" href="data:,">
  <style>${STYLE}</style>
</head>
<body>
<main>
  <h1>Sign in</h1>
  <p>PlaceOS sandbox</p>
  <form method="post" action="/login">
    ${problem ? `<p class="problem" role="alert">${escapeHtml(problem)}</p>` : ""}
    ${hidden("form_token", formToken)}
    ${hidden("continue", next ?? "/")}
    <label>Email
      <input name="email" type="email" autocomplete="username" required
        value="${escapeHtml(email ?? account.email)}">
    </label>
    <label>Password
      <input name="password" type="password" autocomplete="current-password" required autofocus>
    </label>
    <button type="submit">Sign in</button>
  </form>
  <aside>
    <p>Nothing here is real. The sandbox has one account:</p>
    <p><code>${escapeHtml(account.email)}</code><br>
    <code>${escapeHtml(account.password)}</code></p>
  </aside>
</main>
</body>
</html>
`;
}

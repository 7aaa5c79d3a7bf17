import { escapeHtml } from "./parameters.js";

/**
 * Where a refused authorization ends: Doorkeeper's page, on which the user is stranded. The status is 200 because that is
 * what Doorkeeper 5.5 sends.
 *
 * @param {import("../types.d.ts").Res} res
 * @param {string} description
 */
export function sendErrorPage(res, description) {
  res.status(200).type("html").send(`<!DOCTYPE html>
<html>
<head>
  <title>OAuth authorization required</title>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1.0">
</head>
<body>
<div id="container">
  <div class="border-bottom mb-4">
    <h1>An error has occurred</h1>
  </div>

  <main role="main">
    <pre>${escapeHtml(description)}</pre>
  </main>
</div>
</body>
</html>
`);
}

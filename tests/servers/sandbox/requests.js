const REMEMBERED = 1000;

/** @import { Sandbox, Seen } from "./types.d.ts" */

/**
 * Keeps a request for tests that ask where a token went.
 *
 * @param {Sandbox} sandbox
 * @param {import("node:http").IncomingMessage & { form?: string }} req
 */
export function remember({ requests }, req) {
  const { method = "", url = "", headers } = req;
  /** @type {Seen} */
  const entry = {
    method,
    url,
    headers,
    // A getter, because the body is still on its way.
    get body() {
      return req.form ?? "";
    },
  };
  requests.push(entry);
  if (requests.length > REMEMBERED) requests.shift();
  return entry;
}

/**
 * Keeps every request, and logs it: without its query, where a token may be.
 *
 * @param {Sandbox} sandbox
 * @param {(line: string) => void} log
 * @returns {import("../types.d.ts").Handler}
 */
export const record = (sandbox, log) => (req, res, next) => {
  const entry = remember(sandbox, req);
  res.once("finish", () => {
    log(`${req.method} ${entry.url.split("?")[0]} ${res.statusCode}`);
  });
  next();
};

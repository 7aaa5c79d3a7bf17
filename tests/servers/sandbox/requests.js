const REMEMBERED = 1000;

/** Keeps a request for tests that ask where a token went. */
export function remember({ requests }, req) {
  const { method, url, headers } = req;
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

/** Keeps every request, and logs it: without its query, where a token may be. */
export const record = (sandbox, log) => (req, res, next) => {
  const entry = remember(sandbox, req);
  res.once("finish", () => {
    log(`${req.method} ${entry.url.split("?")[0]} ${res.statusCode}`);
  });
  next();
};

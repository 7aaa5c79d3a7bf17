/**
 * Lets pages of the listed origins call this server with a token. No credentials: a cookie of the server's is of no use to
 * the API, and PlaceOS doesn't take them across origins either.
 *
 * @param {string[]} origins
 * @returns {import("../types.d.ts").Handler}
 */
export const cors = (origins) => (req, res, next) => {
  // On every answer, or a cache would hand one origin the answer meant for another.
  res.vary("Origin");
  const { origin } = req.headers;
  if (!origin || !origins.includes(origin)) return next();

  res.set({
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Expose-Headers": "X-Total-Count, WWW-Authenticate",
  });
  if (req.method !== "OPTIONS") return next();

  res
    .status(204)
    .set({
      "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
      "Access-Control-Allow-Headers": "Authorization, Content-Type, X-API-Key",
    })
    .end();
};

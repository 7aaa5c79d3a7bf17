import express from "express";

/**
 * An app with a router of its own, as somebody would publish it: a folder, whose `index.html` answers for all that no file has.
 *
 * @param {string} path under which it is served, as "/app"
 * @param {string} folder
 * @param {Record<string, string>} headers of each response
 */
export function published(path, folder, headers) {
  const app = express();
  app.use(path, (_request, response, next) => {
    response.set(headers);
    next();
  });
  app.use(path, express.static(folder));
  app.get(`${path}/*any`, (_request, response) =>
    response.sendFile("index.html", { root: folder }),
  );
  return app;
}

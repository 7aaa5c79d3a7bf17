import express from "express";
import { systems, user, zones } from "../building.js";
import { queryOf } from "./parameters.js";
import { credentials, personBehind } from "./credentials.js";

/** @import { Handler, Zone } from "../types.d.ts" */

/**
 * The REST API, as much of it as a dashboard reads: systems, zones, the person signed in, and one thing this person may
 * not see.
 *
 * @param {import("./types.d.ts").World} world
 */
export function apiRoutes(world) {
  const api = express.Router();

  api.use((req, res, next) => {
    res.set({ "Cache-Control": "no-store" });
    const request = { url: req.originalUrl, headers: req.headers };
    if (world.settings.signInAgain && credentials(request)) {
      return res.status(511).json({ error: "sign in again" });
    }
    if (personBehind(request, world)) return next();
    const error = credentials(request)
      ? "the credentials are invalid or have expired"
      : "no credentials were given";
    res.status(401).json({ error });
  });

  api.get("/systems", sendPage(systems));
  api.get("/systems/:id", sendOne(systems));
  api.get("/zones", sendPage(zones));
  api.get("/zones/:id", sendOne(zones));
  api.get("/users/current", (_req, res) => {
    res.json(user);
  });
  api.get("/cluster", (_req, res) => {
    res.status(403).json({ error: "only an administrator may see this" });
  });

  api.use((_req, res) => {
    res.status(404).json({ error: "no such route" });
  });
  return api;
}

/**
 * A list; PlaceOS tells its length in a header.
 *
 * @param {Zone[]} items
 * @returns {Handler}
 */
const sendPage = (items) => (req, res) => {
  const { q = "", limit = "100", offset = "0" } = queryOf(req);
  const wanted = q.toLowerCase();
  const found = items.filter(({ name, display_name }) =>
    `${name} ${display_name}`.toLowerCase().includes(wanted),
  );
  const start = Number(offset) || 0;
  res
    .set("X-Total-Count", String(found.length))
    .json(found.slice(start, start + (Number(limit) || 100)));
};

/** @param {Zone[]} items @returns {Handler} */
const sendOne = (items) => (req, res) => {
  const item = items.find(({ id }) => id === req.params.id);
  if (item) res.json(item);
  else res.status(404).json({ error: `${req.params.id} does not exist` });
};

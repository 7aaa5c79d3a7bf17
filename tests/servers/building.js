import { readFileSync } from "node:fs";

/**
 * One building, one person: what both test servers answer with. JSON, because one of them is written in Ruby.
 *
 * @type {import("./types.d.ts").Building}
 */
export const { account, user, zones, systems } = JSON.parse(
  readFileSync(new URL("./building.json", import.meta.url), "utf8"),
);

import { account, user } from "../building.js";
import { personBehind } from "./credentials.js";

/** @import { World } from "./types.d.ts" */

/**
 * What a domain says of itself to everybody.
 *
 * @param {World["settings"]} settings
 * @param {string} hostname
 */
export const domainOf = ({ legacy, authority }, hostname) => ({
  id: user.authority_id,
  name: "Sandbox",
  description: "A PlaceOS domain for development",
  domain: hostname,
  login_url: "/login?continue={{url}}",
  logout_url: "/auth/logout",
  email_domains: [account.email.split("@")[1]],
  config: {},
  ...(legacy ? {} : { version: "v2.0.0" }),
  production: false,
  ...authority,
});

/**
 * `GET /auth/authority`: the domain's public settings.
 *
 * @param {World} world
 * @returns {import("../types.d.ts").Handler}
 */
export const authority = (world) => (req, res) => {
  res.json({
    session: Boolean(req.user),
    token_valid: Boolean(personBehind(req, world)),
    ...domainOf(world.settings, req.hostname),
  });
};

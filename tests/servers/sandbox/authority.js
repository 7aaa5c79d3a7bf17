import { account, user } from "../building.js";
import { personBehind } from "./credentials.js";

/** `GET /auth/authority`: the domain's public settings. */
export const authority = (world) => (req, res) => {
  const { settings } = world;
  res.json({
    id: user.authority_id,
    name: "Sandbox",
    description: "A PlaceOS domain for development",
    domain: req.hostname,
    login_url: "/login?continue={{url}}",
    logout_url: "/auth/logout",
    email_domains: [account.email.split("@")[1]],
    config: {},
    ...(settings.legacy ? {} : { version: "v2.0.0" }),
    session: Boolean(req.user),
    token_valid: Boolean(personBehind(req, world)),
    production: false,
    ...settings.authority,
  });
};

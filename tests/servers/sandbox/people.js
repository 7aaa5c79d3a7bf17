import { account, user } from "../building.js";
import { equalInConstantTime } from "./apps.js";

/** Who can sign in: one person, by password or by API key. */
export class People {
  /** @param {string | undefined} email @param {string | undefined} password */
  signIn(email, password) {
    const known =
      equalInConstantTime(email ?? "", account.email) &&
      equalInConstantTime(password ?? "", account.password);
    return known ? user : undefined;
  }

  /** @param {string} key */
  byApiKey(key) {
    return equalInConstantTime(key, account.api_key) ? user : undefined;
  }

  /** @param {unknown} email */
  byEmail(email) {
    return email === account.email ? user : undefined;
  }

  /** @param {string | undefined} id */
  byId(id) {
    return id === user.id ? user : undefined;
  }
}

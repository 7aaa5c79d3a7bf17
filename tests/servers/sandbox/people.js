import { account, user } from "../building.js";
import { equalInConstantTime } from "./apps.js";

/** Who can sign in: one person, by password or by API key. */
export class People {
  signIn(email, password) {
    const known =
      equalInConstantTime(email ?? "", account.email) &&
      equalInConstantTime(password ?? "", account.password);
    return known ? user : undefined;
  }

  byApiKey(key) {
    return equalInConstantTime(key, account.api_key) ? user : undefined;
  }

  byEmail(email) {
    return email === account.email ? user : undefined;
  }

  byId(id) {
    return id === user.id ? user : undefined;
  }
}

// What has to hold in a test runner's page: of the client for tests, and of the real one.
import { AuthError, createAuth } from "placeos-auth";
import { createTestAuth } from "placeos-auth/testing";

export const claims = {
  /** A made-up session signs, expires, and begins again. */
  async madeUp() {
    const auth = createTestAuth({ server: "https://placeos.example.com" });
    const response = await auth.fetch("https://placeos.example.com/api/x", {
      headers: { Accept: "application/json" },
    });
    equal(response.status, 200);
    equal(response.ok, true);
    equal((await response.json()).length, 0);
    const [{ isSigned, headers }] = auth.requests;
    equal(isSigned, true);
    equal(headers.get("accept"), "application/json");
    equal(headers.get("Authorization"), "Bearer test-token-1");
    const heard = [];
    auth.subscribe(({ type }) => heard.push(type));
    auth.expire();
    equal(auth.session, null);
    auth.signIn();
    equal(heard.join(), "expired,signed-in");
  },

  /** The real client signs in by password, renews, and asks. */
  async real() {
    const server = process.env.SANDBOX;
    const auth = await createAuth({ server, storage: "memory" });
    equal(auth.session, null);
    const credentials = JSON.parse(process.env.CREDENTIALS);
    const session = await auth.loginWithPassword(credentials);
    equal(session.flow, "password");
    equal(auth.session.flow, "password");
    equal((await auth.authority()).apiRoot, "/api/engine/v2");
    await auth.renew();
    const response = await auth.fetch(`${server}/api/engine/v2/systems`);
    equal(response.status, 200);
    equal((await response.json()).length > 0, true);
    await auth.logout({ local: true });
    equal(auth.session, null);
    const refused = await auth
      .fetch(`${server}/api/engine/v2/systems`)
      .catch((error) => error);
    equal(refused instanceof AuthError, true);
    equal(refused.code, "login_required");
    auth.close();
  },
};

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function equal(actual, expected) {
  if (actual !== expected)
    throw new Error(`${String(actual)}, not ${String(expected)}`);
}

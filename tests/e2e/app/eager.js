// Signs in whenever there is no session, with a scope that the server doesn't know: what makes a loop.
import { createAuth } from "placeos-auth";

const auth = await createAuth();
try {
  if (!auth.session) await auth.login({ scope: "unknown" });
} catch (error) {
  const { code } = /** @type {import("placeos-auth").AuthError} */ (error);
  document.body.textContent = `stopped: ${code}`;
}

// The script of a callback page: completes the sign-in by the options it was begun with, and goes back to the app, which
// finds the outcome in its own `auth.redirect`.
import { completeSignIn } from "placeos-auth";

const status = /** @type {Element} */ (document.querySelector("[role=status]"));
try {
  const { redirect } = await completeSignIn();
  // Seen only where there is no other page to go back to.
  status.textContent =
    redirect.status === "failed"
      ? redirect.error.message
      : "You are signed in.";
} catch (error) {
  status.textContent = /** @type {Error} */ (error).message;
}

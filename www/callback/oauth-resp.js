// The script of a callback page: completes the sign-in by the options it was begun with, and goes back to the app, which
// finds the outcome in its own `auth.redirect`.
import { completeSignIn } from "placeos-auth";

try {
  await completeSignIn();
} catch (error) {
  document.querySelector("[role=status]").textContent = error.message;
}

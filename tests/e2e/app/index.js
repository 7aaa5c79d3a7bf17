// The smallest app with a sign-in button, written as the package's own documentation tells a user to.
import { createAuth } from "placeos-auth";

const options = window.options ?? {};
const api = new URL("/api/engine/v2/systems", options.server ?? location.href);
/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const auth = await createAuth({ ...options, log: console.debug });

part("sign-in").onclick = () => auth.login();
part("sign-out").onclick = () => auth.logout();
if (auth.redirect.status === "failed") {
  part("failure").textContent = auth.redirect.error.code;
}
if (auth.session) {
  const response = await auth.fetch(api);
  /** @type {{ display_name: string }[]} */
  const systems = await response.json();
  part("systems").replaceChildren(
    ...systems.map(({ display_name }) => {
      const item = document.createElement("li");
      item.textContent = display_name;
      return item;
    }),
  );
}
part(auth.session ? "sign-out" : "sign-in").hidden = false;

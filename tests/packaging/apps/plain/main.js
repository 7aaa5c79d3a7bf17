import { createAuth } from "placeos-auth";

const root = /** @type {HTMLElement} */ (document.getElementById("root"));

/** @param {string} label @param {() => unknown} onclick */
const button = (label, onclick) =>
  Object.assign(document.createElement("button"), {
    textContent: label,
    onclick,
  });

/** @param {import("placeos-auth").Auth} auth */
async function show(auth) {
  const { redirect, session } = auth;
  if (!session) {
    const isRefused = redirect.status === "failed";
    if (isRefused) root.setAttribute("role", "alert");
    root.replaceChildren(
      isRefused ? redirect.error.code : "",
      button("Sign in", auth.login),
    );
  } else {
    const response = await auth.fetch("/api/engine/v2/systems");
    /** @type {{ display_name: string }[]} */
    const rooms = await response.json();
    const list = document.createElement("ul");
    for (const { display_name } of rooms)
      list.append(
        Object.assign(document.createElement("li"), {
          textContent: display_name,
        }),
      );
    root.replaceChildren(list, button("Sign out", auth.logout));
  }
}

// Each bundler's is served at a path of its own.
const [, path] = location.pathname.split("/");
createAuth({ redirectUri: `/${path}/` }).then((auth) => {
  auth.subscribe(() => show(auth));
  return show(auth);
});

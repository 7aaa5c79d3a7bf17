import { createAuth } from "placeos-auth";
import { signOutWhenIdle } from "placeos-auth/idle";

const find = (id: string) => document.getElementById(id) as HTMLElement;

const auth = await createAuth({
  redirectUri: "/idle/",
  storage: "local",
  log: console.debug,
});

// Not before: the page of the redirect URI has none, until the user is back.
const query = new URLSearchParams(location.search);

const show = () => {
  find("state").textContent = auth.session ? "signed in" : "signed out";
};
auth.subscribe(show);
show();
find("sign-in").onclick = () => auth.login();

/** Every warning there was, for the test. */
const warnings: (number | null)[] = [];

signOutWhenIdle(auth, {
  after: Number(query.get("after")),
  warn: 2,
  local: query.has("local"),
  onWarning: (seconds) => {
    warnings.push(seconds);
    find("warning").textContent =
      seconds === null ? "" : `${seconds} s until you are signed out`;
  },
});
Object.assign(window, { warnings });

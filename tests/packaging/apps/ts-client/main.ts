import * as client from "@placeos/ts-client";
import { createAuth } from "placeos-auth";
import { connect } from "placeos-auth/ts-client";
import { lastValueFrom } from "rxjs";

const find = (id: string) => document.getElementById(id) as HTMLElement;

/** The rooms' names. */
const rooms = async () => {
  const { data } = await lastValueFrom(client.querySystems());
  return data.map(({ display_name }) => display_name);
};

async function showRooms() {
  const names = await rooms().catch(({ code }) => [code]);
  const items = names.map((name) => {
    const item = document.createElement("li");
    item.textContent = name;
    return item;
  });
  find("rooms").replaceChildren(...items);
}

/** Where the server is, if a test says that it is elsewhere. */
const { server = location.origin } = window as { server?: string };

const auth = await createAuth({
  server,
  redirectUri: "/ts-client/",
  apiKey: { parameter: "x-api-key" },
  log: console.debug,
});
const disconnect = await connect(auth, client);

auth.subscribe(({ type }) => {
  if (type !== "renewed" && type !== "renewal-failed") void showRooms();
});
find("sign-in").onclick = () => auth.login();
find("sign-out").onclick = () => auth.logout({ local: true });

const note = client.getModule("sys-Wharf", "Environment", 1).variable("note");
note.subscribe((value) => {
  find("note").textContent = String(value);
});
note.bind();
await showRooms();

// What the tests call.
Object.assign(window, { auth, client, connect, disconnect, rooms });

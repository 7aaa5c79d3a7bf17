// The same small app in each framework, as the documentation writes it.
import { appOf } from "./support/app.js";
import { roomsApp } from "./support/rooms.js";

for (const name of ["react", "vue", "svelte"])
  for (const generation of /** @type {const} */ (["rails", "next"]))
    roomsApp(
      `An app in ${name}, ${generation}`,
      name,
      appOf(name, { generation }),
    );

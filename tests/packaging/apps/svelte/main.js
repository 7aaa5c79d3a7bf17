import { createAuth } from "placeos-auth";
import { mount } from "svelte";
import App from "./App.svelte";

createAuth({ redirectUri: "/svelte/" }).then((auth) => {
  mount(App, {
    target: document.getElementById("root"),
    context: new Map([["auth", auth]]),
  });
});

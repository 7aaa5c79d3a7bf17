import { createAuth } from "placeos-auth";
import { createApp } from "vue";
import App from "./App.vue";

createAuth({ redirectUri: "/vue/" }).then((auth) => {
  createApp(App).provide("auth", auth).mount("#root");
});

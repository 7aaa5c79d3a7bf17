// Does nothing by itself: a test calls these from outside.
import { AuthError, createAuth, load } from "placeos-auth/external";
import { plain, settled } from "./plain.js";

Object.assign(window, { AuthError, createAuth, load, plain, settled });
document.documentElement.dataset.ready = "";

import { bootstrapApplication } from "@angular/platform-browser";
import { App } from "./app";
import { config } from "./config";
import { exposeClients } from "./clients";

bootstrapApplication(App, config).then(exposeClients, console.error);

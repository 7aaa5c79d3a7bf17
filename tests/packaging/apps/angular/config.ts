import {
  HttpClient,
  provideHttpClient,
  withInterceptors,
} from "@angular/common/http";
import {
  type ApplicationConfig,
  inject,
  provideAppInitializer,
  provideZonelessChangeDetection,
} from "@angular/core";
import {
  provideRouter,
  withEnabledBlockingInitialNavigation,
} from "@angular/router";
import { authInterceptor, provideAuth } from "placeos-auth/angular";
import { catchError, EMPTY } from "rxjs";
import { routes } from "./routes";

/** The router may start with the app, in place of after it. */
const isBlocking = sessionStorage.getItem("initial-navigation") === "blocking";

export const config: ApplicationConfig = {
  providers: [
    provideZonelessChangeDetection(),
    provideAuth(
      {
        redirectUri: "/angular/",
        apiKey: { parameter: "x-api-key" },
        log: console.debug,
      },
      { failedUrl: "/failed" },
    ),
    provideHttpClient(withInterceptors([authInterceptor])),
    // The app waits for it, as others do for their settings. With an API key it fails, for it is an XHR.
    provideAppInitializer(() =>
      inject(HttpClient)
        .get("/auth/authority", { params: { by: "app" } })
        .pipe(catchError(() => EMPTY)),
    ),
    isBlocking
      ? provideRouter(routes, withEnabledBlockingInitialNavigation())
      : provideRouter(routes),
  ],
};

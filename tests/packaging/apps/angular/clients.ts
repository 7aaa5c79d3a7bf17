import {
  HttpClient,
  provideHttpClient,
  withFetch,
  withInterceptors,
} from "@angular/common/http";
import { type ApplicationRef, createEnvironmentInjector } from "@angular/core";
import { authInterceptor } from "placeos-auth/angular";

/** For the tests: an `HttpClient` of each kind, as globals. */
export function exposeClients({ injector }: ApplicationRef) {
  const withoutXhr = createEnvironmentInjector(
    [provideHttpClient(withFetch(), withInterceptors([authInterceptor]))],
    injector,
  );
  Object.assign(window, {
    clients: {
      xhr: injector.get(HttpClient),
      fetch: withoutXhr.get(HttpClient),
    },
  });
}

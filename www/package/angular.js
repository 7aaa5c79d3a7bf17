// Angular's ways to a client: a provider that makes it, functions that inject it, a guard and an interceptor.
export { injectAuth, injectSession, provideAuth } from "./angular/provider.js";
export { authGuard } from "./angular/guard.js";
export { authInterceptor } from "./angular/interceptor.js";

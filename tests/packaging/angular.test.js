// `placeos-auth/angular`, in an app that is built with Angular's CLI, once for all of these.
import "./angular/requests.js";
import "./angular/routes.js";

// Routes for those who have signed in.
import { DOCUMENT, Location } from "@angular/common";
import { inject } from "@angular/core";
import { RedirectCommand, Router } from "@angular/router";
import { injectReady } from "./provider.js";

/** @typedef {import("@angular/router").RouterStateSnapshot} RouterStateSnapshot */
/** @typedef {import("@angular/router").UrlSegment} UrlSegment */

/**
 * @param {unknown} _route
 * @param {RouterStateSnapshot | UrlSegment[]} asked
 */
export function authGuard(_route, asked) {
  const { auth, isOnServer, failedUrl } = injectReady("authGuard");
  if (isOnServer || auth.session) return true;
  const router = inject(Router);

  /** @param {unknown} error */
  const fail = (error) => {
    if (failedUrl === undefined) throw error;
    return new RedirectCommand(router.parseUrl(failedUrl), { info: { error } });
  };

  const { redirect } = auth;
  // Another sign-in would end as this one has: nobody is sent to and fro.
  if (redirect.status === "failed") return fail(redirect.error);
  const path = inject(Location).prepareExternalUrl(urlOf(asked, router));
  const returnTo = new URL(path, inject(DOCUMENT).baseURI);
  return auth.login({ returnTo }).catch(fail);
}

/**
 * The URL that was asked for. `canMatch` is told the part of it that is still to be matched.
 *
 * @param {RouterStateSnapshot | UrlSegment[]} asked
 * @param {Router} router
 */
function urlOf(asked, router) {
  if (!Array.isArray(asked)) return asked.url;
  const navigation = router.getCurrentNavigation();
  return navigation ? router.serializeUrl(navigation.extractedUrl) : router.url;
}

// Requests of Angular's HttpClient, sent by the client: it decides what is signed, with what, and what is sent again.
import {
  FetchBackend,
  HttpBackend,
  HttpErrorResponse,
  HttpEventType,
  HttpParams,
} from "@angular/common/http";
import { inject, NgZone } from "@angular/core";
import { defer, Observable } from "rxjs";
import { AuthError } from "../index.js";
import { injectProvided } from "./provider.js";

/** @typedef {import("@angular/common/http").HttpEvent<unknown>} HttpEvent */
/** @typedef {import("@angular/common/http").HttpRequest<unknown>} HttpRequest */
/** @typedef {typeof globalThis.fetch} Fetch */

const API_KEY = "X-API-Key";

/** The headers that sign a request. */
const SIGNATURES = ["Authorization", API_KEY];

/** Why there is no `Response` for the client: what there is in its place is held for the app. */
const NO_RESPONSE = Symbol("no response");

/** @type {typeof import("placeos-auth/angular").authInterceptor} */
export function authInterceptor(request, next) {
  const provided = injectProvided("authInterceptor");
  // A script, which can't send headers.
  if (request.method === "JSONP") return next(request);
  const zone = inject(NgZone);
  const canRefuseRedirects = inject(HttpBackend) instanceof FetchBackend;

  return new Observable((subscriber) => {
    const controller = new AbortController();
    const { signal } = controller;
    /** @type {<Value>(work: () => Value) => Value} where the app subscribed */
    const inZone = NgZone.isInAngularZone()
      ? (work) => zone.run(work)
      : (work) => work();
    const answer = newAnswer(subscriber);

    /** @type {Fetch} */
    const via = (input, init) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const signed = signedAs(request, input, init, canRefuseRedirects);
        // What isn't signed, the client hands on whatever the answer is.
        const observer = answer.begin(signed === request, resolve, reject);
        const sending = inZone(() =>
          defer(() => next(signed)).subscribe(observer),
        );
        signal.addEventListener("abort", () => {
          sending.unsubscribe();
          reject(signal.reason);
        });
      });

    const target = { fetch: via };
    /** @param {import("placeos-auth").Auth} auth */
    const send = (auth) => {
      auth.install(target);
      return target.fetch(request.urlWithParams, initOf(request, signal));
    };
    const { auth, ready } = provided;
    zone
      .runOutsideAngular(() => (auth ? send(auth) : ready.then(send)))
      .then(
        () => inZone(answer.accept),
        (reason) =>
          inZone(() => {
            if (reason === NO_RESPONSE) answer.accept();
            else subscriber.error(failure(request, reason));
          }),
      );
    return () => controller.abort();
  });
}

/**
 * The answer that the app gets. Until the client has accepted it, its end is held back: it may be followed by another.
 *
 * @param {import("rxjs").Subscriber<HttpEvent>} subscriber
 */
function newAnswer(subscriber) {
  let isAccepted = false;
  /** @type {(() => void)[]} */
  let held = [];
  return {
    /**
     * Forgets what was held of an earlier answer, and gives the observer of the next.
     *
     * @param {boolean} isFinal
     * @param {(response: Response) => void} resolve
     * @param {(reason: unknown) => void} reject
     */
    begin(isFinal, resolve, reject) {
      isAccepted = isFinal;
      held = [];
      /** @type {(status: unknown, deliver: () => void) => void} */
      const hold = (status, deliver) => {
        if (isAccepted) deliver();
        else held.push(deliver);
        const response = responseOf(status);
        if (response) resolve(response);
        else reject(NO_RESPONSE);
      };
      return {
        next: (/** @type {HttpEvent} */ event) => {
          if (event.type !== HttpEventType.Response) subscriber.next(event);
          else hold(event.status, () => subscriber.next(event));
        },
        error: (/** @type {{ status?: unknown } | undefined} */ error) =>
          hold(error?.status, () => subscriber.error(error)),
        complete: () => hold(undefined, () => subscriber.complete()),
      };
    },
    accept() {
      isAccepted = true;
      for (const deliver of held.splice(0)) deliver();
    },
  };
}

/**
 * As much of a response as the client looks at. Nothing for a status that no response has, as 0 without a network.
 *
 * @param {unknown} status
 */
function responseOf(status) {
  const isStatus = typeof status === "number" && status >= 200 && status <= 599;
  return isStatus ? new Response(null, { status }) : undefined;
}

/**
 * What the client has to know of a request. The body isn't read: it is sent by `HttpClient`, which can do so again.
 *
 * @param {HttpRequest} request
 * @param {AbortSignal} signal
 * @returns {RequestInit}
 */
function initOf({ method, headers, redirect }, signal) {
  const names = headers.keys();
  const init = { method, signal, ...(redirect && { redirect }) };
  if (names.length === 0) return init;
  const copy = new Headers();
  for (const name of names)
    for (const value of headers.getAll(name) ?? []) copy.append(name, value);
  return { ...init, headers: copy };
}

/**
 * A request with the signature that the client has given it, to the very URL that it has judged; the same one where it has
 * given it none.
 *
 * @param {HttpRequest} request
 * @param {Parameters<Fetch>[0]} input
 * @param {Parameters<Fetch>[1]} init
 * @param {boolean} canRefuseRedirects
 */
function signedAs(request, input, init, canRefuseRedirects) {
  const isText = typeof input === "string";
  const url = isText ? input : /** @type {Request} */ (input).url;
  const sent = /** @type {RequestInit} */ (isText ? init : input);
  const headers = new Headers(sent.headers);
  const name = SIGNATURES.find((each) => headers.has(each));
  if (name === undefined) return request;
  const { redirect = "follow" } = sent;
  const signed = request.clone({
    url,
    params: new HttpParams(),
    setHeaders: { [name]: headers.get(name) ?? "" },
    ...(redirect !== "follow" && { redirect }),
  });
  const isOwn = request.headers.has(name);
  // Browsers take `Authorization` from a request that is redirected to another host, but no other header.
  if (name === API_KEY && !isOwn && !(canRefuseRedirects && signed.redirect))
    throw new AuthError(
      "configuration",
      "HttpClient would follow a redirect with the API key. Call provideHttpClient() with withFetch(), of Angular 20 or newer.",
    );
  return signed;
}

/**
 * An error as `HttpClient`'s callers expect one.
 *
 * @param {HttpRequest} request
 * @param {unknown} reason
 */
const failure = ({ urlWithParams: url }, reason) =>
  new HttpErrorResponse({
    error: reason,
    url,
    ...(reason instanceof AuthError && { statusText: reason.code }),
  });

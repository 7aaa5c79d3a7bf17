// Requests by Angular's HttpClient, of the app in apps/angular, whose `clients.ts` has it as a global.

/** @import { Page } from "playwright-core" */
/** @typedef {"xhr" | "fetch"} Backend */

/**
 * @typedef {object} Outcome
 * @property {unknown[]} events each as `[type]`, that of the response as `[type, status, body]`
 * @property {{ name: string, status: number, error: { name?: string, code?: string } | null }} [error]
 */

/**
 * Sends a request, and tells all that its subscriber hears.
 *
 * @param {Page} page
 * @param {Backend} backend
 * @param {string} url
 * @param {object} [options] of `HttpClient.request`, and `method`
 * @returns {Promise<Outcome>}
 */
export const send = (page, backend, url, options) =>
  page.evaluate(
    ([name, href, { method = "GET", ...given }]) =>
      new Promise((resolve) => {
        const { clients } = /** @type {any} */ (globalThis);
        const events = /** @type {unknown[]} */ ([]);
        const RESPONSE = 4;
        clients[name]
          .request(method, href, { observe: "events", ...given })
          .subscribe({
            next: (/** @type {any} */ { type, status, body }) =>
              events.push(type === RESPONSE ? [type, status, body] : [type]),
            error: (/** @type {any} */ { name, status, error }) => {
              const { name: kind, code } = error ?? {};
              const cause = error && { name: kind, code };
              resolve({ events, error: { name, status, error: cause } });
            },
            complete: () => resolve({ events }),
          });
      }),
    /** @type {const} */ ([
      backend,
      url,
      /** @type {{ method?: string }} */ (options ?? {}),
    ]),
  );

/**
 * Begins a request whose subscription `unsubscribe` ends.
 *
 * @param {Page} page
 * @param {Backend} backend
 * @param {string} url
 */
export const begin = (page, backend, url) =>
  page.evaluate(([name, href]) => {
    const global = /** @type {any} */ (globalThis);
    global.heard = [];
    global.subscription = global.clients[name].get(href).subscribe({
      next: () => global.heard.push("next"),
      error: () => global.heard.push("error"),
      complete: () => global.heard.push("complete"),
    });
  }, /** @type {const} */ ([backend, url]));

/**
 * Ends it; what its subscriber has heard by then.
 *
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
export const unsubscribe = (page) =>
  page.evaluate(() => {
    const { subscription, heard } = /** @type {any} */ (globalThis);
    subscription.unsubscribe();
    return heard;
  });

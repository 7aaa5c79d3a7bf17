import { answerWith } from "./answers.js";
import { AUTHORIZE_PATH } from "./grants.js";
import { create, leave, ready } from "./visit.js";

/** A PlaceOS host that exists in the tests' browser alone, as does every other host but the app's own. */
export const PLACEOS = "https://placeos.example.com";

/** @import { Page } from "playwright-core" */
/** @import { Options, PlainError } from "../page.d.ts" */
/** @import { Visit } from "./visit.js" */
/** @typedef {{ url: string, [header: string]: string }} Sent */

/**
 * Stands in for every host but the app's: the authorization endpoint gives a token at once, anything else an empty page
 * that any origin may read.
 *
 * @param {Visit} visit
 * @returns {Promise<Sent[]>} the requests there are, as they come
 */
export async function standInForOthers({ context, world }) {
  /** @type {Sent[]} */
  const requests = [];
  /** @param {URL} url */
  const isOther = ({ origin }) => origin !== world.app;
  await context.route(isOther, (route) => {
    const request = route.request();
    const url = new URL(request.url());
    if (url.pathname === AUTHORIZE_PATH) {
      const asked = Object.fromEntries(url.searchParams);
      const location = answerWith()(asked);
      return route.fulfill({ status: 302, headers: { location } });
    }
    requests.push({ url: url.href, ...request.headers() });
    const headers = { "access-control-allow-origin": "*" };
    return route.fulfill({ status: 200, headers, body: "" });
  });
  return requests;
}

/**
 * A bare page with a session of that host.
 *
 * @param {Visit} visit
 * @param {Options} [options]
 */
export async function signedInElsewhere(visit, options) {
  const requests = await standInForOthers(visit);
  const page = await visit.open();
  const all = { server: PLACEOS, ...options };
  await create(page, all);
  await leave(page);
  await page.waitForURL(/access_token/);
  await ready(page);
  await create(page, all);
  return { page, requests };
}

/**
 * Calls `auth.fetch` with each of these, in turn.
 *
 * @param {{ page: Page, requests: Sent[] }} there
 * @param {(string | (() => unknown))[]} inputs text, or a function of the page that makes what `fetch` is to be given
 * @returns {Promise<{ input: string, sent: Sent[], error: PlainError | undefined }[]>}
 */
export async function fetchEach({ page, requests }, inputs) {
  /** @type {{ input: string, sent: Sent[], error: PlainError | undefined }[]} */
  const seen = [];
  for (const input of inputs) {
    requests.length = 0;
    const make = typeof input === "function" ? `(${input})()` : undefined;
    const error = await page.evaluate(
      async ([text, source]) => {
        const made = source ? window.eval(source) : text;
        return (await settled(auth.fetch(made).then(() => null))).error;
      },
      [make ? undefined : String(input), make],
    );
    seen.push({ input: String(input), sent: [...requests], error });
  }
  return seen;
}

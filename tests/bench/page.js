// What a page of the bench does: loads one client, and measures it. Times are in milliseconds.
const app = JSON.parse(document.documentElement.dataset.app ?? "");
const client = () => import(`/bench/clients/${app.client}.js`);
const realFetch = globalThis.fetch.bind(globalThis);

/**
 * What signs requests, once a session is restored.
 *
 * @type {(input: RequestInfo | URL) => Promise<Response>}
 */
let send;

/** @type {Record<string, (href: string) => RequestInfo | URL>} */
const inputs = {
  text: (href) => href,
  URL: (href) => new URL(href),
  Request: (href) => new Request(href),
};

/**
 * From the import to a restored session, with the script's bytes at hand.
 *
 * @param {object} options
 */
export async function start(options) {
  await (await realFetch(`/bench/clients/${app.client}.js`)).arrayBuffer();
  const begun = performance.now();
  const { restore } = await client();
  send = await restore({ ...app, options });
  return performance.now() - begun;
}

export async function seed() {
  const { seed: put } = await client();
  await put(app);
  return [{ ...sessionStorage }, { ...localStorage }];
}

/** @param {string} flow */
export async function begin(flow) {
  (await client()).begin({ ...app, flow });
}

/** From the beginning of the page's load to a session. @param {string} flow */
export async function land(flow) {
  await (await client()).land({ ...app, flow });
  return performance.now();
}

/** Has every request answered at once, without a network. */
export function stub() {
  const response = new Response(null, { status: 204 });
  globalThis.fetch = () => Promise.resolve(response);
}

export function unstub() {
  globalThis.fetch = realFetch;
}

/**
 * Signed requests one after another; for each.
 *
 * @param {string} kind of the argument
 * @param {number} count
 */
export async function sequence(kind, count) {
  const href = new URL("/bench/echo", location.href).href;
  const make = inputs[kind] ?? String;
  const begun = performance.now();
  for (let at = 0; at < count; at++) await send(make(href));
  return (performance.now() - begun) / count;
}

/**
 * Signed requests at the same time, again and again until there were ten thousand; for each.
 *
 * @param {number} count of those at the same time
 */
export async function together(count) {
  const href = new URL("/bench/echo", location.href).href;
  const begun = performance.now();
  for (let sent = 0; sent < 10_000; sent += count)
    await Promise.all(Array.from({ length: count }, () => send(href)));
  return (performance.now() - begun) / 10_000;
}

/** @param {number} count */
export async function renew(count) {
  const { renew: once } = await client();
  for (let at = 0; at < count; at++) await once();
}

/** What the server says of the headers that it gets: that the request was signed is checked, not believed. */
export async function echo() {
  const response = await send(new URL("/bench/echo", location.href).href);
  return response.text();
}

// Sends our own requests by the page's `fetch`, which a test, a wrapper or a library may have replaced: what it gives need
// not be a `Response`. Here, whatever is wrong with it ends in a rejection, or in nothing.

/** The most bytes an answer may have. */
const MOST_BYTES = 256 * 1024;

/** @typedef {(input: unknown, init?: unknown) => Promise<Response>} Fetch */

/**
 * The one there was when the first client was made.
 *
 * @type {Fetch | undefined}
 */
let first;
let isCalling = false;

/** Remembers the page's `fetch`, at the first call. */
export function rememberFetch() {
  try {
    first ??= current();
  } catch {}
}

/**
 * The page's `fetch`, as it is at the time of the call: apps and their tools may replace it. One that was replaced by ours
 * would have us call ourselves, so a call that comes while we are calling it goes to the first.
 *
 * @param {Fetch | undefined} via the one to call in its place
 * @param {unknown} input
 * @param {unknown} init
 */
export function callFetch(via, input, init) {
  if (via) return via(input, init);
  const wasCalling = isCalling;
  isCalling = true;
  try {
    const fetch = wasCalling ? first : current();
    if (!fetch) throw new TypeError("This page has no fetch.");
    // Whatever it calls later is no call of ours.
    return fetch(input, init);
  } finally {
    isCalling = wasCalling;
  }
}

function current() {
  const { fetch } = /** @type {{ fetch?: Fetch }} */ (globalThis);
  return typeof fetch === "function" ? fetch : undefined;
}

/**
 * The status of an answer, its `Retry-After` in seconds and, if it is JSON of a sensible length, its body; nothing where what
 * came is no answer, or can't be read; `false` where it took too long, `null` where there is no `fetch`. Rejects where none
 * came.
 *
 * By the first `fetch`: a later one may be ours, and would have us wait for ourselves.
 *
 * @param {string} url
 * @param {string} options as JSON
 * @param {Uint8Array | undefined} body
 * @param {number} millis how long it may take, to its last byte
 */
export async function exchange(url, options, body, millis) {
  if (!first) return null;
  const end = controller();
  const time = limit(millis);
  try {
    const asked = ask(first, url, options, body, end?.signal);
    return await Promise.race([asked, time.over]);
  } finally {
    time.stop();
    try {
      end?.abort();
    } catch {}
  }
}

/**
 * A promise of `false` when a span is over. Without timers it is over at once, because every wait has to end.
 *
 * @param {number} millis
 */
function limit(millis) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const over = new Promise((resolve) => {
    try {
      timer = setTimeout(() => resolve(false), millis);
    } catch {
      resolve(false);
    }
  });
  const stop = () => {
    try {
      clearTimeout(timer);
    } catch {}
  };
  return { over, stop };
}

function controller() {
  try {
    return new AbortController();
  } catch {}
}

/**
 * @param {Fetch} fetch
 * @param {string} url
 * @param {string} options
 * @param {Uint8Array | undefined} body
 * @param {AbortSignal | undefined} signal
 */
async function ask(fetch, url, options, body, signal) {
  const bytes = body && new Uint8Array(body);
  let response, head, read;
  try {
    response = await fetch(url, {
      ...JSON.parse(options),
      body: bytes,
      signal,
    });
  } finally {
    // The browser has its own copy of the secrets in it from the call on. What stands in for it may need longer.
    bytes?.fill(0);
  }
  try {
    const { status, bodyUsed, headers, body } = response;
    if (bodyUsed || !Number.isInteger(status)) return;
    const reader = body?.getReader();
    read = reader?.read.bind(reader);
    head = [status, seconds(headers?.get("Retry-After"))];
  } catch {
    return;
  }
  return [...head, read && (await json(read))];
}

/**
 * For how many seconds the server wants to be left alone. Where it names a date instead, the browser knows which one.
 *
 * @param {string | null | undefined} text
 */
function seconds(text) {
  if (!text || /^\d+$/.test(text)) return text;
  const span = (Date.parse(text) - Date.now()) / 1000;
  return String(Math.max(Math.trunc(span), 0) || 0);
}

/** @param {() => Promise<ReadableStreamReadResult<Uint8Array>>} read */
async function json(read) {
  const decoder = new TextDecoder();
  let text = "";
  for (let length = 0; ;) {
    const { done, value } = (await read()) ?? {};
    if (done) break;
    // Of whichever realm: tests run in pages that are none.
    if (!ArrayBuffer.isView(value)) return;
    // A piece without bytes counts as well, or they could come for ever.
    length += value.byteLength || 1;
    if (length > MOST_BYTES) return;
    text += decoder.decode(value, { stream: true });
  }
  try {
    return JSON.parse(text + decoder.decode());
  } catch {}
}

// Sends our own requests by the page's `fetch`, which a test, a wrapper or a library may have replaced: what it gives need
// not be a `Response`. Here, whatever is wrong with it ends in a rejection, or in nothing.

/** The most bytes an answer may have. */
const MOST_BYTES = 256 * 1024;

/**
 * The status of an answer, its `Retry-After` and, if it is JSON of a sensible length, its body; nothing where what came is
 * no answer, or can't be read. Rejects where none came.
 *
 * @param {(url: string, init: object) => Promise<Response>} fetch
 * @param {string} url
 * @param {string} options as JSON
 * @param {Uint8Array | undefined} body
 * @param {AbortSignal} signal
 */
export async function exchange(fetch, url, options, body, signal) {
  const bytes = body && new Uint8Array(body);
  const asked = fetch(url, { ...JSON.parse(options), body: bytes, signal });
  // The browser has its own copy of the secrets in it by now.
  bytes?.fill(0);
  const response = await asked;
  let head, read;
  try {
    const { status, bodyUsed, headers, body } = response;
    if (bodyUsed || !Number.isInteger(status)) return;
    const reader = body?.getReader();
    read = reader?.read.bind(reader);
    head = [status, headers?.get("Retry-After")];
  } catch {
    return;
  }
  return [...head, read && (await json(read))];
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

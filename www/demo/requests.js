import { element, find } from "./page.js";

const MOST_ROWS = 50;

/**
 * A request that this page gives to the browser's `fetch`.
 *
 * @typedef {{ method: string, url: string, address: string, signed: boolean }} Sent
 */

/**
 * Lists every request that this page gives to the browser's `fetch`. Whether it is signed is read from the request itself,
 * and not from what the package is supposed to do.
 *
 * @param {string} server whose requests are shown without their origin
 * @param {(request: Sent) => (status: string) => void} onRequest also told of each one; what it gives is told how it ended
 */
export function watchRequests(server, onRequest) {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const asRequest = input instanceof Request ? input : undefined;
    const address = input instanceof Request ? input.url : input;
    // What is no request is the browser's to refuse.
    if (!URL.canParse(address, document.baseURI)) return fetch(input, init);
    const url = new URL(address, document.baseURI);
    const headers = new Headers(init?.headers ?? asRequest?.headers);
    const request = {
      method: (init?.method ?? asRequest?.method ?? "GET").toUpperCase(),
      url: url.href,
      address: url.origin === server ? url.pathname + url.search : url.href,
      signed: headers.has("Authorization") || headers.has("X-API-Key"),
    };
    const row = new Row(request);
    const end = onRequest(request);
    /** @param {string} status */
    const tell = (status) => {
      row.end(status);
      end(status);
    };
    try {
      const response = await fetch(input, init);
      tell(String(response.status));
      return response;
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      tell(name === "AbortError" ? "cancelled" : "no answer");
      throw error;
    }
  };
}

class Row {
  #began = performance.now();
  #status = element("span", { className: "status" }, "…");
  #took = element("span", { className: "soft" });
  #row;

  /** @param {Sent} request */
  constructor({ method, url, address, signed }) {
    this.#row = element(
      "li",
      {
        dataset: {
          testid: "request",
          signed: String(signed),
          method,
          url,
        },
      },
      element("span", { className: "address" }, `${method} `, address),
      element(
        "span",
        { className: "facts" },
        element("span", { className: "mark" }, signed ? "signed" : "unsigned"),
        this.#status,
        this.#took,
      ),
    );
    const log = find("request-log");
    log.prepend(this.#row);
    log.children.item(MOST_ROWS)?.remove();
  }

  /** @param {string} status */
  end(status) {
    const milliseconds = Math.round(performance.now() - this.#began);
    this.#row.dataset.status = status;
    this.#status.textContent = status;
    this.#took.textContent = `${milliseconds} ms`;
  }
}

// What ts-client is given in place of a `WebSocket`: it opens once there is a session, signed by that.

/** The parameters by which ts-client would sign it. */
const SIGNATURES = ["bearer_token", "api-key"];

const EVENTS = /** @type {const} */ (["open", "message", "error", "close"]);

/** As the platform numbers them. */
const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** The realtime API's socket, as a `WebSocket` that waits for its session. */
export class ControlSocket extends EventTarget {
  /** @type {((event: Event) => void) | null} */
  onopen = null;
  /** @type {((event: Event) => void) | null} */
  onmessage = null;
  /** @type {((event: Event) => void) | null} */
  onerror = null;
  /** @type {((event: Event) => void) | null} */
  onclose = null;

  readyState = CONNECTING;
  binaryType = "blob";
  bufferedAmount = 0;
  extensions = "";
  protocol = "";
  url;

  #isWaiting = true;
  /** @type {WebSocket | undefined} */
  #socket;

  /** @param {string | URL} address as ts-client signed it */
  constructor(address) {
    super();
    const url = new URL(address);
    for (const name of SIGNATURES) url.searchParams.delete(name);
    this.url = url.href;
    for (const type of EVENTS)
      this.addEventListener(type, (event) => this[`on${type}`]?.(event));
  }

  /** Whether nobody has begun to open it, or to close it. */
  get isWaiting() {
    return this.#isWaiting && this.readyState === CONNECTING;
  }

  /**
   * Opens it by way of a signed socket.
   *
   * @param {(url: string) => Promise<WebSocket>} connect
   */
  async open(connect) {
    this.#isWaiting = false;
    const socket = await connect(this.url).catch(() => undefined);
    if (this.readyState !== CONNECTING) return socket?.close();
    if (!socket) return this.end();
    this.#socket = socket;
    this.readyState = OPEN;
    socket.addEventListener("message", ({ data }) =>
      this.#emit(new MessageEvent("message", { data })),
    );
    socket.addEventListener("close", ({ code, reason }) =>
      this.end(code, reason),
    );
    this.#emit(new Event("open"));
  }

  /** @param {Parameters<WebSocket["send"]>[0]} data */
  send(data) {
    this.#socket?.send(data);
  }

  /** @param {number} [code] @param {string} [reason] */
  close(code, reason) {
    if (this.readyState >= CLOSING) return;
    this.readyState = CLOSING;
    if (this.#socket) this.#socket.close(code, reason);
    // An event that the caller could listen for only now.
    else queueMicrotask(() => this.end());
  }

  /**
   * Closes it, and tells ts-client, which then makes another. Told of an error, it would ask for the domain's settings first, and
   * load the page anew if it asked in vain for some minutes: so this is never one.
   */
  end(code = 1000, reason = "") {
    if (this.readyState === CLOSED) return;
    this.abandon();
    this.#emit(new CloseEvent("close", { code, reason, wasClean: true }));
  }

  /** Closes it without a word. */
  abandon() {
    this.readyState = CLOSED;
    this.#socket?.close();
  }

  /** @param {Event} event */
  #emit(event) {
    if (this.readyState !== CLOSED || event.type === "close")
      this.dispatchEvent(event);
  }
}

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;
const PING_MS = 15_000;

/**
 * What modules say, while they say it, over PlaceOS's realtime API. Connects again whenever the connection is lost, after
 * delays that grow.
 *
 * @typedef {{sys: string, mod: string, index: number, name: string}} Binding
 * @typedef {{name: "idle" | "connecting" | "live"}
 *   | {name: "lost", seconds: number}
 *   | {name: "unavailable", why?: string}} State
 */
export class Live {
  #connect;
  #onState;
  #onValue;
  #running = new AbortController();

  /**
   * @param {object} options
   * @param {() => Promise<WebSocket>} options.connect `auth.openWebSocket`
   * @param {(state: State) => void} options.onState
   * @param {(binding: Binding, value: unknown) => void} options.onValue
   */
  constructor({ connect, onState, onValue }) {
    this.#connect = connect;
    this.#onState = onState;
    this.#onValue = onValue;
  }

  /** @param {Binding[]} bindings */
  start(bindings) {
    this.stop();
    if (bindings.length === 0) return;
    this.#running = new AbortController();
    this.#run(bindings, this.#running.signal);
  }

  /** Leaves neither socket nor timer behind. */
  stop() {
    this.#running.abort();
    this.#onState({ name: "idle" });
  }

  /** @param {Binding[]} bindings @param {AbortSignal} signal */
  async #run(bindings, signal) {
    let delay = FIRST_DELAY_MS;
    while (!signal.aborted) {
      this.#onState({ name: "connecting" });
      try {
        const socket = await this.#connect();
        const opened = performance.now();
        await this.#talk(socket, bindings, signal);
        if (performance.now() - opened > LONGEST_DELAY_MS) {
          delay = FIRST_DELAY_MS;
        }
      } catch (error) {
        const { retryable, message } =
          /** @type {import("placeos-auth").AuthError} */ (error);
        if (!signal.aborted && !retryable) this.#giveUp(message);
      }
      if (signal.aborted) return;
      this.#onState({ name: "lost", seconds: delay / 1000 });
      await pause(delay, signal);
      delay = Math.min(delay * 2, LONGEST_DELAY_MS);
    }
  }

  /**
   * Until the connection ends, or is no longer wanted.
   *
   * @param {WebSocket} socket
   * @param {Binding[]} bindings
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  #talk(socket, bindings, signal) {
    return new Promise((resolve) => {
      let isHeard = true;
      let refused = 0;

      const end = () => {
        clearInterval(ping);
        signal.removeEventListener("abort", end);
        socket.onmessage = socket.onclose = null;
        socket.close();
        resolve();
      };
      // A line that is dead on the way gives no sign of it: only a ping without an answer does.
      const ping = setInterval(() => {
        if (!isHeard) return end();
        isHeard = false;
        socket.send("ping");
      }, PING_MS);

      socket.onmessage = ({ data }) => {
        isHeard = true;
        const message = parse(data);
        if (message?.type === "error" && ++refused === bindings.length) {
          return this.#giveUp();
        }
        if (!["success", "notify"].includes(message?.type)) return;
        this.#onState({ name: "live" });
        if (message.meta) this.#onValue(message.meta, message.value);
      };
      socket.onclose = end;
      signal.addEventListener("abort", end);
      if (signal.aborted || socket.readyState !== WebSocket.OPEN) return end();

      for (const [id, binding] of bindings.entries()) {
        socket.send(JSON.stringify({ id, cmd: "bind", ...binding }));
      }
    });
  }

  /** @param {string} [why] */
  #giveUp(why) {
    this.#running.abort();
    this.#onState({ name: "unavailable", why });
  }
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * What isn't JSON is a `pong`, or nothing of ours.
 *
 * @param {string} text
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

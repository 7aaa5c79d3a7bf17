import { TestEnvironment } from "jest-environment-jsdom";

/** What jsdom lacks of a page, as Node has it. */
const LACKING = /** @type {const} */ ([
  "fetch",
  "Headers",
  "Request",
  "Response",
  "TextDecoder",
  "TextEncoder",
]);

export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of LACKING) this.global[name] = globalThis[name];
  }
}

// `npm run bench`: see `tests/bench`, which needs npm packages that a clean machine has only by now.
import { build } from "./build.js";
import { ensureChromium } from "./tools.js";

await build();
const noChromium = await ensureChromium();
if (noChromium) throw new Error(noChromium);
await import("../tests/bench/index.js");

import assert from "node:assert/strict";
import {
  hold,
  listen,
  signedInByPassword,
  TOKEN_PATH,
} from "./support/grants.js";
import { suite } from "./support/suite.js";

const SYSTEMS = "/api/engine/v2/systems";

suite("While the token endpoint hangs", (claim) => {
  claim(
    "what can be sent again goes after two seconds with the token there is; the rest waits",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      await listen(page);
      const server = hold(visit, TOKEN_PATH);
      const seen = await page.evaluate(async (url) => {
        const begun = performance.now();
        void auth.renew().catch(() => {});
        const once = new Blob(["once"]).stream();
        let isSent = false;
        window.upload = auth
          .fetch(url, { method: "POST", body: once, duplex: "half" })
          .finally(() => {
            isSent = true;
          })
          .catch(({ name }) => name);
        const responses = await Promise.all([
          auth.fetch(url),
          auth.fetch(new Request(url)),
          auth.fetch(url, { method: "PUT", body: "again" }),
        ]);
        const statuses = responses.map(({ status }) => status);
        return { statuses, isSent, took: performance.now() - begun };
      }, SYSTEMS);
      assert.deepEqual(seen.statuses, [200, 200, 404]);
      assert.equal(seen.isSent, false);
      assert.ok(seen.took >= 1950 && seen.took < 8000, `${seen.took} ms`);
      server.release();
      await page.evaluate(() => upload);
    },
  );
});

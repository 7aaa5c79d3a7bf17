import assert from "node:assert/strict";
import {
  heard,
  listen,
  signedInForLong,
  stored,
  tokenPosts,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { keysOf } from "./support/visit.js";
import { nextElsewhere, sandboxHere } from "./support/worlds.js";

for (const kind of [sandboxHere, nextElsewhere]) {
  suite(
    `An API that answers 511, ${kind.name}`,
    (claim) => {
      claim(
        "ends the session, once, unasked of the token endpoint, and the app gets its answer",
        async (visit) => {
          const { page } = await signedInForLong(visit);
          await listen(page);
          visit.world.sandbox.signInAgain = true;
          const seen = await page.evaluate(async (server) => {
            const api = `${server}/api/engine/v2/systems`;
            const responses = await Promise.all([
              auth.fetch(api),
              auth.fetch(api, { method: "POST", body: "x" }),
            ]);
            return {
              statuses: responses.map(({ status }) => status),
              said: (await responses[0].json()).error,
              session: auth.session,
              codes: [
                (await settled(auth.fetch(api))).error?.code,
                (await settled(auth.token())).error?.code,
                (await settled(auth.renew())).error?.code,
              ],
            };
          }, visit.world.server);
          assert.deepEqual(seen, {
            statuses: [511, 511],
            said: "sign in again",
            session: null,
            codes: Array(3).fill("login_required"),
          });
          const types = (await heard(page)).map(([type]) => type);
          assert.deepEqual(types, ["expired"]);
          assert.equal(tokenPosts(visit).length, 1, "the sign-in's");
          assert.equal(await stored(page), undefined);
          assert.deepEqual(await keysOf(page), []);
        },
      );
    },
    { kind },
  );
}

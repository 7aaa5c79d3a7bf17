import assert from "node:assert/strict";
import {
  answerAt,
  assertHidden,
  AUTHORIZE_PATH,
  authorizations,
  heard,
  hold,
  statusOf,
  stored,
  tokenPosts,
  until,
} from "./support/grants.js";
import {
  FRAMED,
  framesIn,
  openFramed,
  signedInAtServer,
} from "./support/frames.js";
import { renew, sessionOf, tell } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, keysOf, leave, ready, typePassword } from "./support/visit.js";
import {
  doorkeeperElsewhere,
  everywhere,
  nextElsewhere,
  nextHere,
  sandboxHere,
} from "./support/worlds.js";

/** The flows to try in a world. By code once for each server is enough, because the frame is the same on either origin. */
function flowsOf(kind) {
  if (kind.isNewest) return ["code"];
  const hasCode = [sandboxHere, doorkeeperElsewhere].includes(kind);
  return hasCode ? ["implicit", "code"] : ["implicit"];
}

for (const kind of everywhere) {
  suite(
    `Renewing in a hidden frame, ${kind.name}`,
    (claim) => {
      for (const flow of flowsOf(kind)) {
        claim(
          `goes on while the user is signed in to the server, by the ${flow} flow without a refresh token`,
          async (visit) => {
            const { page, session } = await signedInAtServer(visit, { flow });
            assert.equal(session.canRenew, true);
            const texts = [await stored(page)];
            assert.equal(texts[0].refresh_token, undefined);
            const keys = await keysOf(page);
            const before = authorizations(visit).length;
            const address = page.url();
            const begun = Date.now();
            for (let round = 0; round < 3; round++) {
              const { value, error } = await renew(page);
              assert.equal(error, undefined, JSON.stringify(error));
              assert.equal(value.flow, flow);
              assert.equal(value.canRenew, true);
              texts.push(await stored(page));
              assert.equal(await statusOf(visit, page), 200);
              assert.equal(await framesIn(page), 0);
            }
            const tokens = texts.map((text) => text.access_token);
            assert.equal(new Set(tokens).size, 4);
            assert.equal(authorizations(visit).length - before, 3);
            assert.deepEqual(await heard(page), Array(3).fill(["renewed"]));
            assert.equal(page.url(), address);
            assert.deepEqual(await keysOf(page), keys);
            const isAnswer = (url) => url.includes("#");
            await assertHidden(visit, page, tokens, { but: isAnswer });
            tell(`hidden frame, ${flow} flow, ${kind.name}`, {
              tabs: 1,
              calls: 3,
              renewals: 3,
              twice: 0,
              lost: 0,
              "ms each": Math.round((Date.now() - begun) / 3),
            });
          },
        );
      }

      claim(
        "that meets the login page is `login_required` at once, and the session goes on",
        async (visit) => {
          const { page } = await signedInAtServer(visit);
          const before = await stored(page);
          await visit.context.clearCookies();
          const begun = Date.now();
          const { error } = await renew(page);
          const took = Date.now() - begun;
          assert.equal(error?.code, "login_required");
          // A page of another origin can't be told from one that hops on.
          const isOwn = visit.world.server === visit.world.app;
          assert.ok(took < (isOwn ? 2000 : 6000), `${took} ms`);
          assert.equal(await framesIn(page), 0);
          const session = await sessionOf(page);
          assert.equal(session.canRenew, false);
          assert.deepEqual(await stored(page), before);
          assert.equal(await statusOf(visit, page), 200);
          const failed = [["renewal-failed", "login_required"]];
          assert.deepEqual(await heard(page), failed);

          const asked = authorizations(visit).length;
          const again = await renew(page);
          assert.equal(again.error?.code, "login_required");
          assert.equal(
            authorizations(visit).length,
            asked,
            "it isn't tried again",
          );
        },
      );
    },
    { kind },
  );
}

for (const kind of [sandboxHere, nextHere])
  suite(
    `A session that is renewed in a hidden frame, ${kind.name}`,
    (claim) => {
      claim("is so unasked, before its end, again and again", async (visit) => {
        visit.world.sandbox.tokenLifetime = 3;
        const { page } = await signedInAtServer(visit);
        const statuses = await page.evaluate(async () => {
          const statuses = [];
          const enough = () => heard.length >= 2;
          for (const end = Date.now() + 9000; Date.now() < end && !enough();) {
            const { status } = await auth.fetch("/api/engine/v2/systems");
            statuses.push(status);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          return statuses;
        });
        assert.ok(statuses.every((status) => status === 200));
        const events = await heard(page);
        assert.ok(events.length >= 2, `${events.length} renewals`);
        assert.deepEqual([...new Set(events.flat())], ["renewed"]);
        tell("hidden frame, unasked", {
          tabs: 1,
          calls: statuses.length,
          renewals: events.length,
          twice: 0,
          lost: statuses.filter((status) => status !== 200).length,
        });
      });
    },
    { kind },
  );

suite("A session that is renewed in a hidden frame", (claim) => {
  claim(
    "and no longer signed in to the server ends with its token, once",
    async (visit) => {
      visit.world.sandbox.tokenLifetime = 5;
      const { page } = await signedInAtServer(visit);
      await visit.context.clearCookies();
      const { expiresAt } = await sessionOf(page);
      assert.equal((await renew(page)).error?.code, "login_required");
      assert.equal(await statusOf(visit, page), 200);
      await until(async () => (await heard(page)).length > 1, "it is over");
      assert.ok(Date.now() > expiresAt - 1000, "not before its end");
      await page.waitForTimeout(1500);
      assert.deepEqual(await heard(page), [
        ["renewal-failed", "login_required"],
        ["expired"],
      ]);
      assert.equal(await sessionOf(page), null);
      assert.deepEqual(await keysOf(page), []);
    },
  );

  claim(
    "is asked for by one frame, however many ask, in two tabs",
    async (visit) => {
      const { page, options } = await signedInAtServer(visit, {
        storage: "local",
      });
      const other = await openFramed(visit);
      await other.evaluate((given) => window.create(given), options);
      const server = hold(visit, AUTHORIZE_PATH);
      const before = authorizations(visit).length;
      const renewing = [page, other, page].map(renew);
      await server.arrived;
      await page.waitForTimeout(500);
      assert.equal((await framesIn(page)) + (await framesIn(other)), 1);
      server.release();
      for (const { error } of await Promise.all(renewing)) {
        assert.equal(error, undefined);
      }
      assert.equal(authorizations(visit).length - before, 1);
      assert.deepEqual(await stored(page), await stored(other));
    },
  );

  claim(
    "is signed out in the middle of it, and the frame goes at once",
    async (visit) => {
      const { page } = await signedInAtServer(visit);
      const server = hold(visit, AUTHORIZE_PATH);
      const renewing = renew(page);
      await server.arrived;
      await page.evaluate(() => auth.logout({ local: true }));
      assert.equal((await renewing).error?.code, "login_required");
      assert.deepEqual(await heard(page), [["signed-out"]]);
      const isOver = async () => (await framesIn(page)) === 0;
      await until(isOver, "the frame is gone");
      server.release();
      await page.waitForTimeout(500);
      assert.equal(await sessionOf(page), null);
      assert.deepEqual(await keysOf(page), []);
    },
  );

  claim("works while its page is left, or not at all", async (visit) => {
    const { page, options } = await signedInAtServer(visit);
    const server = hold(visit, AUTHORIZE_PATH);
    void renew(page).catch(() => {});
    await server.arrived;
    await page.reload();
    server.release();
    await ready(page);
    await page.evaluate((given) => window.create(given), options);
    assert.ok(await sessionOf(page));
    assert.equal((await renew(page)).error, undefined);
  });
});

for (const kind of [nextHere, nextElsewhere]) {
  suite(
    `A hidden frame that meets a question for consent, ${kind.name}`,
    (claim) => {
      claim("is `login_required`, for nobody can frame it", async (visit) => {
        const { page } = await signedInAtServer(visit);
        const before = await stored(page);
        visit.world.sandbox.consent = true;
        const { error } = await renew(page);
        assert.equal(error?.code, "login_required");
        assert.equal(await framesIn(page), 0);
        assert.deepEqual(await stored(page), before);
        assert.equal(await statusOf(visit, page), 200);
      });
    },
    { kind },
  );
}

suite("An app that is loaded inside the hidden frame", (claim) => {
  claim("is inert", async (visit) => {
    const { page } = await signedInAtServer(visit);
    const text = await stored(page);
    const keys = await keysOf(page);
    // As slow as frames are at times: the app in it has come to its end.
    const seen = await page.evaluate(async (path) => {
      const frame = document.createElement("iframe");
      frame.dataset.placeosAuth = "";
      frame.hidden = true;
      const state = `placeos-auth.${"0".repeat(64)}`;
      frame.src = `${path}#access_token=a-token-that-must-not-leak&token_type=Bearer&state=${state}`;
      document.documentElement.append(frame);
      while (!window.inside) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { href } = frame.contentWindow.location;
      frame.remove();
      return { inside: window.inside, hash: new URL(href).hash.length };
    }, FRAMED);
    assert.equal(seen.inside.length, 1);
    assert.equal(seen.inside[0].code, "unsupported_environment");
    assert.match(seen.inside[0].message, /hidden frame/);
    assert.ok(seen.hash > 60, "the answer is left for its reader");
    assert.deepEqual(await stored(page), text);
    assert.deepEqual(await keysOf(page), keys);
    assert.deepEqual(await heard(page), []);
    assert.equal(tokenPosts(visit).length, 0);
  });

  claim("does not disturb the renewal it is there for", async (visit) => {
    const { page } = await signedInAtServer(visit);
    // The page around is busy, so that the app inside has time.
    const busy = answerAt(visit, AUTHORIZE_PATH, (_req, _res, next) => {
      void page.evaluate(() => {
        for (const end = Date.now() + 300; Date.now() < end;);
      });
      next();
    });
    assert.equal((await renew(page)).error, undefined);
    busy();
    await page.waitForTimeout(200);
    for (const { code } of await page.evaluate(() => window.inside ?? [])) {
      assert.equal(code, "unsupported_environment");
    }
    assert.deepEqual(await heard(page), [["renewed"]]);
  });

  claim("leaves the answer alone as the callback page, too", async (visit) => {
    const options = {
      ...visit.world.options,
      redirectUri: `${visit.world.app}/app/oauth-resp.html`,
    };
    const page = await openFramed(visit);
    await create(page, options);
    await leave(page);
    await typePassword(page);
    await page.waitForURL(visit.world.app + FRAMED);
    await ready(page);
    assert.ok((await create(page, options)).session);
    // By the time it is looked at, it has done all that it would.
    const { error } = await page.evaluate(async () => {
      const { setTimeout } = window;
      const slow = (call, ms) => setTimeout(call, ms === 50 ? 2000 : ms);
      Object.assign(window, { setTimeout: slow });
      const renewed = await settled(auth.renew());
      Object.assign(window, { setTimeout });
      return renewed;
    });
    assert.equal(error, undefined);
    assert.equal(await framesIn(page), 0);
  });
});

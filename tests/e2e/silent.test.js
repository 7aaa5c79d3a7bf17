import assert from "node:assert/strict";
import {
  answerAt,
  assertHidden,
  AUTHORITY_PATH,
  AUTHORIZE_PATH,
  authorizations,
  byCode,
  heard,
  hold,
  listen,
  statusOf,
  stored,
} from "./support/grants.js";
import { framesIn, openFramed } from "./support/frames.js";
import { suite } from "./support/suite.js";
import { create, ready, typePassword } from "./support/visit.js";
import { everywhere } from "./support/worlds.js";

const silently = (page, more) =>
  page.evaluate(
    (given) => settled(auth.login({ mode: "silent", ...given })),
    more,
  );

/** A page without a session, in a browser whose user is signed in to the server. */
async function knownAtServer(visit, options) {
  const page = await openFramed(visit);
  await Promise.all([
    visit.signInUntilAnswered(page, options),
    typePassword(page),
  ]);
  await create(page, options);
  await page.evaluate(() => auth.close());
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await ready(page);
  const { session } = await create(page, options);
  assert.equal(session, null);
  visit.requests.length = 0;
  await listen(page);
  return page;
}

for (const kind of everywhere) {
  suite(
    `A silent sign-in, ${kind.name}`,
    (claim) => {
      claim(
        "gives a session where the server knows the user, and shows nothing",
        async (visit) => {
          const { options } = visit.world;
          const page = await knownAtServer(visit, options);
          const address = page.url();
          const { value: session, error } = await silently(page);
          assert.equal(error, undefined, JSON.stringify(error));
          assert.equal(session.flow, kind.isNewest ? "code" : "implicit");
          assert.deepEqual(await heard(page), [["signed-in"]]);
          assert.equal(await statusOf(visit, page), 200);
          assert.equal(page.url(), address);
          assert.equal(await framesIn(page), 0);
          assert.equal(authorizations(visit).length, 1);
          const { access_token } = await stored(page);
          await assertHidden(visit, page, [access_token], {
            but: (url) => url.includes("access_token="),
          });
        },
      );

      claim(
        "is login_required where the server wants the user",
        async (visit) => {
          const page = await openFramed(visit);
          await create(page, visit.world.options);
          await listen(page);
          const { error } = await silently(page);
          assert.equal(error?.code, "login_required");
          assert.equal(error.retryable, false);
          assert.equal(await framesIn(page), 0);
          assert.deepEqual(await heard(page), []);
          const { server, app } = visit.world;
          // On the app's own origin the server says so beforehand.
          const asked = authorizations(visit).length > 0;
          assert.equal(asked, server !== app);
        },
      );
    },
    { kind },
  );
}

suite("A silent sign-in", (claim) => {
  claim("is one, however often it is asked for", async (visit) => {
    const page = await knownAtServer(visit);
    const sessions = await page.evaluate(() => {
      const mode = "silent";
      return Promise.all([1, 2, 3].map(() => auth.login({ mode })));
    });
    assert.equal(new Set(sessions.map(({ expiresAt }) => expiresAt)).size, 1);
    assert.equal(authorizations(visit).length, 1);
  });

  claim("asks the server anew whether it knows the user", async (visit) => {
    const page = await openFramed(visit);
    await create(page);
    await page.evaluate(() => auth.authority());
    assert.equal((await silently(page)).error.code, "login_required");
    const other = await openFramed(visit);
    await Promise.all([visit.signInUntilAnswered(other), typePassword(other)]);
    const { value } = await silently(page);
    assert.equal(value?.flow, "implicit");
  });

  claim("is retryable while the server is in trouble", async (visit) => {
    const page = await openFramed(visit);
    await create(page);
    const end = answerAt(visit, AUTHORITY_PATH, (_req, res) =>
      res.status(503).end(),
    );
    const { error } = await silently(page);
    assert.deepEqual(
      [error.code, error.retryable],
      ["temporarily_unavailable", true],
    );
    end();
    await visit.context.setOffline(true);
    assert.equal((await silently(page)).error.code, "network");
    assert.deepEqual(authorizations(visit), []);
  });

  claim("goes by the frame where the domain says nothing", async (visit) => {
    const page = await knownAtServer(visit);
    answerAt(visit, AUTHORITY_PATH, (_req, res) => res.status(404).end());
    const { value } = await silently(page);
    assert.equal(value?.flow, "implicit");
  });

  claim("that fails leaves the session there is", async (visit) => {
    const options = byCode(visit);
    const page = await knownAtServer(visit, options);
    const { value: session } = await silently(page);
    assert.equal(session.flow, "code");
    await visit.context.clearCookies();
    const { error } = await silently(page);
    assert.equal(error.code, "login_required");
    assert.deepEqual(await page.evaluate(() => auth.session), session);
    assert.equal(await statusOf(visit, page), 200);
  });

  claim("ends with a sign-out, and gives no session", async (visit) => {
    const page = await knownAtServer(visit);
    const held = hold(visit, AUTHORITY_PATH);
    await page.evaluate(() => {
      window.waits = settled(auth.login({ mode: "silent" }));
    });
    await held.arrived;
    await page.evaluate(() => auth.logout({ local: true }));
    held.release();
    const { error } = /** @type {{ error: { code: string } }} */ (
      await page.evaluate(() => window.waits)
    );
    assert.equal(error.code, "login_required");
    assert.equal(await page.evaluate(() => auth.session), null);
    assert.equal(await framesIn(page), 0);
  });

  claim("takes no later sign-in's place", async (visit) => {
    const page = await knownAtServer(visit);
    const held = hold(visit, AUTHORIZE_PATH);
    await page.evaluate(() => {
      window.out = settled(auth.login({ mode: "silent" }));
    });
    await held.arrived;
    await page.evaluate(() => auth.adopt({ accessToken: "another" }));
    held.release();
    const { error } = await page.evaluate(() => window.out);
    assert.equal(error?.code, "login_required");
    assert.match(error.message, /a later sign-in has begun a session/);
    const session = await page.evaluate(() => auth.session);
    assert.equal(session?.flow, "adopted");
    assert.equal(await framesIn(page), 0);
  });

  claim("takes no options of a sign-in that leaves", async (visit) => {
    const page = await openFramed(visit);
    await create(page);
    for (const [given, named] of [
      [{ returnTo: "/app/" }, "returnTo"],
      [{ appState: 1 }, "appState"],
      [{ scope: "a  b" }, "scope"],
      [{ mode: "quiet" }, "mode"],
      [{ mode: 1 }, "mode"],
    ]) {
      const { error } = await silently(page, given);
      assert.equal(error?.code, "configuration", String(named));
      assert.match(error.message, new RegExp(`\`${named}\``));
    }
  });
});

import assert from "node:assert/strict";
import { clientIdOf } from "../servers/sandbox/apps.js";
import {
  BARE,
  CREDENTIALS,
  heard,
  listen,
  post,
  postsTo,
  renewals,
  REVOKE_PATH,
  statusOf,
  statusWith,
  stored,
  TOKEN_PATH,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";
import { sandboxElsewhere, sandboxHere } from "./support/worlds.js";

const adopt = (page, given) =>
  page.evaluate((tokens) => settled(auth.adopt(tokens)), given);

/** Tokens that something else than this client has got, for the same app. */
async function tokensOf(visit) {
  const response = await post(visit, TOKEN_PATH, {
    grant_type: "password",
    client_id: clientIdOf(visit.world.app + BARE),
    scope: "public",
    ...CREDENTIALS,
  });
  const { access_token, refresh_token, expires_in } = await response.json();
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresIn: expires_in,
  };
}

for (const kind of [sandboxHere, sandboxElsewhere]) {
  suite(
    `A token that the app has, ${kind.name}`,
    (claim) => {
      claim("is a session, which renews and is kept", async (visit) => {
        const { options } = visit.world;
        const tokens = await tokensOf(visit);
        const page = await visit.open();
        await create(page, options);
        await listen(page);
        const { value: session } = await adopt(page, tokens);
        const { expiresAt, ...others } = session;
        assert.deepEqual(others, {
          flow: "adopted",
          tokenType: "Bearer",
          scope: "public",
          canRenew: true,
        });
        assert.ok(Math.abs(expiresAt - Date.now() - 7200_000) < 60_000);
        assert.deepEqual(await heard(page), [["signed-in"]]);
        assert.equal(await statusOf(visit, page), 200);
        await page.evaluate(() => auth.renew());
        assert.equal(renewals(visit).length, 1);
        await page.reload();
        await ready(page);
        const again = await create(page, options);
        assert.equal(again.session.flow, "adopted");
        assert.equal(await statusOf(visit, page), 200);
      });

      claim("is revoked by signing out", async (visit) => {
        const tokens = await tokensOf(visit);
        const page = await visit.open();
        await create(page, visit.world.options);
        await adopt(page, tokens);
        await page.evaluate(() => auth.logout({ local: true }));
        assert.equal(postsTo(visit, REVOKE_PATH).length, 2);
        assert.equal(await statusWith(visit, tokens.accessToken), 401);
      });
    },
    { kind },
  );
}

suite("A token alone", (claim) => {
  claim("is a session without an end that is known", async (visit) => {
    const { accessToken } = await tokensOf(visit);
    const page = await visit.open();
    await create(page);
    const { value } = await adopt(page, { accessToken, scope: "public admin" });
    assert.deepEqual(value, {
      flow: "adopted",
      tokenType: "Bearer",
      scope: "public admin",
      expiresAt: null,
      canRenew: false,
    });
    assert.equal(await statusOf(visit, page), 200);
  });

  claim("ends when it is over, and no frame is tried", async (visit) => {
    const { accessToken } = await tokensOf(visit);
    const page = await visit.open();
    await create(page);
    await listen(page);
    await adopt(page, { accessToken, expiresIn: 1.5 });
    await page.waitForFunction(() => auth.session === null);
    assert.deepEqual(await heard(page), [["signed-in"], ["expired"]]);
    assert.equal(await stored(page), undefined);
    const frames = visit.requests.filter(({ url }) =>
      url.includes("authorize"),
    );
    assert.deepEqual(frames, []);
  });

  claim("in the address bar is nobody's session", async (visit) => {
    const { accessToken } = await tokensOf(visit);
    visit.secrets = [];
    for (const where of ["?access_token=", "?token=", "#access_token="]) {
      const page = await visit.open(`${BARE}${where}${accessToken}`);
      const { session, redirect } = await create(page);
      assert.equal(session, null);
      assert.equal(redirect.status, "none");
    }
  });
});

suite("What `adopt` is given", (claim) => {
  claim(
    "is refused by name where it can't be a token, and a session there was stays",
    async (visit) => {
      const page = await visit.open();
      await create(page);
      const tokens = await tokensOf(visit);
      const { value: session } = await adopt(page, tokens);
      const accessToken = "a-token";
      /** @type {[unknown, string][]} */
      const wrong = [
        [undefined, "accessToken"],
        [{}, "accessToken"],
        [{ accessToken: "" }, "accessToken"],
        [{ accessToken: "Bearer x" }, "accessToken"],
        [{ accessToken: "tökén" }, "accessToken"],
        [{ accessToken: "x".repeat(17_000) }, "accessToken"],
        [{ accessToken: 1 }, "accessToken"],
        [{ accessToken, refreshToken: "a\nb" }, "refreshToken"],
        [{ accessToken, refreshToken: null }, "refreshToken"],
        [{ accessToken, expiresIn: "7200" }, "expiresIn"],
        [{ accessToken, expiresIn: Number.NaN }, "expiresIn"],
        [{ accessToken, expiresIn: -1 }, "expiresIn"],
        [{ accessToken, expiresIn: 0 }, "expiresIn"],
        [{ accessToken, scope: "a  b" }, "scope"],
        [{ accessToken, access_token: "x" }, "access_token"],
        ["a-token", "options"],
      ];
      for (const [given, named] of wrong) {
        const { error } = await adopt(page, given);
        assert.equal(error?.code, "configuration", JSON.stringify(given));
        assert.match(error.message, new RegExp(`\`${named}\``));
      }
      assert.deepEqual(await page.evaluate(() => auth.session), session);
    },
  );

  claim("may last for as long as there is a date for", async (visit) => {
    const page = await visit.open();
    await create(page);
    const accessToken = "a-token-for-ever";
    visit.secrets.push(accessToken);
    for (const expiresIn of [1e300, Number.POSITIVE_INFINITY]) {
      const { value } = await adopt(page, { accessToken, expiresIn });
      assert.equal(value.expiresAt, 8.64e15);
    }
  });
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { account, systems } from "../servers/building.js";
import {
  answered,
  assertHidden,
  authorizations,
  BARE,
  byCode,
  signedInByCode,
  stored,
  tokenPosts,
} from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create, historyOf, ready, typePassword } from "./support/visit.js";
import { everywhere } from "./support/worlds.js";

const NAMES = systems.map(({ display_name }) => display_name);
const DIGEST = { md5: "hex", sha256: "base64url" };

const digest = (kind, text) =>
  createHash(kind).update(text).digest(DIGEST[kind]);

const namesOf = (visit, page) =>
  page.evaluate(async (server) => {
    const response = await auth.fetch(`${server}/api/engine/v2/systems`);
    return (await response.json()).map(({ display_name }) => display_name);
  }, visit.world.server);

for (const kind of everywhere) {
  suite(
    `Signing in by code, ${kind.name}`,
    (claim) => {
      claim(
        "a person types a password, and the app has a session that can be renewed, after a reload, too",
        async (visit) => {
          const { page, options, session, redirect } =
            await signedInByCode(visit);
          const inTwoHours = Date.now() + 7200_000;
          const { expiresAt, ...others } = session;
          assert.deepEqual(others, {
            flow: "code",
            tokenType: "Bearer",
            scope: "public",
            canRenew: true,
          });
          assert.ok(Math.abs(expiresAt - inTwoHours) < 60_000);
          assert.deepEqual(redirect, {
            status: "signed-in",
            returnTo: visit.world.app + BARE,
            appState: undefined,
          });
          assert.deepEqual(await namesOf(visit, page), NAMES);

          await page.reload();
          await ready(page);
          assert.deepEqual(await create(page, options), {
            session,
            redirect: { status: "none" },
          });
          assert.deepEqual(await namesOf(visit, page), NAMES, "and again");
          assert.equal(tokenPosts(visit).length, 1);
        },
      );

      claim(
        "the code is exchanged with a challenge's verifier, in a form's body, and nothing secret is to be seen, nor by going back",
        async (visit) => {
          const { page } = await signedInByCode(visit);
          const redirectUri = visit.world.app + BARE;
          const clientId = digest("md5", redirectUri);
          const [{ url, form, headers }, ...more] = tokenPosts(visit);
          assert.deepEqual(more, []);
          assert.equal(url, `${visit.world.server}/auth/oauth/token`);
          assert.equal(
            headers["content-type"],
            "application/x-www-form-urlencoded",
          );
          assert.equal(headers.authorization, undefined);
          const { code, code_verifier, ...plain } = form;
          assert.deepEqual(plain, {
            grant_type: "authorization_code",
            client_id: clientId,
            redirect_uri: redirectUri,
          });
          assert.match(code, /^[\w.-]{20,}$/);
          assert.match(code_verifier, /^[\w-]{43,128}$/);
          for (const { state, ...question } of authorizations(visit)) {
            assert.deepEqual(question, {
              response_type: "code",
              client_id: clientId,
              redirect_uri: redirectUri,
              scope: "public",
              code_challenge: digest("sha256", code_verifier),
              code_challenge_method: "S256",
            });
            assert.match(state, /^placeos-auth\.[0-9a-f]{64}$/);
          }
          assert.equal(page.url(), redirectUri);

          await namesOf(visit, page);
          const { access_token, refresh_token } = await stored(page);
          // The one address with the code in it is the server's answer, which is how a code comes.
          const answer = `${redirectUri}?code=${code}&`;
          await assertHidden(visit, page, [code], {
            but: (url) => url.startsWith(answer),
          });
          const { password } = account;
          const secrets = [
            code_verifier,
            access_token,
            refresh_token,
            password,
          ];
          await assertHidden(visit, page, secrets);
          while (page.url() !== "about:blank") {
            await page.goBack();
            assert.doesNotMatch(page.url(), /code=/);
          }
        },
      );
    },
    { kind },
  );
}

suite("Signing in by code", (claim) => {
  claim("has a verifier of its own each time", async (visit) => {
    const { page, options } = await signedInByCode(visit);
    await visit.signInUntilAnswered(page, options);
    assert.ok((await create(page, options)).session);
    const forms = tokenPosts(visit).map(({ form }) => form);
    assert.equal(forms.length, 2);
    assert.notEqual(forms[0].code_verifier, forms[1].code_verifier);
    assert.notEqual(forms[0].code, forms[1].code);
  });
});

suite("A page that comes back with a code", (claim) => {
  claim(
    "keeps it from the token endpoint's Referer, whatever the app's policy",
    async (visit) => {
      const page = await visit.open();
      const options = byCode(visit);
      await answered(visit, page, options);
      await page.evaluate(() => {
        const policy = document.createElement("meta");
        Object.assign(policy, { name: "referrer", content: "unsafe-url" });
        document.head.append(policy);
      });
      assert.ok((await create(page, options)).session);
      await namesOf(visit, page);
      const { requests } = visit.world.sandbox;
      const [exchange, call] = ["/auth/oauth/token", "/api/"].map((path) =>
        requests.find(({ url }) => url.startsWith(path)),
      );
      assert.equal(exchange.headers.referer, undefined);
      assert.equal(call.headers.referer, visit.world.app + BARE);
    },
  );

  claim(
    "has no code in its address by the time the exchange begins",
    async (visit) => {
      const page = await visit.open();
      const options = byCode(visit);
      await answered(visit, page, options);
      assert.match(page.url(), /[?&]code=/);
      let address;
      await page.route("**/auth/oauth/token", async (route) => {
        address = await page.evaluate(() => location.href);
        await route.continue();
      });
      await create(page, options);
      assert.equal(address, visit.world.app + BARE);
      const entries = await historyOf(page);
      assert.ok(!entries.some((entry) => /code=/.test(entry)));
    },
  );

  claim(
    "asks for the scope that the sign-in named, and the server's is the session's",
    async (visit) => {
      const { page, session } = await signedInByCode(visit, {
        login: { scope: "public admin" },
      });
      assert.equal(session.scope, "public admin");
      const [{ scope }] = authorizations(visit);
      assert.equal(scope, "public admin");
      const [{ form }] = tokenPosts(visit);
      assert.equal(form.scope, undefined);
      assert.equal((await stored(page)).scope, "public admin");
    },
  );

  claim("has it exchanged where the app says", async (visit) => {
    const token = `${visit.world.server}/auth/token`;
    const { session } = await signedInByCode(visit, {
      options: { endpoints: { token } },
    });
    assert.ok(session);
    assert.equal(tokenPosts(visit).length, 0);
  });
});

suite("Signing in by code, wherever the session is kept", (claim) => {
  for (const storage of ["session", "local", "memory"]) {
    claim(`gives one with "${storage}"`, async (visit) => {
      const options = byCode(visit, { storage });
      const page = await visit.open();
      await answered(visit, page, options);
      const { session } = await create(page, options);
      assert.equal(session.canRenew, true);
      assert.equal(Boolean(await stored(page)), storage !== "memory");
      await page.reload();
      await ready(page);
      const again = await create(page, options);
      assert.equal(Boolean(again.session), storage !== "memory");
    });
  }

  claim("is done twice at the login page without harm", async (visit) => {
    const page = await visit.open();
    const options = byCode(visit);
    await create(page, options);
    await page.evaluate(() => void auth.login());
    await page.getByLabel("Password").waitFor();
    await page.goBack();
    await ready(page);
    await create(page, options);
    await page.evaluate(() => void auth.login());
    await typePassword(page);
    await page.waitForURL(/[?&]code=/);
    await ready(page);
    assert.ok((await create(page, options)).session);
  });
});

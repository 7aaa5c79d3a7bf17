import assert from "node:assert/strict";
import { account } from "../servers/building.js";
import {
  answerAt,
  assertHidden,
  BARE,
  CREDENTIALS,
  heard,
  holdAnswers,
  listen,
  signedInByPassword,
  statusOf,
  statusWith,
  stored,
  TOKEN_PATH,
  tokenPosts,
  until,
} from "./support/grants.js";
import { duplicate } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready } from "./support/visit.js";
import {
  doorkeeperElsewhere,
  doorkeeperHere,
  sandboxElsewhere,
  sandboxHere,
} from "./support/worlds.js";

const WRONG = "a-wrong-password-that-must-not-leak";

/** What comes of `loginWithPassword`: `{ value }` or `{ error }`, the error with all that it holds as `text`. */
const attempt = (page, credentials) =>
  page.evaluate(async (given) => {
    try {
      return { value: await auth.loginWithPassword(given) };
    } catch (error) {
      const names = Object.getOwnPropertyNames(error);
      const text = names.map((name) => String(error[name])).join("\n");
      return { error: { ...plainError(error), text } };
    }
  }, credentials);

for (const kind of [
  sandboxHere,
  sandboxElsewhere,
  doorkeeperHere,
  doorkeeperElsewhere,
]) {
  suite(
    `Signing in with a password, ${kind.name}`,
    (claim) => {
      claim(
        "gives a session that can be renewed, without leaving the page",
        async (visit) => {
          const { options } = visit.world;
          const page = await visit.open(`${BARE}#/plan`);
          await create(page, options);
          await listen(page);
          const { value: session, error } = await attempt(page, CREDENTIALS);
          assert.equal(error, undefined);
          const { expiresAt, ...others } = session;
          assert.deepEqual(others, {
            flow: "password",
            tokenType: "Bearer",
            scope: "public",
            canRenew: true,
          });
          assert.ok(Math.abs(expiresAt - Date.now() - 7200_000) < 60_000);
          assert.deepEqual(await heard(page), [["signed-in"]]);
          const seen = await page.evaluate(async (server) => {
            const api = `${server}/api/engine/v2/users/current`;
            const { status } = await auth.fetch(api);
            return { status, ...plain(auth) };
          }, visit.world.server);
          assert.deepEqual(seen, {
            status: 200,
            session,
            redirect: { status: "none" },
          });
          assert.equal(page.url(), `${visit.world.app}${BARE}#/plan`);
          const documents = visit.requests.filter(({ url }) =>
            url.includes(BARE),
          );
          assert.equal(documents.length, 1);

          await page.reload();
          await ready(page);
          assert.deepEqual((await create(page, options)).session, session);
        },
      );

      claim(
        "posts it in the body of one form, and nowhere else",
        async (visit) => {
          const { page } = await signedInByPassword(visit);
          const [{ url, form, headers }, ...more] = tokenPosts(visit);
          assert.deepEqual(more, []);
          assert.equal(url, visit.world.server + TOKEN_PATH);
          const { client_id, ...others } = form;
          assert.match(client_id, /^[0-9a-f]{32}$/);
          assert.deepEqual(others, {
            grant_type: "password",
            ...CREDENTIALS,
            scope: "public",
          });
          assert.equal(headers.authorization, undefined);
          const { access_token, refresh_token } = await stored(page);
          const secrets = [account.password, access_token, refresh_token];
          await assertHidden(visit, page, secrets);
          await assertNotKept(page, account.password);
        },
      );
    },
    { kind },
  );
}

for (const kind of [sandboxHere, doorkeeperElsewhere]) {
  suite(
    `A sign-in with a password that is refused, ${kind.name}`,
    (claim) => {
      claim(
        "because it is wrong is invalid_grant in the server's own words, and a session there was stays",
        async (visit) => {
          const { page } = await signedInByPassword(visit);
          const before = await stored(page);
          await page.evaluate(() => (window.session = auth.session));
          await listen(page);
          const { error } = await attempt(page, {
            ...CREDENTIALS,
            password: WRONG,
          });
          const { code, status, retryable, description, text } = error;
          assert.deepEqual(
            { code, status, retryable },
            { code: "invalid_grant", status: 400, retryable: false },
          );
          assert.match(
            description,
            /^The provided authorization grant is inva/,
          );
          assert.ok(!text.includes(WRONG));
          await assertHidden(visit, page, [WRONG]);
          await assertNotKept(page, WRONG);
          await assertUnchanged(page, before);
        },
      );

      claim("because of its scope is invalid_scope", async (visit) => {
        const { page } = await signedInByPassword(visit);
        const before = await stored(page);
        await page.evaluate(() => (window.session = auth.session));
        await listen(page);
        const credentials = { ...CREDENTIALS, scope: "unknown" };
        const { error } = await attempt(page, credentials);
        const { code, status, retryable } = error;
        assert.deepEqual(
          { code, status, retryable },
          { code: "invalid_scope", status: 400, retryable: false },
        );
        assert.equal(tokenPosts(visit)[1].form.scope, "unknown");
        await assertUnchanged(page, before);
      });
    },
    { kind },
  );
}

/** The session is the one that `window.session` and `window.heard` have been watching. */
async function assertUnchanged(page, before) {
  assert.deepEqual(await stored(page), before);
  const seen = await page.evaluate(async () => ({
    same: auth.session === window.session,
    token: await auth.token(),
  }));
  assert.deepEqual(seen, { same: true, token: before.access_token });
  assert.deepEqual(await heard(page), []);
}

async function assertNotKept(page, password) {
  const kept = await page.evaluate(() =>
    [sessionStorage, localStorage].map((area) => JSON.stringify(area)),
  );
  assert.ok(!kept.join().includes(password));
}

suite("Credentials", (claim) => {
  claim(
    "that can't be ones are refused by name, and not sent",
    async (visit) => {
      const page = await visit.open();
      await create(page);
      for (const [
        what,
        given,
        named,
      ] of /** @type {[string, unknown, string][]} */ ([
        ["nothing", undefined, "username"],
        ["no username", { password: "x" }, "username"],
        ["no password", { username: "x" }, "password"],
        ["a password that is none", { username: "x", password: 1 }, "password"],
        [
          "a username that is null",
          { username: null, password: "x" },
          "username",
        ],
        ["a misspelt key", { ...CREDENTIALS, passwort: "x" }, "passwort"],
        ["a scope that can't be", { ...CREDENTIALS, scope: "a  b" }, "scope"],
        ["a wrong authority", { ...CREDENTIALS, authority: 1 }, "authority"],
        [
          "a wrong secret",
          { ...CREDENTIALS, clientSecret: {} },
          "clientSecret",
        ],
        ["a text", "ada", "options"],
      ])) {
        const { error } = await attempt(page, given);
        assert.equal(error?.code, "configuration", what);
        assert.match(error.message, new RegExp(`\`${named}\``), what);
        assert.ok(!error.text.includes(account.password), what);
      }
      assert.equal(tokenPosts(visit).length, 0);
    },
  );

  claim("are of no use to a client with an API key", async (visit) => {
    const page = await visit.open();
    await create(page, { apiKey: account.api_key });
    const { error } = await attempt(page, CREDENTIALS);
    assert.equal(error?.code, "configuration");
    assert.equal(tokenPosts(visit).length, 0);
  });

  claim(
    "arrive to the letter, with authority and secret where given",
    async (visit) => {
      const forms = [];
      answerAt(visit, TOKEN_PATH, (req, res) => {
        const chunks = [];
        req.on("data", (chunk) => chunks.push(chunk));
        req.on("end", () => {
          forms.push(new URLSearchParams(Buffer.concat(chunks).toString()));
          res.status(400).json({ error: "invalid_grant" });
        });
      });
      const page = await visit.open();
      await create(page, { clientId: "a b&c" });
      const awkward = {
        username: " a+b@ex&am=ple.com",
        password: "p%20+ &=;\u0000\n\u{1F6AA}ü\"'\\",
        scope: "public admin",
        authority: "authority-&1",
        clientSecret: "s=&%",
      };
      const { error } = await attempt(page, awkward);
      assert.equal(error.code, "invalid_grant");
      assert.deepEqual(Object.fromEntries(forms[0]), {
        grant_type: "password",
        client_id: "a b&c",
        username: awkward.username,
        password: awkward.password,
        scope: awkward.scope,
        authority: awkward.authority,
        client_secret: awkward.clientSecret,
      });
      assert.equal(visit.requests.at(-1).url, visit.world.app + TOKEN_PATH);
      for (const secret of [awkward.password, awkward.clientSecret]) {
        assert.ok(!error.text.includes(secret));
      }
    },
  );
});

suite("A password", (claim) => {
  claim("in place of another's session is the session", async (visit) => {
    const page = await visit.signedIn();
    await listen(page);
    const { value } = await attempt(page, CREDENTIALS);
    assert.equal(value.flow, "password");
    const { access_token } = await stored(page);
    assert.equal(await page.evaluate(() => auth.token()), access_token);
    assert.equal(await statusWith(visit, access_token), 200);
    assert.deepEqual(await heard(page), [["signed-in"]]);
  });

  claim(
    "that comes during a renewal wins, and leaves what was renewed to the tabs that share it",
    async (visit) => {
      const { page, options } = await signedInByPassword(visit);
      const copy = await duplicate(visit, page, options);
      await listen(copy);
      const renewal = holdAnswers(visit, TOKEN_PATH);
      await page.evaluate(() => {
        window.renewed = settled(auth.renew());
      });
      await renewal.arrived;
      // Only the renewal waits.
      visit.world.sandbox.intercept = undefined;
      await attempt(page, CREDENTIALS);
      const mine = await stored(page);
      renewal.release();
      await until(async () => (await heard(copy)).length > 0, "it is told");
      assert.deepEqual(await heard(copy), [["renewed"]]);
      const { access_token } = JSON.parse(renewal.answers[0]);
      assert.equal((await stored(copy)).access_token, access_token);
      assert.equal(await statusOf(visit, copy), 200);
      assert.deepEqual(await stored(page), mine);
      assert.equal(await statusWith(visit, mine.access_token), 200);
      await page.evaluate(() => window.renewed);
    },
  );

  claim("works wherever the session is kept", async (visit) => {
    for (const storage of ["session", "local", "memory"]) {
      const { page, options, session } = await signedInByPassword(visit, {
        storage,
      });
      assert.equal((await keysOf(page)).length, storage === "memory" ? 0 : 1);
      await page.reload();
      await ready(page);
      const again = (await create(page, options)).session;
      assert.deepEqual(again, storage === "memory" ? null : session);
      await page.evaluate(() => localStorage.clear());
    }
  });
});

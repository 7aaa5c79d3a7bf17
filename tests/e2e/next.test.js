import assert from "node:assert/strict";
import {
  answerAt,
  answered,
  BARE,
  byCode,
  CREDENTIALS,
  heard,
  listen,
  post,
  renewals,
  REVOKE_PATH,
  signedInByCode,
  statusOf,
  statusWith,
  stored,
  TOKEN_PATH,
  tokenPosts,
} from "./support/grants.js";
import { renew, sessionOf } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, leave, ready } from "./support/visit.js";
import { nextElsewhere, nextHere, replacedServer } from "./support/worlds.js";

// What only the newest server does. What it does like the others is in the other suites, in the worlds `nextHere` and
// `nextElsewhere`. Not there: answers that no server gives, API keys, domain settings and whatever else is the same whoever
// signed the user in; the password grant and the implicit flow, which it hasn't.

for (const kind of [nextHere, nextElsewhere]) {
  suite(
    `Only with the ${kind.name}`,
    (claim) => {
      /** On the server's question for consent, this is pressed. */
      const asked = async (visit, button) => {
        visit.world.sandbox.consent = true;
        const page = await visit.open();
        const options = byCode(visit);
        await create(page, options);
        await leave(page);
        await page.getByLabel("Password").fill(CREDENTIALS.password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("button", { name: button }).click();
        await page.waitForURL((url) => url.href.includes("state="));
        await ready(page);
        return { page, ...(await create(page, options)) };
      };

      claim("a user who allows the app is signed in", async (visit) => {
        const { page, session } = await asked(visit, "Allow");
        assert.equal(session?.flow, "code");
        assert.equal(await statusOf(visit, page), 200);
      });

      claim(
        "a user who doesn't is not, and the app hears why",
        async (visit) => {
          const { page, session, redirect } = await asked(visit, "Deny");
          assert.equal(session, null);
          assert.equal(redirect.error?.code, "access_denied");
          assert.equal(
            redirect.error.description,
            "The user did not allow it.",
          );
          assert.equal(page.url(), visit.world.app + BARE);
          assert.equal(tokenPosts(visit).length, 0);
        },
      );
    },
    { kind },
  );
}

suite(
  `Tokens of the ${nextElsewhere.name}`,
  (claim) => {
    claim("no password is taken for a token", async (visit) => {
      const page = await visit.open();
      await create(page, visit.world.options);
      const { error } = await page.evaluate(
        (credentials) => settled(auth.loginWithPassword(credentials)),
        CREDENTIALS,
      );
      const { code, status, retryable } = error;
      assert.deepEqual(
        { code, status, retryable },
        { code: "unsupported_grant_type", status: 400, retryable: false },
      );
      assert.equal(await sessionOf(page), null);
    });

    claim("an id_token is taken, and kept nowhere", async (visit) => {
      const scope = "public openid";
      const { page, session } = await signedInByCode(visit, {
        options: { scope },
      });
      assert.equal(session.scope, scope);
      const kept = await page.evaluate(() =>
        JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
      );
      assert.ok(kept.includes("access_token"));
      assert.ok(!kept.includes("id_token"));
      const { value } = await renew(page);
      assert.equal(value?.scope, scope);
    });

    claim(
      "a renewal whose answer was lost is asked for again, with the same token, for which there is a grace",
      async (visit) => {
        const { page } = await signedInByCode(visit);
        const { refresh_token } = await stored(page);
        const end = answerAt(visit, TOKEN_PATH, (_req, res, next) => {
          res.end = () => res.destroy();
          next();
        });
        const { error } = await renew(page);
        assert.equal(error?.code, "network");
        end();
        assert.ok((await renew(page)).value?.canRenew);
        assert.deepEqual(
          renewals(visit).map(({ form }) => form.refresh_token),
          [refresh_token, refresh_token],
        );
        assert.notEqual((await stored(page)).refresh_token, refresh_token);
        assert.equal(await statusOf(visit, page), 200);
      },
    );

    claim("without a grace, the same ends the session", async (visit) => {
      visit.world.sandbox.refreshGrace = 0;
      const { page } = await signedInByCode(visit);
      const end = answerAt(visit, TOKEN_PATH, (_req, res, next) => {
        res.end = () => res.destroy();
        next();
      });
      await renew(page);
      end();
      await listen(page);
      assert.equal((await renew(page)).error?.code, "login_required");
      assert.deepEqual(await heard(page), [["expired"]]);
    });

    claim(
      "an access token that was revoked alone is no end: the session renews itself",
      async (visit) => {
        const { page } = await signedInByCode(visit);
        const { access_token: token } = await stored(page);
        await post(visit, REVOKE_PATH, { token });
        assert.equal(await statusWith(visit, token), 401);
        assert.equal(await statusOf(visit, page), 200);
        assert.equal(renewals(visit).length, 1);
        assert.ok(await sessionOf(page));
      },
    );
  },
  { kind: nextElsewhere },
);

suite(
  `Only with the ${nextHere.name}`,
  (claim) => {
    claim(
      "a page of the server's own that signed in has a session for the asking",
      async (visit) => {
        const page = await visit.open();
        const status = await page.evaluate(async (credentials) => {
          const { username: email, password } = credentials;
          const response = await fetch("/auth/signin", {
            method: "POST",
            body: new URLSearchParams({ email, password }),
          });
          return response.status;
        }, CREDENTIALS);
        assert.equal(status, 202);
        const options = byCode(visit);
        await visit.signInUntilAnswered(page, options);
        const { session } = await create(page, options);
        assert.equal(session?.flow, "code");
        assert.equal(await statusOf(visit, page), 200);
      },
    );
  },
  { kind: nextHere },
);

suite(
  "A session of the Rails service, when the newest replaces it,",
  (claim) => {
    claim("goes on by its refresh token", async (visit) => {
      const options = byCode(visit);
      const page = await visit.open();
      await answered(visit, page, options);
      await create(page, options);
      const old = await stored(page);
      const { client_id: clientId } = tokenPosts(visit)[0].form;
      await visit.world.replace({ refreshToken: old.refresh_token, clientId });
      assert.equal(await statusWith(visit, old.access_token), 401);
      await listen(page);
      assert.equal(await statusOf(visit, page), 200);
      assert.deepEqual(await heard(page), [["renewed"]]);
      const { access_token, refresh_token } = await stored(page);
      for (const token of [access_token, refresh_token]) {
        assert.equal(token.split(".").length, 3);
      }
      assert.equal((await renew(page)).value?.flow, "code");
    });
  },
  { kind: replacedServer },
);

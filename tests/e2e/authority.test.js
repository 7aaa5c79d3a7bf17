import assert from "node:assert/strict";
import { user } from "../servers/building.js";
import {
  answerAt,
  AUTHORITY_PATH,
  signedInByPassword,
  statusOf,
  until,
  withClock,
} from "./support/grants.js";
import { withApiKey } from "./support/sockets.js";
import { suite } from "./support/suite.js";
import { create, leave, ready, typePassword } from "./support/visit.js";
import { sandboxElsewhere, sandboxHere } from "./support/worlds.js";

const authorityOn = (page) => page.evaluate(() => settled(auth.authority()));

const asked = ({ world }) =>
  world.sandbox.requests.filter(({ url }) => url.startsWith(AUTHORITY_PATH));

/** Has the sandbox answer with JSON of this kind, by that status. */
const answerJson = (visit, body, status = 200) =>
  answerAt(visit, AUTHORITY_PATH, (_req, res) => res.status(status).json(body));

async function ask(visit, options) {
  const page = await visit.open();
  await create(page, { ...visit.world.options, ...options });
  return authorityOn(page);
}

for (const kind of [sandboxHere, sandboxElsewhere]) {
  suite(
    `The domain's settings, with the ${kind.name}`,
    (claim) => {
      claim("are had by anyone, without token or key", async (visit) => {
        const { value } = await ask(visit);
        assert.deepEqual(value, {
          id: user.authority_id,
          name: "Sandbox",
          domain: "localhost",
          loginUrl: "/login?continue={{url}}",
          logoutUrl: "/auth/logout",
          session: false,
          version: "v2.0.0",
          apiRoot: "/api/engine/v2",
          config: {},
        });
        await withApiKey(visit).then(authorityOn);
        const signed = await visit.signedIn({ options: visit.world.options });
        await authorityOn(signed);
        assert.equal(asked(visit).length, 3);
        for (const { url, headers } of asked(visit)) {
          assert.equal(url, AUTHORITY_PATH);
          assert.equal(headers.authorization, undefined);
          assert.equal(headers["x-api-key"], undefined);
        }
      });
    },
    { kind },
  );
}

suite("The domain's settings", (claim) => {
  claim(
    "have PlaceOS's defaults where the server gives none",
    async (visit) => {
      answerJson(visit, { id: "authority-1", version: "2.1.0", name: 5 });
      const { value } = await ask(visit);
      assert.deepEqual(value, {
        id: "authority-1",
        name: "",
        domain: "",
        loginUrl: "/login?continue={{url}}",
        logoutUrl: "/auth/logout",
        session: false,
        version: "2.1.0",
        apiRoot: "/api/engine/v2",
        // JSON has no `undefined`, and neither has what comes out of a page.
        config: value.config,
      });
      assert.ok(value.config == null);
    },
  );

  claim("say whether this browser is signed in", async (visit) => {
    const page = await visit.open();
    await create(page);
    await leave(page);
    await typePassword(page);
    await ready(page);
    await create(page);
    const { value } = await authorityOn(page);
    assert.equal(value.session, true);
  });

  claim("come with the domain's own, whatever it is", async (visit) => {
    const config = { a: [1, { b: null }], ü: "</script>", __proto__x: true };
    visit.world.sandbox.authority = { config };
    const { value } = await ask(visit);
    assert.deepEqual(value.config, config);
  });

  claim("are asked for once, however many want them", async (visit) => {
    const page = await visit.open();
    await create(page);
    const ids = await page.evaluate(async () => {
      const twin = await createAuth({ log: console.debug });
      const all = [auth.authority(), auth.authority(), twin.authority()];
      const answers = await Promise.all(all);
      answers.push(await auth.authority(), await twin.authority());
      return answers.map(({ id }) => id);
    });
    assert.deepEqual(ids, Array(5).fill(user.authority_id));
    assert.equal(asked(visit).length, 1);
  });

  claim("are not asked for until somebody wants them", async (visit) => {
    const { page } = await signedInByPassword(visit);
    assert.equal(await statusOf(visit, page), 200);
    assert.deepEqual(asked(visit), []);
  });

  claim("are asked for again after a failure", async (visit) => {
    const end = answerJson(visit, {}, 503);
    const page = await visit.open();
    await create(page);
    const failed = await page.evaluate(() =>
      Promise.all([settled(auth.authority()), settled(auth.authority())]),
    );
    for (const { error } of failed) {
      assert.equal(error.code, "temporarily_unavailable");
    }
    assert.equal(asked(visit).length, 1);
    end();
    assert.equal((await authorityOn(page)).value.id, user.authority_id);
    assert.equal(asked(visit).length, 2);
  });

  claim("are asked for where the app says", async (visit) => {
    const endpoints = { authority: `${visit.world.server}/elsewhere?a=b` };
    answerAt(visit, "/elsewhere", (req, res) => res.json({ id: req.url }));
    const { value } = await ask(visit, { endpoints });
    assert.equal(value.id, "/elsewhere?a=b");
    assert.deepEqual(asked(visit), []);
  });

  claim("hold no page that is a script", async (visit) => {
    const url = "java\nscript:alert(1)";
    visit.world.sandbox.authority = { login_url: url, logout_url: url };
    const { value } = await ask(visit);
    assert.equal(value.loginUrl, "/login?continue={{url}}");
    assert.equal(value.logoutUrl, "/auth/logout");
    const login_url = "https://idp.example.com/in?u={{url}}";
    visit.world.sandbox.authority = { login_url, logout_url: "/out" };
    const named = (await ask(visit)).value;
    assert.deepEqual([named.loginUrl, named.logoutUrl], [login_url, "/out"]);
  });
});

suite("An answer that isn't the domain's settings", (claim) => {
  const send = (status, type, body) => (_req, res) =>
    res.status(status).type(type).send(body);

  // How status and body are judged is tested on the host: `tests/host/authority.rs` and `tests/host/http.rs`.
  claim("is an error with the right name", async (visit) => {
    const page = await visit.open();
    await create(page);
    /** @type {[what: string, handle: import("../servers/types.d.ts").Handler, code: string, status?: number][]} */
    const answers = [
      ["a page", send(404, "html", "<h1>?</h1>"), "invalid_response", 404],
      ["a list", send(200, "json", "[]"), "invalid_response", 200],
      [
        "JSON without end",
        send(200, "json", `{"a":"${"x".repeat(300_000)}"}`),
        "invalid_response",
        200,
      ],
      [
        "a redirect",
        (_req, res) => res.redirect("/elsewhere"),
        "invalid_response",
        undefined,
      ],
      ["503", send(503, "html", "Soon"), "temporarily_unavailable", 503],
      ["a line that breaks", (_req, res) => res.destroy(), "network"],
    ];
    for (const [what, handle, code, status] of answers) {
      const end = answerAt(visit, AUTHORITY_PATH, handle);
      const { error } = await authorityOn(page);
      assert.equal(error?.name, "AuthError", what);
      assert.equal(error.code, code, `${what}: ${error.message}`);
      assert.equal(error.status, status, what);
      assert.equal(error.retryable, code !== "invalid_response", what);
      end();
    }
    assert.equal((await authorityOn(page)).error, undefined);
  });

  claim("is waited for no longer than 15 seconds", async (visit) => {
    await withClock(visit);
    let begun = false;
    answerAt(visit, AUTHORITY_PATH, (_req, res) => {
      begun = true;
      res.status(200).type("json").write('{"id":');
    });
    const page = await visit.open();
    await create(page);
    let outcome;
    const asking = authorityOn(page).then((result) => (outcome = result));
    await until(() => begun, "it was asked for");
    await page.clock.fastForward(14_500);
    await page.waitForTimeout(100);
    assert.equal(outcome, undefined, "it is waited for");
    await page.clock.fastForward(600);
    const { error } = await asking;
    assert.equal(error.code, "timeout");
    assert.equal(error.retryable, true);
  });
});

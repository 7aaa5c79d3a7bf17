import assert from "node:assert/strict";
import { answerWith, refuseWith, TOKEN } from "./support/answers.js";
import {
  answerAt,
  AUTHORIZE_PATH,
  BARE,
  heard,
  listen,
  statusOf,
  stored,
  until,
} from "./support/grants.js";
import { openFramed } from "./support/frames.js";
import { EMBEDDED } from "./support/site.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready, typePassword } from "./support/visit.js";
import {
  nextElsewhere,
  nextHere,
  sandboxElsewhere,
  sandboxHere,
} from "./support/worlds.js";

/** @import { Frame, Page } from "playwright-core" */

/** Where the server leads back to: an app that begins by itself. */
const redirectUri = "/app/";

/** The page or frame calls `login`; the popup that it opens. */
async function openPopup(/** @type {Page} */ page, caller = page, more = {}) {
  const opened = page.context().waitForEvent("page");
  await /** @type {Frame | Page} */ (caller).evaluate((given) => {
    const own = window.open;
    window.open = (...wanted) => {
      window.open = own;
      window.popup = own.apply(window, wanted);
      return window.popup;
    };
    window.waits = settled(auth.login({ mode: "popup", ...given }));
  }, more);
  return opened;
}

/** What came of `login`. */
const outcome = (/** @type {Frame | Page} */ caller) =>
  /** @type {Promise<import("./page.d.ts").Settled<import("placeos-auth").Session>>} */ (
    caller.evaluate(() => window.waits)
  );

const closed = (/** @type {Page} */ popup) =>
  until(() => popup.isClosed(), "the popup is closed");

for (const kind of [sandboxHere, sandboxElsewhere, nextHere, nextElsewhere]) {
  for (const storage of ["session", "memory"]) {
    suite(
      `A sign-in in a popup, kept in ${storage}, ${kind.name}`,
      (claim) => {
        claim(
          "gives the page a session, which stays where it is",
          async (visit) => {
            const options = { ...visit.world.options, redirectUri, storage };
            const page = await visit.open(`${BARE}?a=b#/plan`);
            await create(page, options);
            await listen(page);
            const address = page.url();
            const popup = await openPopup(page);
            await typePassword(popup);
            await closed(popup);
            const { value, error } = await outcome(page);
            assert.equal(error, undefined, JSON.stringify(error));
            assert.equal(value.flow, kind.isNewest ? "code" : "implicit");
            assert.deepEqual(await heard(page), [["signed-in"]]);
            assert.equal(page.url(), address);
            assert.equal(await statusOf(visit, page), 200);
            const keys = (await keysOf(page)).filter(
              (key) => !key.includes(":session:"),
            );
            assert.deepEqual(keys, []);
            if (storage === "session") {
              const { access_token, refresh_token } = await stored(page);
              visit.secrets.push(access_token);
              if (refresh_token) visit.secrets.push(refresh_token);
            }
          },
        );
      },
      { kind },
    );
  }
}

suite("A popup", (claim) => {
  claim("is closed by the callback page, too", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri: "/app/oauth-resp.html" });
    const popup = await openPopup(page);
    await typePassword(popup);
    await closed(popup);
    const { value } = await outcome(page);
    assert.equal(value?.flow, "implicit");
  });

  claim("that the user closes is popup_closed", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await popup.getByLabel("Password").waitFor();
    await popup.close();
    const { error } = await outcome(page);
    assert.equal(error?.code, "popup_closed");
    assert.equal(error.retryable, false);
    const again = await openPopup(page);
    await typePassword(again);
    assert.equal((await outcome(page)).value?.flow, "implicit");
  });

  claim("that the browser blocks is popup_blocked", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    for (const blocked of ["null", "throws"]) {
      const code = await page.evaluate(async (how) => {
        window.open = () => {
          if (how === "throws") throw new DOMException("no", "SecurityError");
          return null;
        };
        const { error } = await settled(auth.login({ mode: "popup" }));
        return error?.code;
      }, blocked);
      assert.equal(code, "popup_blocked");
    }
  });

  claim("is opened before the app goes on", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    const isOpen = await page.evaluate(() => {
      let count = 0;
      const own = window.open;
      window.open = (...given) => {
        count += 1;
        return own.apply(window, given);
      };
      window.waits = settled(auth.login({ mode: "popup" }));
      return count === 1;
    });
    assert.equal(isOpen, true);
  });

  claim("is one, however often the user clicks", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await page.evaluate(() => {
      const first = window.waits;
      window.waits = Promise.all([
        first,
        settled(auth.login({ mode: "popup" })),
      ]);
    });
    await typePassword(popup);
    const [one, other] = /** @type {{ value: object }[]} */ (
      await page.evaluate(() => window.waits)
    );
    assert.ok(one.value);
    assert.deepEqual(one, other);
    await closed(popup);
    assert.equal(visit.context.pages().length, 1);
  });

  claim("that was closed makes place for another", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await page.evaluate(() => {
      window.out = /** @type {Promise<any>} */ (window.waits);
    });
    await popup.close();
    await page.waitForFunction(() => window.popup.closed);
    const other = await openPopup(page);
    const { error } = await page.evaluate(() => window.out);
    assert.equal(error?.code, "popup_closed");
    await typePassword(other);
    assert.ok((await outcome(page)).value);
  });

  claim("is closed by a refusal, which says why", async (visit) => {
    visit.answer(refuseWith({ error: "access_denied" }));
    const page = await visit.open();
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await closed(popup);
    const { error } = await outcome(page);
    assert.equal(error?.code, "access_denied");
    assert.equal(await page.evaluate(() => auth.session), null);
  });

  claim("needs no channel that works", async (visit) => {
    await visit.context.addInitScript(() => {
      const fail = () => {
        throw new Error("no channel");
      };
      Object.assign(BroadcastChannel.prototype, {
        postMessage: fail,
        close: fail,
      });
    });
    const page = await visit.open();
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await typePassword(popup);
    assert.ok((await outcome(page)).value);
    await closed(popup);
  });

  claim("ignores what is no answer on its channel", async (visit) => {
    const page = await visit.open();
    await page.evaluate(() => {
      const Own = BroadcastChannel;
      window.opened = [];
      window.BroadcastChannel = class extends Own {
        constructor(/** @type {string} */ name) {
          super(name);
          window.opened.push(name);
        }
      };
    });
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await popup.getByLabel("Password").waitFor();
    const names = await page.evaluate(() => window.opened);
    assert.ok(names.some((name) => name.includes(":popup:")));
    const other = await visit.open();
    await other.evaluate((given) => {
      for (const name of given)
        for (const data of [null, 1n, { toString: 1 }, "", "taken", "http://["])
          new BroadcastChannel(name).postMessage(data);
    }, names);
    await typePassword(popup);
    assert.ok((await outcome(page)).value);
    await closed(popup);
    const failures = visit.lines.filter((line) => line.includes("TypeError"));
    assert.deepEqual(failures, []);
  });

  claim("is closed by a sign-out", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await popup.getByLabel("Password").waitFor();
    await page.evaluate(() => auth.logout({ local: true }));
    await closed(popup);
    assert.equal((await outcome(page)).error?.code, "login_required");
  });

  claim("that takes too long ends by itself", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    const popup = await openPopup(page);
    await popup.getByLabel("Password").waitFor();
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 10 * 60_000;
    });
    await closed(popup);
    assert.equal((await outcome(page)).error?.code, "timeout");
  });

  claim("takes no options of a sign-in that leaves", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri });
    for (const name of ["returnTo", "appState", "scope"]) {
      const { error } = await page.evaluate(
        (key) => settled(auth.login({ mode: "popup", [key]: "a  b" })),
        name,
      );
      assert.equal(error?.code, "configuration");
      assert.match(error.message, new RegExp(`\`${name}\``));
    }
    assert.equal(visit.context.pages().length, 1);
  });
});

/** Chromium for tests says of every page that it has the focus; the user is in the popup. */
const looksAway = (/** @type {Page} */ page) =>
  page.evaluate(() => {
    document.hasFocus = () => false;
  });

suite(
  "A popup that is cut off from the page that opened it",
  (claim) => {
    claim("by that page's own policy hands its answer over", async (visit) => {
      await visit.context.route(`**${BARE}`, async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers() };
        headers["cross-origin-opener-policy"] = "same-origin";
        await route.fulfill({ response, headers });
      });
      const page = await visit.open();
      await create(page, { ...visit.world.options, redirectUri });
      await looksAway(page);
      const popup = await openPopup(page);
      await popup.getByLabel("Password").waitFor();
      await typePassword(popup);
      await closed(popup);
      const { value, error } = await outcome(page);
      assert.equal(value?.flow, "implicit", JSON.stringify(error));
    });

    claim("by the server's pages hands its answer over", async (visit) => {
      visit.world.sandbox.intercept = (_req, res, next) => {
        res.set("Cross-Origin-Opener-Policy", "same-origin");
        next();
      };
      const page = await visit.open();
      await create(page, {
        ...visit.world.options,
        redirectUri,
        storage: "memory",
      });
      await looksAway(page);
      const popup = await openPopup(page);
      await popup.getByLabel("Password").waitFor();
      await typePassword(popup);
      await closed(popup);
      const { value, error } = await outcome(page);
      assert.equal(value?.flow, "implicit", JSON.stringify(error));
    });
  },
  { kind: sandboxElsewhere },
);

suite(
  "An app in a frame of another site",
  (claim) => {
    claim("signs in in a popup", async (visit) => {
      const page = await openFramed(visit, "127.0.0.1");
      await page.evaluate((src) => {
        const frame = document.createElement("iframe");
        frame.src = src;
        document.body.append(frame);
      }, visit.world.app + EMBEDDED);
      await until(() => page.frames().length > 1, "there is a frame");
      const [, frame] = page.frames();
      await frame.waitForSelector("html[data-ready]", { state: "attached" });
      const options = { ...visit.world.options, redirectUri, flow: "code" };
      await frame.evaluate((given) => window.create(given), options);
      const popup = await openPopup(page, /** @type {any} */ (frame));
      await typePassword(popup);
      await closed(popup);
      const { value, error } = await outcome(frame);
      assert.equal(value?.flow, "code", JSON.stringify(error));
      const status = await frame.evaluate(
        async (server) =>
          (await auth.fetch(`${server}/api/engine/v2/systems`)).status,
        visit.world.server,
      );
      assert.equal(status, 200);
      // Its storage is another than that of the app in a tab of its own.
      const tab = await visit.open();
      assert.equal((await create(tab, options)).session, null);
    });
  },
  { kind: sandboxElsewhere },
);

suite("The answer of a popup", (claim) => {
  const STATE = `placeos-auth.popup.${"0".repeat(64)}`;

  claim("that nobody waits for is nobody's session", async (visit) => {
    const answer = `#access_token=${TOKEN}&token_type=Bearer&expires_in=7200&state=${STATE}`;
    const page = await visit.open(`${BARE}?a=b${answer}`);
    await page.evaluate(() => {
      window.all = Promise.all([settled(window.create())]);
    });
    await page.waitForURL(`${visit.world.app}${BARE}?a=b`);
    const [{ value }] = await page.evaluate(() => window.all);
    assert.equal(value.session, null);
    assert.equal(value.redirect.error?.code, "state_mismatch");
  });

  claim("to another popup is not taken", async (visit) => {
    const page = await visit.open();
    await create(page);
    const popup = await openPopup(page);
    await popup.getByLabel("Password").waitFor();
    const forged = `${visit.world.app}${BARE}#access_token=${TOKEN}&token_type=Bearer&state=${STATE}`;
    await popup.goto(forged);
    await ready(popup);
    await popup.evaluate(() => {
      window.all = Promise.all([settled(window.create())]);
    });
    const [{ value }] = await popup.evaluate(() => window.all);
    assert.equal(value.redirect.error?.code, "state_mismatch");
    assert.equal(await page.evaluate(() => auth.session), null);
    await popup.close();
    assert.equal((await outcome(page)).error?.code, "popup_closed");
  });

  claim(
    "is handed over once, and is judged by what was asked",
    async (visit) => {
      visit.answer((asked) => `${answerWith({ token_type: "mac" })(asked)}`);
      const page = await visit.open();
      await create(page);
      const popup = await openPopup(page);
      await ready(popup);
      const rejected = popup
        .evaluate(() => settled(window.create()))
        .catch(() => undefined);
      const { error } = await outcome(page);
      assert.equal(error?.code, "invalid_response");
      await closed(popup);
      await rejected;
    },
  );
});

suite(
  "A popup whose server never answers",
  (claim) => {
    claim("is closed by the user, and is popup_closed", async (visit) => {
      answerAt(visit, AUTHORIZE_PATH, () => {});
      const page = await visit.open();
      await create(page);
      const popup = await openPopup(page);
      await popup.close();
      assert.equal((await outcome(page)).error?.code, "popup_closed");
    });
  },
  { kind: sandboxHere },
);

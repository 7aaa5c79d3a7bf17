import assert from "node:assert/strict";
import {
  answerAt,
  AUTHORIZE_PATH,
  heard,
  hold,
  listen,
  statusOf,
  stored,
  until,
} from "./support/grants.js";
import {
  assertFailed,
  FRAMED,
  framesIn,
  signedInAtServer,
  timed,
} from "./support/frames.js";
import { renew } from "./support/staying.js";
import { suite } from "./support/suite.js";
import { create, ready } from "./support/visit.js";

/** The authorization requests that frames have made. */
const framed = ({ world }) =>
  world.sandbox.requests.filter(
    ({ url, headers }) =>
      url.startsWith(AUTHORIZE_PATH) && headers["sec-fetch-dest"] === "iframe",
  ).length;

/** Has the page at the redirect URI run this script where it is in a frame, before anything else. */
const runInFrame = (visit, script) =>
  answerAt(visit, FRAMED, ({ headers }, res, next) =>
    headers["sec-fetch-dest"] === "iframe"
      ? res.send(`<!doctype html><body><script>${script}</script>`)
      : next(),
  );

/** Another document at the same address, as a user who reloads it gets: with another policy, and the session of before. */
async function reloadedWith(visit, { page, options }, change) {
  await visit.withPolicy("**/app/framed.html", change);
  await page.reload();
  await ready(page);
  await create(page, options);
  await listen(page);
}

/**
 * A renewal that ended with the server's wish for the user, soon: the session goes on until its token ends.
 *
 * @param {import("playwright-core").Page} page
 * @param {Record<string, string>} before what was stored
 * @param {import("./page.d.ts").Settled<unknown>} outcome
 * @param {number} took
 */
async function assertFinal(page, before, { error }, took) {
  assert.equal(error?.code, "login_required");
  assert.ok(took < 5000, `${took} ms`);
  await assertFailed(page, before, "login_required", { canRenew: false });
}

suite("The page in a hidden frame", (claim) => {
  claim("can't take the app away, by script, link or form", async (visit) => {
    const { page } = await signedInAtServer(visit);
    await page.evaluate(() => (window.stayed = true));
    const address = page.url();
    const scripts = [
      "top.location = location.href",
      "parent.location.replace(location.href)",
      "document.body.innerHTML = `<a target=_top href='${location.href}'>`;" +
        "document.querySelector('a').click()",
      "document.body.innerHTML = '<form target=_top>';" +
        "document.querySelector('form').submit()",
    ];
    for (const script of scripts) {
      const end = runInFrame(visit, script);
      const { error } = await renew(page);
      assert.equal(error, undefined, `${script}: ${JSON.stringify(error)}`);
      await page.waitForTimeout(300);
      assert.equal(page.url(), address, script);
      assert.equal(await page.evaluate(() => window.stayed), true, script);
      end();
    }
    assert.deepEqual(await heard(page), Array(4).fill(["renewed"]));
  });

  claim("can't stop the app with a dialog", async (visit) => {
    const { page } = await signedInAtServer(visit);
    const dialogs = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      return dialog.dismiss();
    });
    await runInFrame(visit, "alert('Who are you?')");
    assert.equal((await renew(page)).error, undefined);
    assert.deepEqual(dialogs, []);
  });
});

suite("A hidden frame, whatever the app's style says,", (claim) => {
  for (const policy of ["style-src 'self'", "style-src 'none'"]) {
    claim(`is not to be seen, with ${policy}`, async (visit) => {
      const app = await signedInAtServer(visit);
      const { page } = app;
      await reloadedWith(visit, app, (text) =>
        text.replace("style-src 'self'", policy),
      );
      await page.evaluate(() => {
        window.forbidden = [];
        document.addEventListener("securitypolicyviolation", (event) =>
          forbidden.push(event.effectiveDirective),
        );
        const rule =
          "{ all: revert !important; display: block !important; visibility: visible !important;" +
          "position: fixed !important; inset: 0 !important; width: 100% !important; opacity: 1 !important; }";
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(
          `@layer app { iframe, [hidden], html > iframe ${rule} } iframe:not(#a#b) ${rule}`,
        );
        document.adoptedStyleSheets = [sheet];
      });
      const server = hold(visit, AUTHORIZE_PATH);
      const renewing = renew(page);
      await server.arrived;
      await page.waitForTimeout(100);
      const seen = await page.evaluate(() => {
        const [frame] = document.querySelectorAll("iframe");
        const hit = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
        const { width, height } = frame.getBoundingClientRect();
        return { hit: hit?.localName ?? null, width, height };
      });
      assert.notEqual(seen.hit, "iframe");
      assert.deepEqual([seen.width, seen.height], [0, 0]);
      server.release();
      assert.equal((await renewing).error, undefined);
      assert.deepEqual(await page.evaluate(() => forbidden), []);
    });
  }
});

suite("A hidden frame that the page's policy forbids", (claim) => {
  for (const [where, change] of [
    ["altogether", (text) => text.replace(/frame-src [^;]*;/, "")],
    [
      "by `default-src`",
      (text) =>
        text
          .replace(/frame-src [^;]*;/, "")
          .replace(/^default-src 'none'/, "default-src http://localhost:1"),
    ],
  ]) {
    claim(`${where} is given up at once, and for good`, async (visit) => {
      const app = await signedInAtServer(visit);
      const { page } = app;
      const before = await stored(page);
      await reloadedWith(visit, app, change);
      const asked = framed(visit);
      const [outcome, took] = await timed(() => renew(page));
      await assertFinal(page, before, outcome, took);
      // Chromium shows a page of its own in it, other browsers nothing: it isn't waited for.
      assert.ok(took < 1500, `${took} ms`);
      assert.equal(framed(visit), asked);
      assert.equal(await statusOf(visit, page), 200);
      assert.ok(visit.lines.some((line) => line.includes("frame-src")));
    });
  }

  claim("on the way, by single sign-on elsewhere, too", async (visit) => {
    const app = await signedInAtServer(visit);
    const { page } = app;
    const before = await stored(page);
    await reloadedWith(visit, app, (text) =>
      text.replace(/frame-src [^;]*;/, "frame-src 'self';"),
    );
    visit.answer(() => "http://127.0.0.1:1/");
    const [outcome, took] = await timed(() => renew(page));
    await assertFinal(page, before, outcome, took);
  });

  claim("only in a report is one that works", async (visit) => {
    const app = await signedInAtServer(visit);
    const { page } = app;
    await visit.context.route("**/app/framed.html", async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      headers["content-security-policy-report-only"] = "frame-src 'none'";
      await route.fulfill({ response, headers });
    });
    await page.reload();
    await ready(page);
    await create(page, app.options);
    assert.equal((await renew(page)).error, undefined);
  });

  claim("is no other frame of the app's", async (visit) => {
    const { page } = await signedInAtServer(visit);
    const server = hold(visit, AUTHORIZE_PATH);
    const renewing = renew(page);
    await server.arrived;
    await page.evaluate(async () => {
      const violated = new Promise((resolve) =>
        document.addEventListener("securitypolicyviolation", resolve),
      );
      const other = document.createElement("iframe");
      other.src = "data:,";
      document.body.append(other);
      await violated;
      other.remove();
    });
    server.release();
    assert.equal((await renewing).error, undefined);
  });
});

suite("A hidden frame that the page removes", (claim) => {
  /** As DOM-morphing routers do once, and content blockers each time. */
  const remove = (page, times) =>
    page.evaluate((times) => {
      let left = times;
      new MutationObserver(() => {
        for (const frame of document.querySelectorAll("iframe")) {
          if (left-- > 0) frame.remove();
        }
      }).observe(document, { childList: true, subtree: true });
    }, times);

  claim("once is loaded again", async (visit) => {
    const { page } = await signedInAtServer(visit);
    await remove(page, 1);
    const [{ error }, took] = await timed(() => renew(page));
    assert.equal(error, undefined, JSON.stringify(error));
    assert.ok(took < 5000, `${took} ms`);
    assert.deepEqual(await heard(page), [["renewed"]]);
  });

  claim("while the server thinks is loaded again", async (visit) => {
    const { page } = await signedInAtServer(visit);
    const server = hold(visit, AUTHORIZE_PATH);
    const renewing = renew(page);
    await server.arrived;
    await page.evaluate(() => document.querySelector("iframe").remove());
    await until(async () => (await framesIn(page)) === 1, "there is another");
    server.release();
    assert.equal((await renewing).error, undefined);
    assert.equal(await framesIn(page), 0);
  });

  claim("again and again is given up soon, and for good", async (visit) => {
    const { page } = await signedInAtServer(visit);
    const before = await stored(page);
    await remove(page, 1e9);
    const [outcome, took] = await timed(() => renew(page));
    await assertFinal(page, before, outcome, took);
    assert.equal(await statusOf(visit, page), 200);
  });
});

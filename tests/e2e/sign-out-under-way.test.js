import assert from "node:assert/strict";
import { openFramed, signedInAtServer } from "./support/frames.js";
import { hold, REVOKE_PATH, until } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { create } from "./support/visit.js";

/** @import { Page } from "playwright-core" */

/** A guard of an app, which begins a session as soon as there is none; what it got for it. */
const guard = (/** @type {Page} */ page, /** @type {string} */ how) =>
  page.evaluate((name) => {
    /** @type {{ [name: string]: () => Promise<any> }} */
    const ways = {
      silent: () => auth.login({ mode: "silent" }),
      popup: () => auth.login({ mode: "popup" }),
      redirect: () => auth.login(),
      adopt: () => auth.adopt({ accessToken: "another" }),
      password: () => auth.loginWithPassword({ username: "a", password: "b" }),
      exchange: () => auth.exchangeToken({ subjectToken: "another" }),
    };
    window.out = new Promise((resolve) => {
      auth.subscribe(({ type }) => {
        if (type === "signed-out") resolve(settled(ways[name]()));
      });
    });
  }, how);

const signOut = (/** @type {Page} */ page) =>
  page.evaluate(() => void auth.logout());

suite("A sign-out on its way to the logout page", (claim) => {
  for (const how of [
    "silent",
    "popup",
    "redirect",
    "adopt",
    "password",
    "exchange",
  ]) {
    claim(`is undone by no ${how} sign-in of a guard`, async (visit) => {
      const { page } = await signedInAtServer(visit);
      const held = hold(visit, REVOKE_PATH);
      await guard(page, how);
      await signOut(page);
      const { error } = await page.evaluate(() => window.out);
      assert.equal(error?.code, "login_required");
      assert.match(error.message, /is signing out, here or in another tab/);
      assert.equal(visit.context.pages().length, 1);
      const left = page.waitForRequest(/\/auth\/logout/);
      held.release();
      await left;
    });
  }

  claim("is undone by no guard of another tab", async (visit) => {
    const options = { storage: "local" };
    const { page } = await signedInAtServer(visit, options);
    const other = await openFramed(visit);
    assert.ok((await create(other, options)).session);
    const held = hold(visit, REVOKE_PATH);
    await guard(other, "silent");
    await signOut(page);
    const { error } = await other.evaluate(() => window.out);
    assert.equal(error?.code, "login_required");
    assert.match(error.message, /is signing out, here or in another tab/);
    const left = page.waitForRequest(/\/auth\/logout/);
    held.release();
    await left;
  });

  claim("is undone by no guard of another client", async (visit) => {
    const { page } = await signedInAtServer(visit);
    const held = hold(visit, REVOKE_PATH);
    await page.evaluate(async () => {
      window.first = auth;
      await window.create({ renewBefore: 30 });
    });
    await guard(page, "redirect");
    await page.evaluate(() => void window.first.logout());
    const { error } = await page.evaluate(() => window.out);
    assert.equal(error?.code, "login_required");
    held.release();
  });

  claim("closes the popup of a sign-in", async (visit) => {
    const page = await visit.open();
    await create(page, { redirectUri: "/app/" });
    const opened = page.context().waitForEvent("page");
    await page.evaluate(() => void settled(auth.login({ mode: "popup" })));
    const popup = await opened;
    await popup.getByLabel("Password").waitFor();
    await signOut(page);
    await until(() => popup.isClosed(), "the popup is closed");
  });
});

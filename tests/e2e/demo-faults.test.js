// The faults that the demo throws at the package: each shows what docs/session.md says of it.
import assert from "node:assert/strict";
import {
  choose,
  demoKind as kind,
  eventsOf,
  openDemo,
  says,
  screen,
  signedInDemo,
  signIn,
  statusesOf,
  textOf,
} from "./support/demo.js";
import { until } from "./support/grants.js";
import { suite } from "./support/suite.js";

const TRIED = "systems?limit=2";

const throwFault = (page, fault) => page.getByTestId(`fault-${fault}`).click();
const outcome = (page, text) => says(page, "fault-outcome", text);
const isOn = async (page, fault) =>
  (await page.getByTestId(`fault-${fault}`).getAttribute("aria-pressed")) ===
  "true";

suite(
  "The demo's faults",
  (claim) => {
    claim(
      "no network: renewal and request fail, the session stays, and goes on",
      async (visit) => {
        const page = await signedInDemo(visit, { flow: "code" });
        await throwFault(page, "network");
        await outcome(page, "(network)");
        await outcome(page, "can't be reached");
        assert.equal((await eventsOf(page))[0], "renewal-failed");
        assert.deepEqual(await statusesOf(page, TRIED), ["no answer"]);
        assert.equal(await textOf(page, "session-renews"), "by itself");
        await throwFault(page, "network");
        await outcome(page, "Renewal: done.");
        await outcome(page, "Answered with 200.");
        assert.equal((await eventsOf(page))[0], "renewed");
      },
    );

    claim(
      "no network: an expired token is renewed by itself once it is back",
      async (visit) => {
        visit.world.sandbox.tokenLifetime = 6;
        const page = await signedInDemo(visit, { flow: "code" });
        await throwFault(page, "network");
        await page.waitForTimeout(8000);
        await screen(page, "dashboard");
        await throwFault(page, "network");
        // What is sent at once may still fail: after failures, the next try is some seconds away.
        await until(
          async () => (await eventsOf(page)).includes("renewed"),
          "it is renewed",
          20_000,
        );
        assert.equal(await textOf(page, "session-renews"), "by itself");
      },
    );

    claim(
      "slow network: the request waits two seconds for the renewal, then goes with the token there is",
      async (visit) => {
        const page = await signedInDemo(visit, { flow: "code" });
        const before = visit.requests.length;
        const began = Date.now();
        const sent = page.waitForRequest((request) =>
          request.url().includes(TRIED),
        );
        await throwFault(page, "slow");
        await sent;
        const waited = Date.now() - began;
        assert.ok(waited > 1500, `${waited} ms`);
        const answered = visit.requests
          .slice(before)
          .filter(({ url }) => url.includes("/auth/oauth/token"));
        assert.equal(answered.length, 1);
        assert.ok(!(await eventsOf(page)).includes("renewed"));
        await outcome(page, "Renewal: done.");
        await outcome(page, "Answered with 200.");
      },
    );

    claim(
      "401 once: the session is renewed and the request sent again, once a minute",
      async (visit) => {
        const page = await signedInDemo(visit, { flow: "code" });
        await throwFault(page, "unauthorized");
        await outcome(page, "Answered with 200.");
        assert.deepEqual(await statusesOf(page, TRIED), ["401", "200"]);
        assert.equal((await eventsOf(page))[0], "renewed");
        await throwFault(page, "unauthorized");
        await outcome(page, "Answered with 401");
        assert.deepEqual(await eventsOf(page), ["renewed", "signed-in"]);
        await screen(page, "dashboard");
      },
    );

    claim(
      "503: the app gets it, the renewal fails, and the session stays",
      async (visit) => {
        const page = await signedInDemo(visit, { flow: "code" });
        await throwFault(page, "unavailable");
        await outcome(page, "(temporarily_unavailable)");
        await outcome(page, "Answered with 503");
        assert.equal(await isOn(page, "unavailable"), true);
        assert.equal((await eventsOf(page))[0], "renewal-failed");
        await says(page, "live", "Not connected");
        await throwFault(page, "unavailable");
        await outcome(page, "Renewal: done.");
        assert.equal(await isOn(page, "unavailable"), false);
      },
    );

    claim(
      "token revoked: a refresh token is refused, and the session ends with a word",
      async (visit) => {
        const page = await signedInDemo(visit, { flow: "code" });
        await throwFault(page, "revoked");
        await screen(page, "welcome");
        await says(page, "notice", "invalid_grant");
        assert.equal((await eventsOf(page))[0], "expired");
      },
    );

    claim(
      "token revoked: the hidden frame gets another one, and the session goes on",
      async (visit) => {
        const page = await signedInDemo(visit, { flow: "implicit" });
        await throwFault(page, "revoked");
        await outcome(page, "Answered with 200.");
        assert.deepEqual(await statusesOf(page, TRIED), ["401", "200"]);
        assert.equal((await eventsOf(page))[0], "renewed");
      },
    );

    claim(
      "clock wrong: a token that is over by it is renewed, and nothing is lost",
      async (visit) => {
        const page = await openDemo(visit, { flow: "code" });
        await choose(page, { lifetime: "120" });
        await page.waitForFunction(async () => {
          const response = await fetch("/sandbox");
          return (await response.json()).tokenLifetime === 120;
        });
        await signIn(page);
        assert.match(await textOf(page, "time-left"), /^0:0[12]:/);
        await throwFault(page, "clock");
        await outcome(page, "Answered with 200.");
        assert.equal((await eventsOf(page))[0], "renewed");
        assert.equal(await isOn(page, "clock"), true);
        await throwFault(page, "clock");
        await outcome(page, "Answered with 200.");
        await screen(page, "dashboard");
      },
    );

    claim("say to sign in where nobody is signed in", async (visit) => {
      const page = await openDemo(visit);
      await throwFault(page, "slow");
      await outcome(page, "Sign in to see");
      assert.equal(await isOn(page, "slow"), true);
      await page.reload();
      await screen(page, "welcome");
      await page.getByTestId("fault-slow").waitFor();
      assert.equal(await isOn(page, "slow"), true);
    });
  },
  { kind },
);

suite(
  "The demo in front of a server that is no sandbox",
  (claim) => {
    claim("offers no faults", async (visit) => {
      await visit.context.route("**/sandbox", (route) =>
        route.fulfill({ status: 404, body: "no such page" }),
      );
      const page = await signedInDemo(visit);
      await page.getByTestId("system").first().waitFor();
      assert.equal(await page.locator("#sandbox").isVisible(), false);
    });
  },
  { kind },
);

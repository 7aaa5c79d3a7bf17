import assert from "node:assert/strict";
import { signedInByPassword, SYSTEMS } from "./support/grants.js";
import { suite } from "./support/suite.js";

suite("A client", (claim) => {
  claim("says what its server is, and keeps to it", async (visit) => {
    const page = await visit.open();
    const named = "https://placeos.example.com";
    const seen = await page.evaluate(async (server) => {
      const servers = [];
      for (const options of [
        {},
        { server: `${server.toUpperCase()}:443/` },
        { server, protectedResources: ["https://files.example.com"] },
      ]) {
        await create(options);
        servers.push(auth.server);
        Reflect.set(auth, "server", "https://attacker.test");
        servers.push(auth.server);
      }
      return servers;
    }, named);
    const own = visit.world.app;
    assert.deepEqual(seen, [own, own, named, named, named, named]);
  });
});

suite("A method of a client", (claim) => {
  claim("works without the client it was taken off", async (visit) => {
    const { page } = await signedInByPassword(visit);
    const seen = await page.evaluate(async (path) => {
      const { token, renew, fetch, signUrl, authority, subscribe, close } =
        auth;
      const stop = subscribe(() => {});
      const used = {
        token: typeof (await token()),
        session: (await renew()).flow,
        status: (await fetch(path)).status,
        signed: (await signUrl(path)).searchParams.has("bearer_token"),
        domain: typeof (await authority()).id,
      };
      stop();
      close();
      return used;
    }, SYSTEMS);
    assert.deepEqual(seen, {
      token: "string",
      session: "password",
      status: 200,
      signed: true,
      domain: "string",
    });
  });

  claim("works by way of a proxy, as Vue's `reactive` makes", async (visit) => {
    const { page } = await signedInByPassword(visit);
    const seen = await page.evaluate(async (path) => {
      const wrapped = new Proxy(auth, {
        get: (target, key, receiver) => Reflect.get(target, key, receiver),
      });
      return {
        session: wrapped.session === auth.session,
        redirect: wrapped.redirect.status,
        status: (await wrapped.fetch(path)).status,
        token: (await wrapped.token()) === (await auth.token()),
      };
    }, SYSTEMS);
    assert.deepEqual(seen, {
      session: true,
      redirect: "none",
      status: 200,
      token: true,
    });
  });

  claim(
    "that is called by a click takes no event for options",
    async (visit) => {
      const { page } = await signedInByPassword(visit);
      await page.evaluate(() => {
        const button = document.createElement("button");
        button.textContent = "Sign out";
        button.onclick = (event) => {
          window.out = settled(auth.logout(event));
        };
        document.body.append(button);
      });
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(`${visit.world.app}/app/bare.html`);
      await page.waitForFunction(
        () => !window.out && document.readyState === "complete",
      );
      await page.waitForSelector("html[data-ready]", { state: "attached" });
      await page.evaluate(async () => {
        await create();
        const button = document.createElement("button");
        button.textContent = "Sign in";
        // What React hands on is no event of the browser's.
        button.onclick = (nativeEvent) => {
          const event = { nativeEvent, preventDefault() {} };
          window.leaving = settled(auth.login(event));
        };
        document.body.append(button);
      });
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("Password").waitFor();
    },
  );
});

suite("The session and the redirect of a client", (claim) => {
  claim("can't be written over", async (visit) => {
    const { page } = await signedInByPassword(visit);
    const seen = await page.evaluate(() => {
      const before = [auth.session, auth.redirect];
      const written = ["session", "redirect"].filter((name) =>
        Reflect.set(auth, name, null),
      );
      const isSame = [auth.session, auth.redirect].map(
        (value, at) => value === before[at],
      );
      return { written, isSame };
    });
    assert.deepEqual(seen, { written: [], isSame: [true, true] });
  });
});

import assert from "node:assert/strict";
import { answerWith, TOKEN } from "./support/answers.js";
import { suite } from "./support/suite.js";
import { create, keysOf, ready } from "./support/visit.js";

suite("Where the session is kept", (claim) => {
  const kept = async (page, options) => {
    await page.reload();
    await ready(page);
    return (await create(page, options)).session !== null;
  };

  claim('"session": this tab, across reloads', async (visit) => {
    const options = { storage: "session" };
    const page = await visit.signedIn({ options });
    assert.equal(
      (await keysOf(page)).length,
      1,
      "nothing but the session stays",
    );
    assert.equal(await kept(page, options), true);
    const other = await visit.open();
    assert.equal((await create(other, options)).session, null);
  });

  claim('"local": every tab, after a reload', async (visit) => {
    const options = { storage: "local" };
    const other = await visit.open();
    assert.equal((await create(other, options)).session, null);
    const page = await visit.signedIn({ options });
    assert.equal((await keysOf(page)).length, 1);
    assert.equal(await kept(other, options), true);
    assert.equal(await other.evaluate(() => auth.token()), TOKEN);
  });

  claim(
    '"memory": this page alone, and nothing is left in it',
    async (visit) => {
      const options = { storage: "memory" };
      const page = await visit.signedIn({ options });
      assert.deepEqual(await keysOf(page), []);
      assert.ok((await create(page, options)).session);
      assert.equal(await kept(page, options), false);
    },
  );
});

suite("Storage that is blocked", (claim) => {
  const block = (visit, ...names) =>
    visit.context.addInitScript((blocked) => {
      for (const name of blocked) {
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException("Blocked.", "SecurityError");
          },
        });
      }
    }, names);

  for (const storage of ["session", "local"]) {
    claim(
      `for one kind: the session is of this page, and the log says so, with "${storage}"`,
      async (visit) => {
        await block(visit, `${storage}Storage`);
        const options = { storage };
        visit.answer(answerWith());
        const page = await visit.open();
        await visit.signInUntilAnswered(page, options);
        const { session } = await create(page, options);
        assert.ok(session);
        assert.equal(await page.evaluate(() => auth.token()), TOKEN);
        const said = visit.lines.filter((line) =>
          /storage is blocked or full/.test(line),
        );
        assert.equal(said.length, 1);
        await page.reload();
        await ready(page);
        assert.equal((await create(page, options)).session, null);
      },
    );
  }

  claim(
    "of every kind: createAuth works, login says what to change",
    async (visit) => {
      await block(visit, "sessionStorage", "localStorage");
      const page = await visit.open();
      assert.deepEqual(await create(page), {
        session: null,
        redirect: { status: "none" },
      });
      const { error } = await page.evaluate(() => settled(auth.login()));
      assert.equal(error.code, "unsupported_environment");
      assert.match(error.message, /storage/);
      await page.evaluate(() => auth.logout({ local: true }));
      assert.equal(page.url(), `${visit.world.app}/app/bare.html`);
    },
  );
});

suite("Storage that is full", (claim) => {
  const fill = (page, ...areas) =>
    page.evaluate((names) => {
      const areas = { localStorage, sessionStorage };
      for (const name of names) {
        let size = 4_000_000;
        for (let key = 0; size >= 1;) {
          try {
            areas[name].setItem(`filler ${key}`, "x".repeat(size));
            key++;
          } catch {
            size = Math.floor(size / 2);
          }
        }
      }
    }, areas);

  claim(
    "keeps the session for this page, and the log says so",
    async (visit) => {
      visit.answer(answerWith());
      const page = await visit.open();
      await fill(page, "sessionStorage");
      await visit.signInUntilAnswered(page);
      assert.ok((await create(page)).session);
      assert.ok(
        visit.lines.some((line) => /storage is blocked or full/.test(line)),
      );
      assert.deepEqual(await keysOf(page), []);
    },
  );

  claim(
    "of every kind: login says what to change, and what is there stays",
    async (visit) => {
      const page = await visit.open();
      await fill(page, "sessionStorage", "localStorage");
      const count = () =>
        page.evaluate(() => sessionStorage.length + localStorage.length);
      const before = await count();
      await create(page);
      const { error } = await page.evaluate(() => settled(auth.login()));
      assert.equal(error.code, "unsupported_environment");
      assert.equal(await count(), before);
    },
  );
});

suite("Text of another's under our key", (claim) => {
  // What is read as a session is tested on the host: `tests/host/records.rs`.
  const TEXTS = [
    '{"v":1,"access_token":"x"}',
    "v=1&flow=implicit&access_token=a+b&scope=public",
    "%\u0000\ud800&&==",
    "x".repeat(1_000_000),
  ];

  claim(
    "is no session: the key is removed, and one line says so",
    async (visit) => {
      const page = await visit.signedIn();
      const [key] = await keysOf(page);
      for (const text of TEXTS) {
        await page.evaluate(
          ([name, value]) => sessionStorage.setItem(name, value),
          [key, text],
        );
        await page.reload();
        await ready(page);
        visit.lines.length = 0;
        const outcome = await create(page);
        assert.deepEqual(
          outcome,
          { session: null, redirect: { status: "none" } },
          text.slice(0, 80),
        );
        assert.deepEqual(await keysOf(page), []);
        assert.equal(visit.lines.length, 1);
      }
    },
  );

  claim("under the app's own keys stays whatever we do", async (visit) => {
    const OWN = {
      token: "mine",
      placeos: "mine",
      "PlaceOS-Auth:x": "mine",
      "placeos-authx": "mine",
    };
    const page = await visit.open();
    await page.evaluate((own) => {
      for (const area of [sessionStorage, localStorage])
        Object.assign(area, own);
    }, OWN);
    visit.answer(answerWith());
    await visit.signInUntilAnswered(page);
    await create(page);
    await page.evaluate(() => auth.logout({ local: true }));
    const areas = await page.evaluate(() => [
      { ...sessionStorage },
      { ...localStorage },
    ]);
    assert.deepEqual(areas, [OWN, OWN]);
  });
});

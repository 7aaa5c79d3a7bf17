import assert from "node:assert/strict";
import { systems, user, zones } from "../servers/building.js";
import { demoKind as kind, signIn, signedInDemo } from "./support/demo.js";
import { answerAt, TOKEN_PATH } from "./support/grants.js";
import { suite } from "./support/suite.js";
import { historyOf, typePassword } from "./support/visit.js";

suite(
  "The demo",
  (claim) => {
    claim("shows the building to whoever signs in", async (visit) => {
      const page = await signedInDemo(visit);
      const part = (id) => page.getByTestId(id);
      await part("systems")
        .getByText(systems[0].display_name, { exact: true })
        .waitFor();
      await part("zones")
        .getByText(zones.at(-1).display_name, { exact: true })
        .first()
        .waitFor();
      assert.equal(await part("user-name").textContent(), user.name);
      assert.equal(await part("user-email").textContent(), user.email);
      assert.match(await part("time-left").textContent(), /\d/);
      assert.match(await part("request-log").textContent(), /systems/);
      assert.equal(page.url(), `${visit.world.app}/`);
    });

    claim("shows time run down, and that it is over", async (visit) => {
      visit.world.sandbox.tokenLifetime = 6;
      const page = await signedInDemo(visit);
      // What nobody is signed in for is not renewed.
      await visit.context.clearCookies();
      const left = () => page.getByTestId("time-left").textContent();
      const first = await left();
      await page.waitForTimeout(1100);
      assert.notEqual(await left(), first);
      await page.getByTestId("notice").getByText("expired").waitFor();
      assert.equal(await page.getByTestId("sign-in").isVisible(), true);
    });

    claim("keeps the token to itself", async (visit) => {
      const page = await signedInDemo(visit);
      await page
        .getByTestId("request-log")
        .getByText("zones")
        .first()
        .waitFor();
      await page.getByTestId("try-elsewhere").click();
      await page.getByTestId("try-forbidden").click();
      await page.getByTestId("answer").getByText("403").waitFor();
      const { headers } = visit.requests.find(
        (request) => request.headers.authorization,
      );
      const token = headers.authorization.replace("Bearer ", "");
      assert.ok(token.length > 20);
      visit.secrets.push(token);
      const seen = [
        await page.content(),
        ...(await historyOf(page)),
        ...visit.requests.map(({ url }) => url),
      ];
      for (const text of seen) assert.ok(!text.includes(token), text);
      for (const request of visit.requests) {
        const isServer = request.url.startsWith(`${visit.world.server}/`);
        assert.ok(isServer || !request.headers.authorization, request.url);
      }
    });

    claim("signs out, of the server too or here alone", async (visit) => {
      const page = await signedInDemo(visit);
      await page.getByTestId("sign-out-local").click();
      await page.getByTestId("sign-in").click();
      await page.getByTestId("sign-out").click();
      await page.getByTestId("sign-in").click();
      await page.waitForURL(/\/login\?/);
    });

    claim("shows why nobody was signed in", async (visit) => {
      visit.world.sandbox.redirectErrors = true;
      const page = await visit.open("/?scope=unknown");
      await page.getByTestId("sign-in").click();
      await typePassword(page);
      await page.getByTestId("error-code").getByText("invalid_scope").waitFor();
      const docs = await page.getByTestId("error-docs").getAttribute("href");
      assert.match(docs ?? "", /\/errors\/invalid_scope\.md$/);
      const message = page.getByTestId("error-message");
      assert.doesNotMatch((await message.textContent()) ?? "", /https:/);
    });

    claim("has no complaint of its policy's", async (visit) => {
      const page = await signedInDemo(visit);
      await liveState(page, "live");
      const complaints = visit.lines.filter((line) =>
        /Content.Security.Policy|Refused to/i.test(line),
      );
      assert.deepEqual(complaints, []);
    });
  },
  { kind },
);

suite(
  "The demo's live values",
  (claim) => {
    const [room] = systems;
    const said = (page, name) =>
      page
        .locator(`[data-testid="system"][data-id="${room.id}"]`)
        .getByTestId(name);
    const say = ({ world }, name, value) =>
      world.sandbox.setStatus({ sys: room.id, name }, value);

    claim("follow the rooms' sensors", async (visit) => {
      const page = await signedInDemo(visit);
      await liveState(page, "live");
      const temperature = said(page, "temperature");
      const people = said(page, "people_count");
      await people.getByText(/^\d+ pe/).waitFor();
      say(visit, "temperature", 24.96);
      await temperature.getByText("25.0 °C").waitFor();
      say(visit, "people_count", 1);
      await people.getByText("1 person").waitFor();
      // What is drawn anew still knows.
      await page.getByTestId("zone").first().getByRole("button").click();
      assert.match(await temperature.textContent(), /^\d+\.\d °C$/);
    });

    claim("come back when the connection was lost", async (visit) => {
      const page = await visit.open("/");
      const sockets = [];
      await page.routeWebSocket(/./, (socket) => {
        socket.connectToServer();
        sockets.push(socket);
      });
      await signIn(page);
      await liveState(page, "live");
      await sockets[0].close();
      await page.getByTestId("live").getByText("Next try in 1 s").waitFor();
      await liveState(page, "live");
      assert.equal(sockets.length, 2);
    });

    claim("end with the session, and leave nothing behind", async (visit) => {
      const page = await visit.open("/");
      const sockets = [];
      page.on("websocket", (socket) => sockets.push(socket));
      await signIn(page);
      await liveState(page, "live");
      const closed = sockets[0].waitForEvent("close");
      await page.getByTestId("sign-out-local").click();
      await closed;
      assert.equal(await page.getByTestId("system").count(), 0);
      const told = await page.getByTestId("live").textContent();
      assert.equal(told.trim(), "");
      await page.waitForTimeout(1500);
      assert.equal(sockets.length, 1);
    });

    claim("end while they are lost, too", async (visit) => {
      const page = await visit.open("/");
      let asked = 0;
      await page.routeWebSocket(/./, (socket) => {
        asked++;
        socket.close();
      });
      await signIn(page);
      await liveState(page, "lost");
      await page.getByTestId("sign-out-local").click();
      const before = asked;
      await page.waitForTimeout(2500);
      assert.equal(asked, before);
    });

    claim("are said to be missing where no system has them", async (visit) => {
      answerAt(visit, "/api/engine/v2/systems", (_req, res) =>
        res.json([{ id: "sys-Other", name: "Other" }]),
      );
      const page = await signedInDemo(visit);
      await liveState(page, "unavailable");
      await page.getByTestId("live").getByText("no module").waitFor();
    });
  },
  { kind },
);

suite(
  "The demo's switch between the flows",
  (claim) => {
    const isOn = (page, flow) => page.getByTestId(`flow-${flow}`).isChecked();
    const textOf = (page, part) => page.getByTestId(part).textContent();

    claim(
      "begins with what the server offers: here the implicit one, renewed in a frame",
      async (visit) => {
        const page = await visit.open("/");
        assert.equal(await isOn(page, "auto"), true);
        await signIn(page);
        assert.equal(await textOf(page, "session-flow"), "implicit");
        assert.equal(await textOf(page, "session-renews"), "by itself");
        await page.getByTestId("renew").click();
        await page.getByTestId("renewal").getByText("Renewed at").waitFor();
        assert.equal(await page.locator("iframe").count(), 0);
        // Once the server knows the user no more, only they can help.
        await visit.context.clearCookies();
        await page.getByTestId("renew").click();
        const line = page.getByTestId("renewal");
        await line.getByText("login_required").waitFor();
        assert.match(
          await line.textContent(),
          /sign in again when it has ended/,
        );
        assert.equal(await textOf(page, "session-renews"), "no");
        assert.equal(await page.getByTestId("renew").isVisible(), false);
        assert.equal(await page.getByTestId("sign-out").isVisible(), true);
      },
    );

    claim("is kept for this tab, until the reset", async (visit) => {
      const page = await visit.open("/?flow=code&scope=public");
      await page.getByTestId("flow-implicit").check();
      await page.reload();
      assert.equal(await isOn(page, "implicit"), true);
      assert.match(await textOf(page, "options"), /scope/);
      await page.getByTestId("flow-code").check();
      await page.reload();
      assert.equal(await isOn(page, "code"), true);
      const loaded = page.waitForEvent("load");
      await page.getByTestId("reset").click();
      await loaded;
      assert.equal(await page.getByTestId("reset").isVisible(), false);
      assert.equal(await isOn(page, "auto"), true);
    });

    claim("signs in by code, and the session renews itself", async (visit) => {
      visit.world.sandbox.tokenLifetime = 5;
      const page = await signedInDemo(visit, { flow: "code" });
      assert.equal(await textOf(page, "session-flow"), "code");
      assert.equal(page.url(), `${visit.world.app}/`);
      for (const { url } of visit.requests) {
        assert.ok(!url.includes("access_token"), url);
      }
      await page.getByTestId("renewal").getByText("Renewed at").waitFor();
      await page.waitForTimeout(2000);
      assert.equal(await page.getByTestId("sign-out").isVisible(), true);
    });

    claim("lets it be renewed now, and counts anew", async (visit) => {
      const page = await signedInDemo(visit, { flow: "code" });
      await page.waitForTimeout(2100);
      const before = await textOf(page, "time-left");
      await page.getByTestId("renew").click();
      await page.getByTestId("renewal").getByText("Renewed at").waitFor();
      assert.ok((await textOf(page, "time-left")) > before, before);
      assert.equal(await page.getByTestId("system").count(), systems.length);
    });

    claim("shows why a renewal failed, and goes on", async (visit) => {
      const page = await signedInDemo(visit, { flow: "code" });
      const end = answerAt(visit, TOKEN_PATH, (_req, res) =>
        res.status(503).end(),
      );
      await page.getByTestId("renew").click();
      const line = page.getByTestId("renewal");
      await line.getByText("temporarily_unavailable").waitFor();
      assert.equal(await page.getByTestId("sign-out").isVisible(), true);
      end();
      await page.getByTestId("renew").click();
      await line.getByText("Renewed at").waitFor();
    });

    claim("is worked by keyboard", async (visit) => {
      const page = await visit.open("/");
      await page.getByTestId("flow-implicit").focus();
      await page.keyboard.press("ArrowRight");
      assert.equal(await isOn(page, "code"), true);
      // Over the other switches to the button.
      for (let times = 0; times < 3; times++) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await typePassword(page);
      await page.locator('[data-screen="dashboard"]').waitFor();
      assert.equal(await textOf(page, "session-flow"), "code");
    });
  },
  { kind },
);

const liveState = (page, state) =>
  page.locator(`[data-testid="live"][data-state="${state}"]`).waitFor();

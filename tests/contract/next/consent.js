import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { APP } from "../apps.js";
import { encode } from "../client.js";
import { locationOf, REDIRECT_URI } from "../grants.js";
import {
  authorized,
  client,
  CODE,
  fresh,
  queryOf,
  refusalOf,
  sandbox,
  statusOf,
  use,
} from "./server.js";

/** @import { Fields } from "../../servers/types.d.ts" */
/** @import { Answer } from "../client.js" */

describe("next: consent", () => {
  /** @param {Answer} page @returns {Fields} */
  const fieldsOf = ({ text }) =>
    Object.fromEntries(
      [...text.matchAll(/name="([^"]*)" value="([^"]*)">/g)]
        .filter(([, name]) => name !== "consent")
        .map(([, name, value]) => [name, value?.replaceAll("&amp;", "&")]),
    );
  const asked = async () => {
    sandbox.consent = true;
    return fieldsOf(await authorized());
  };
  /** @param {Fields} fields @param {"allow" | "deny"} consent */
  const answer = (fields, consent) =>
    client.post("/auth/authorize", { ...fields, consent });

  it("isn't asked for by default", async () => {
    assert.equal(statusOf(await authorized()), 302);
  });

  it("is asked for on a page that nobody can frame", async () => {
    sandbox.consent = true;
    const { response, text } = await authorized();
    assert.equal(response.status, 200);
    assert.match(text, /<h1>May dashboard use your account\?<\/h1>/);
    assert.equal(response.headers.get("x-frame-options"), "DENY");
    assert.match(
      response.headers.get("content-security-policy") ?? "",
      /frame-ancestors 'none'/,
    );
  });

  it("gives a code when it is given", async () => {
    const { code, state } = queryOf(await answer(await asked(), "allow"));
    assert.ok(code);
    assert.equal(state, "s1");
  });

  it("tells the app when it is denied", async () => {
    const told = await answer(await asked(), "deny");
    const { error_description, ...fields } = queryOf(told);
    assert.equal(statusOf(told), 302);
    assert.ok(locationOf(told).startsWith(`${REDIRECT_URI}?error=`));
    assert.deepEqual(fields, { error: "access_denied", state: "s1" });
    assert.ok(error_description);
  });

  it("can be denied by DELETE, to an address of the app's", async () => {
    await fresh().signIn();
    /** @param {Fields} changes */
    const by = (changes) =>
      client.request(
        `/auth/oauth/authorize?${encode({ ...CODE, ...changes })}`,
        { method: "DELETE" },
      );
    assert.equal(queryOf(await by({})).error, "access_denied");
    const elsewhere = await by({ redirect_uri: "https://evil.test/" });
    assert.deepEqual(refusalOf(elsewhere), [400, "invalid_request"]);
  });

  it("is asked for again where it is forged, changed, another's, or in a URL", async () => {
    const fields = await asked();
    /** @param {Promise<Answer>} sent */
    const page = async (sent) => assert.equal(statusOf(await sent), 200);
    await page(answer({ ...fields, consent_token: "f".repeat(64) }, "allow"));
    const [, redirect_uri] = APP.redirectUris;
    await page(answer({ ...fields, redirect_uri }, "allow"));
    await page(client.authorize({ ...fields, consent: "allow" }));
    const own = client;
    await fresh().signIn();
    await page(answer(fields, "allow"));
    use(own);
    assert.equal(statusOf(await answer(fields, "allow")), 302);
  });
});

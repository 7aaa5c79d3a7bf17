import assert from "node:assert/strict";
import { answerOf } from "../answer.js";
import { authorizeSignedIn, but, CODE, IMPLICIT } from "../grants.js";
import { contract } from "../pair.js";

contract("refused authorization", (claim) => {
  /**
   * @param {string} sentence
   * @param {import("../../servers/types.d.ts").Fields} parameters
   * @param {RegExp} message
   */
  const refused = (sentence, parameters, message) =>
    claim(
      sentence,
      async (client) => answerOf(await authorizeSignedIn(client, parameters)),
      ({ status, location, page }) => {
        assert.equal(status, 200);
        assert.equal(location, "");
        assert.equal(page.title, "OAuth authorization required");
        assert.equal(page.heading, "An error has occurred");
        assert.match(page.message, message);
      },
    );

  /** @param {string} name */
  const missing = (name) =>
    new RegExp(`^Missing required parameter: ${name}.$`);
  const badAddress = /^The requested redirect uri is malformed/;

  for (const name of ["client_id", "response_type"]) {
    for (const value of [undefined, "", " "]) {
      refused(
        `a ${name} of ${JSON.stringify(value)} is a missing parameter`,
        but(IMPLICIT, { [name]: value }),
        missing(name),
      );
    }
  }

  refused(
    "a missing redirect_uri is a wrong one",
    but(IMPLICIT, { redirect_uri: undefined }),
    badAddress,
  );

  refused(
    "an unknown client is told so on a page",
    { ...IMPLICIT, client_id: "0".repeat(32) },
    /^Client authentication failed/,
  );

  const nearMisses = {
    "another path": "http://localhost:9/app/oauth-resp.html/more",
    "another port": "http://localhost:10/app/oauth-resp.html",
    "another scheme": "https://localhost:9/app/oauth-resp.html",
    "another host": "http://localhost.attacker.test:9/app/oauth-resp.html",
    "a fragment": "http://localhost:9/app/oauth-resp.html#x",
    "user info": "http://x@localhost:9/app/oauth-resp.html",
    "a dot segment": "http://localhost:9/app/../app/oauth-resp.html",
    "another case of the path": "http://localhost:9/APP/oauth-resp.html",
    "a space": "http://localhost:9/app/oauth resp.html",
    "a letter beyond ASCII": "http://localhost:9/app/\u00e9",
    "no host": "/app/oauth-resp.html",
    "another kind": "javascript:alert(1)",
  };
  for (const [what, redirect_uri] of Object.entries(nearMisses)) {
    refused(
      `a redirect URI with ${what} is refused on a page`,
      { ...IMPLICIT, redirect_uri },
      badAddress,
    );
  }

  claim(
    "the host of a redirect URI may be in capitals",
    async (client) =>
      answerOf(
        await authorizeSignedIn(client, {
          ...IMPLICIT,
          redirect_uri: "HTTP://LOCALHOST:9/app/oauth-resp.html",
        }),
      ),
    ({ status }) => assert.equal(status, 302),
  );

  for (const response_type of [
    "id_token",
    "code token",
    "TOKEN",
    "__proto__",
  ]) {
    refused(
      `the response type ${response_type} is unsupported`,
      { ...IMPLICIT, response_type },
      /does not support this response type/,
    );
  }

  refused(
    "an implicit answer can't be asked for in the query",
    { ...IMPLICIT, response_mode: "query" },
    /does not support this response mode/,
  );

  for (const scope of ["email", "public email", "public\tadmin", "Public"]) {
    refused(
      `the scope ${JSON.stringify(scope)} is refused`,
      { ...IMPLICIT, scope },
      /^The requested scope is invalid/,
    );
  }

  for (const code_challenge_method of [undefined, "", "s256", "S512"]) {
    refused(
      `a challenge by the method ${JSON.stringify(code_challenge_method)} is refused`,
      but(CODE, { code_challenge_method }),
      /^The code challenge method must be plain or S256/,
    );
  }

  refused(
    "of two faults the first in the server's order is told",
    {
      ...IMPLICIT,
      client_id: "0".repeat(32),
      scope: "email",
      redirect_uri: "x",
    },
    /^Client authentication failed/,
  );
});

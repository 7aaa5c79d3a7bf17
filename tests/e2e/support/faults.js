import { TOKEN } from "./answers.js";

export const REFRESH_TOKEN = "a-refresh-token-that-must-not-leak";

/** A token response that nothing is wrong with. */
export const GOOD = {
  access_token: TOKEN,
  token_type: "Bearer",
  expires_in: 7200,
  refresh_token: REFRESH_TOKEN,
  scope: "public",
};

/** @import { Handler, Req, Res } from "../../servers/types.d.ts" */
/** @typedef {[answer: Handler, status?: number]} Fault how an answer comes, and with which status */

/** @param {unknown} body @returns {Fault} */
const json = (body, status = 200) => [
  (_req, res) => res.status(status).json(body),
  status,
];
/** @param {object} fields */
const good = (fields) => json({ ...GOOD, ...fields });
/** @param {string} body @returns {Fault} */
const text = (body, { status = 200, type = "application/json" } = {}) => [
  (_req, res) => res.status(status).type(type).send(body),
  status,
];
/** @param {number} status */
const html = (status) =>
  text("<!doctype html><title>Sign in to this network</title>", {
    status,
    type: "html",
  });

/**
 * Calls this every so many milliseconds until the answer is ended, by whoever.
 *
 * @param {Res} res
 * @param {number} ms
 * @param {() => void} write
 */
function repeat(res, ms, write) {
  const timer = setInterval(write, ms);
  res.once("close", () => clearInterval(timer));
}

/** @param {Res} res */
const begin = (res) => res.status(200).type("json");

/** @param {Req} _req @param {Res} res */
function endless(_req, res) {
  begin(res).write('{"padding":"');
  repeat(res, 1, () => res.write("x".repeat(64 * 1024)));
}

/** @param {Req} _req @param {Res} res */
function cutShort(_req, res) {
  begin(res).set("Content-Length", "1000").write('{"access_token":');
  setTimeout(() => res.destroy(), 50);
}

const LONG = "x".repeat(5 * 1024 * 1024);

/**
 * @typedef {{ answer: Handler, code: string, status: number | undefined, retryable: boolean }} Expected
 *
 * @type {(how: string, fault: Fault) => [how: string, expected: Expected]}
 */
const invalid = (how, [answer, status]) => [
  how,
  { answer, code: "invalid_response", status, retryable: false },
];
/** @type {(how: string, code: string, fault: Fault) => [how: string, expected: Expected]} */
const failed = (how, code, [answer, status]) => [
  how,
  { answer, code, status, retryable: true },
];

/**
 * Ways in which a token endpoint can fail, one for each error there is, and what the error has to be: `{ answer, code,
 * status, retryable }`. How a body is judged is tested on the host: `tests/host/grant.rs` and `tests/host/http.rs`.
 *
 * @type {Map<string, Expected>}
 */
export const FAULTS = new Map([
  invalid("HTML", html(200)),
  invalid("a body without end", [endless, 200]),
  failed("500 that claims a refusal", "server_error", [
    (_req, res) => res.status(500).json({ error: "invalid_grant" }),
    500,
  ]),
  failed("503", "temporarily_unavailable", html(503)),
  failed("a connection that is cut", "network", [(_req, res) => res.destroy()]),
  [
    "403 and an error of its own making",
    {
      answer: json({ error: "made_up", error_description: "No." }, 403)[0],
      code: "other",
      status: 403,
      retryable: false,
    },
  ],
]);

/**
 * More of them. The browser reads the stream, the JSON and the types in it, so the host can't test these.
 *
 * @type {Map<string, Expected>}
 */
export const MORE_FAULTS = new Map([
  invalid("204", [(_req, res) => res.status(204).end(), 204]),
  invalid("half of its JSON", text(JSON.stringify(GOOD).slice(0, 60))),
  invalid("its JSON twice", text(JSON.stringify(GOOD).repeat(2))),
  invalid("null", text("null")),
  invalid("400 and an error that is no text", json({ error: {} }, 400)),
  invalid("an access_token that is a number", good({ access_token: 12345 })),
  invalid("an expires_in that is an object", good({ expires_in: {} })),
  invalid("a refresh_token that is a number", good({ refresh_token: 1 })),
  invalid("5 MB", good({ padding: LONG })),
  failed("a connection that is cut halfway", "network", [cutShort]),
]);

/**
 * Ways to take for ever.
 *
 * @type {Map<string, Handler>}
 */
export const DELAYS = new Map(
  /** @type {[string, Handler][]} */ ([
    ["nothing at all", () => {}],
    ["its head alone", (_req, res) => begin(res).flushHeaders()],
    [
      "a byte now and then",
      (_req, res) => {
        begin(res).write("{");
        repeat(res, 100, () => res.write(" "));
      },
    ],
  ]),
);

/**
 * Unusual ways to give a good answer.
 *
 * @type {Map<string, Handler>}
 */
export const ODDITIES = new Map(
  /** @type {[string, Handler][]} */ ([
    [
      "byte by byte",
      (_req, res) => {
        const bytes = [...JSON.stringify(GOOD)];
        begin(res);
        repeat(res, 3, () => {
          if (bytes.length > 0) res.write(bytes.shift());
          else res.end();
        });
      },
    ],
    [
      "twice, of which the first counts",
      (_req, res) => {
        const answers = [GOOD, { ...GOOD, access_token: "second" }].map(
          (body) => {
            const content = JSON.stringify(body);
            const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${content.length}`;
            return `${head}\r\n\r\n${content}`;
          },
        );
        res.socket?.end(answers.join(""));
      },
    ],
    ["as text/html", text(JSON.stringify(GOOD), { type: "html" })[0]],
  ]),
);

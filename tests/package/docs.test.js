// The README, SECURITY.md and the pages of docs/: that nothing in them is too long, missing, or wrong.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AuthError } from "../../www/package/auth-error.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), "utf8");

const README = read("README.md");
const TYPES = read("www/package/index.d.ts");
/** @param {string} folder */
const pagesIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
const PAGES = pagesIn("docs");
const ERROR_PAGES = pagesIn("docs/errors");
const ALL = ["README.md", "SECURITY.md", ...PAGES, ...ERROR_PAGES];

const CODE = /^```(\w*)\n(.*?)^```$/gms;
/** @param {string} text */
const withoutCode = (text) => text.replace(CODE, "").replace(/`[^`\n]*`/g, "");
/** @param {string} text @param {RegExp} pattern */
const found = (text, pattern) =>
  [...text.matchAll(pattern)].map(([, name = ""]) => name);

/**
 * The part of a page under a heading, up to the next one of its rank.
 *
 * @param {string} text
 * @param {string} heading
 */
function section(text, heading) {
  const [, after] = text.split(`\n## ${heading}\n`);
  assert.ok(after, `there is a section ${heading}`);
  return after.split("\n## ")[0] ?? "";
}

/**
 * A declaration in the types, from its name to its end.
 *
 * @param {string} start
 */
function declaration(start) {
  const [, after] = TYPES.split(`export ${start}`);
  assert.ok(after, `the types have ${start}`);
  return after.split(/^export /m)[0] ?? "";
}

/** @param {string} start */
const members = (start) =>
  found(declaration(start), /^ {2}(?:readonly )?(\w+)\??[:(]/gm);

/**
 * The anchors that GitHub and npm give a page's headings.
 *
 * @param {string} text
 */
const anchorsOf = (text) =>
  found(text.replace(CODE, ""), /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

test("the README has 1,200 words at most", () => {
  const words = README.split(/\s+/).filter(Boolean).length;
  assert.ok(words <= 1200, `${words} words`);
});

test("every relative link leads to a file, and to a heading that is there", () => {
  const broken = [];
  for (const page of ALL) {
    const text = read(page);
    const targets = found(withoutCode(text), /\]\(([^)\s]+)\)/g);
    for (const target of targets) {
      if (/^https?:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const file = path ? resolve(root, dirname(page), path) : join(root, page);
      const isThere =
        existsSync(file) &&
        (anchor === undefined ||
          anchorsOf(readFileSync(file, "utf8")).includes(anchor));
      if (!isThere) broken.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("the README links every page of docs/", () => {
  const linked = found(withoutCode(README), /\]\((docs\/[\w-]+\.md)/g);
  assert.deepEqual(
    PAGES.filter((page) => !linked.includes(page)),
    [],
  );
});

const CODES = found(declaration("type AuthErrorCode"), /\| "(\w+)"/g);

test("every error code has a page, and there is no other", () => {
  assert.ok(CODES.length > 15);
  const expected = CODES.map((code) => join("docs/errors", `${code}.md`));
  assert.deepEqual(ERROR_PAGES, expected.sort());
});

test("an error of every code leads to its page in this repository", () => {
  const { repository } = JSON.parse(read("package.json"));
  const address = repository.url.replace(/^git\+(.*)\.git$/, "$1");
  for (const code of CODES) {
    const { docs } = new AuthError(/** @type {any} */ (code), "No.");
    const [start, path = ""] = docs.split("/blob/main/");
    assert.equal(start, address);
    assert.ok(existsSync(join(root, path)), docs);
  }
});

test("docs/errors.md has a row for every code, with the sentence of its page", () => {
  const rows = read("docs/errors.md").match(/^\| \[.*$/gm);
  const expected = CODES.map((code) => {
    const [title, sentence] = read(`docs/errors/${code}.md`).split("\n\n");
    assert.equal(title, `# \`${code}\``);
    return `| [\`${code}\`](errors/${code}.md) | ${sentence} |`;
  });
  assert.deepEqual(rows, expected);
});

test("every page of an error says why, shows code, and has words for the user", () => {
  const headings = [
    "Why it happens",
    "In your code",
    "Tell the user",
    "Fields",
  ];
  for (const page of ERROR_PAGES) {
    const text = read(page);
    const prose = text.replace(CODE, "");
    assert.deepEqual(found(prose, /^## (.*)$/gm), headings, page);
    assert.match(section(text, "Why it happens"), /^\| case \|.+\n/m, page);
    assert.match(section(text, "In your code"), /^```js\n/m, page);
    assert.match(section(text, "Tell the user"), /“.+”|^Nothing/ms, page);
    assert.ok(text.split("\n").length <= 80, `${page} fits on two screens`);
  }
});

for (const [heading, name] of [
  ["`createAuth`", "AuthOptions"],
  ["`login`", "LoginOptions"],
  ["`logout`", "LogoutOptions"],
  ["`loginWithPassword`", "PasswordCredentials"],
  ["`exchangeToken`", "ExchangeOptions"],
  ["`adopt`", "AdoptedTokens"],
]) {
  test(`every option of ${name} is in docs/options.md, and no other`, () => {
    const rows = section(read("docs/options.md"), heading);
    const options = found(rows, /^\| `(\w+)` \|/gm);
    assert.ok(options.length > 1);
    assert.deepEqual(options.sort(), members(`interface ${name}`).sort());
  });
}

test("every method and property is in docs/api.md, and no other", () => {
  const rows = found(read("docs/api.md"), /^\| `auth\.(\w+)/gm);
  // A method may have a row, and a signature, for each way to call it.
  const sorted = (/** @type {string[]} */ names) => [...new Set(names)].sort();
  assert.deepEqual(sorted(rows), sorted(members("class Auth ")));
});

test("every event is in docs/events.md, and no other", () => {
  const types = found(declaration("type AuthEvent"), /"([\w-]+)"/g);
  const rows = found(read("docs/events.md"), /^\| `([a-z-]+)` \|/gm);
  assert.deepEqual(rows.slice(rows.indexOf("signed-in")).sort(), types.sort());
});

test("the commands of the README are there", async () => {
  const { scripts } = JSON.parse(read("package.json"));
  const names = found(README, /npm (?:run )?(start|test|size|build)\b/g);
  assert.deepEqual([...new Set(names)].sort(), ["size", "start", "test"]);
  for (const name of names) assert.ok(scripts[name], name);

  const flags = found(README, /npm start -- (--\w+)/g);
  assert.ok(flags.length > 0);
  const start = join(root, "scripts", "start.js");
  const { stdout } = await run(process.execPath, [start, "--help"]);
  for (const flag of flags) assert.ok(stdout.includes(flag), flag);

  const [command] = found(read(".ci/run"), /^exec (.*)$/gm);
  assert.match(README, new RegExp(`^${command}\\b`, "m"));
});

const skip =
  !existsSync(join(root, "dist", "index.d.ts")) &&
  !process.env.CI &&
  "The package isn't built: npm run build.";

/** What the samples take from other packages, and the client that some of them begin with. */
const AMBIENT = `
declare module "@placeos/ts-client";
declare module "*?url";
declare const auth: import("placeos-auth").Auth;
`;

const CONFIG = {
  compilerOptions: {
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    moduleDetection: "force",
    target: "ES2022",
    strict: true,
    // What a sample leaves untyped may be anything.
    noImplicitAny: false,
    allowJs: true,
    checkJs: true,
    noEmit: true,
    types: [],
  },
  include: ["*.js", "*.d.ts"],
};

/** The sources of the apps that `tests/packaging` builds and runs. */
const APPS = readdirSync(join(root, "tests", "packaging", "apps"), {
  recursive: true,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile() && !/node_modules/.test(entry.parentPath))
  .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));

/**
 * Whether a sample is part of an app that is built and run.
 *
 * @param {string} sample
 */
const isOfAnApp = (sample) => APPS.some((source) => source.includes(sample));

test("every sample in a language of a framework is of an app that is built and run", () => {
  let count = 0;
  for (const page of ALL) {
    for (const [, language = "", sample = ""] of read(page).matchAll(CODE)) {
      if (!["jsx", "svelte", "tsx", "vue"].includes(language)) continue;
      count += 1;
      assert.ok(isOfAnApp(sample), `${page}: ${sample}`);
    }
  }
  assert.ok(count >= 3, `${count} samples`);
});

test("the sample in Rust is compiled", () => {
  const samples = ALL.flatMap((page) => [...read(page).matchAll(CODE)]);
  const rust = samples.filter(([, language]) => language === "rust");
  assert.equal(rust.length, 1);
  const [[, , sample = ""]] = rust;
  assert.ok(read("tests/browser/sample.rs").includes(sample));
});

test("every sample fits the types", { skip }, async () => {
  const app = await mkdtemp(join(tmpdir(), "placeos-auth-docs-"));
  try {
    await mkdir(join(app, "node_modules"));
    await symlink(root, join(app, "node_modules", "placeos-auth"));
    await writeFile(join(app, "package.json"), '{"type":"module"}');
    await writeFile(join(app, "tsconfig.json"), JSON.stringify(CONFIG));
    await writeFile(join(app, "ambient.d.ts"), AMBIENT);
    let count = 0;
    for (const page of ALL) {
      const samples = [...read(page).matchAll(CODE)];
      for (const [, language, sample] of samples) {
        if (language !== "js" || isOfAnApp(sample)) continue;
        count += 1;
        const name = `${basename(page, ".md")}-${count}.js`;
        await writeFile(join(app, name), sample);
      }
    }
    assert.ok(count >= 15, `${count} samples`);
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const failure = await run(tsc, ["--project", app], { cwd: app }).then(
      () => null,
      (error) => error,
    );
    assert.equal(failure, null, failure?.stdout || failure?.message);
  } finally {
    await rm(app, { recursive: true, force: true });
  }
});

test("each rule of the architecture names tests that are there", () => {
  const rules = section(
    read("docs/architecture.md"),
    "The rules, and the tests that hold them",
  );
  const rows = rules.split("\n").filter((line) => /^\| \d\./.test(line));
  assert.equal(rows.length, 9);
  const model = readdirSync(join(root, "tests/host/model")).map((name) =>
    read(join("tests/host/model", name)),
  );
  for (const row of rows) {
    const names = found(row, /`([\w-]+)`/g);
    assert.ok(names.length > 0 || row.includes("model"), row);
    for (const name of names) {
      const files = [
        `tests/host/${name}.rs`,
        `tests/e2e/${name}.test.js`,
        `tests/package/${name}.test.js`,
      ];
      const isThere =
        files.some((path) => existsSync(join(root, path))) ||
        model.some((text) => text.includes(`fn ${name}(`));
      assert.ok(isThere, `${name}, of ${row}`);
    }
  }
});

// SECURITY.md and docs/security-rfcs.md: that what they say is held by tests is, and that a reader finds them.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), "utf8");

const POLICY = "SECURITY.md";
const TABLES = "docs/security-rfcs.md";

/** What a page calls a file of tests: `[host/code]`. */
const FILE = /\[((?:host|browser|e2e|package)\/[\w-]+)\]/;
/** The same with the titles of tests in it: `[host/code] "…", "…"`. */
const NAMED = new RegExp(`${FILE.source}((?:,? "[^"]+")+)`, "g");

/**
 * The text without the definitions at its end, in one line: a title may be wrapped.
 *
 * @param {string} text
 */
const flowing = (text) => text.split(/^\[[\w/-]+\]: /m)[0].replace(/\s+/g, " ");

/**
 * The tests that a text names: a file and a title each.
 *
 * @param {string} text
 */
function testsIn(text) {
  const named = [...text.matchAll(NAMED)];
  const files = text.match(new RegExp(FILE, "g")) ?? [];
  assert.equal(named.length, files.length, `a file without a title: ${text}`);
  return named.flatMap(([, file = "", titles = ""]) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => ({
      file,
      title,
    })),
  );
}

/**
 * Whether a file has a test of that title, and not only its words.
 *
 * @param {string} path
 * @param {string} title
 */
function hasTest(path, title) {
  const source = read(path);
  if (path.endsWith(".rs")) return source.includes(`fn ${title}(`);
  return ['"', "`"].some((quote) => source.includes(quote + title + quote));
}

for (const page of [POLICY, TABLES]) {
  test(`every test that ${page} names is there`, () => {
    const text = read(page);
    const paths = new Map(
      [...text.matchAll(/^\[([\w/-]+)\]: (\S+)$/gm)].map(
        ([, name = "", path = ""]) => [name, join(dirname(page), path)],
      ),
    );
    const named = testsIn(flowing(text));
    assert.ok(named.length >= 30, `${named.length} tests`);
    const missing = named.filter(({ file, title }) => {
      const path = paths.get(file) ?? "";
      const isFile = path !== "" && existsSync(join(root, path));
      return !isFile || !hasTest(path, title);
    });
    assert.deepEqual(missing, []);
    const used = new Set(named.map(({ file }) => file));
    assert.deepEqual([...paths.keys()], [...used].sort());
  });
}

test("every requirement is met by a named test, or has its reason", () => {
  const rows = read(TABLES)
    .split("\n")
    .filter((line) => /^\| [\d.]+[,\d. ]* \|/.test(line));
  assert.ok(rows.length >= 100, `${rows.length} requirements`);
  for (const row of rows) {
    const [before, , level = "", , here = "", after, ...more] = row.split("|");
    assert.deepEqual([before, after, more], ["", "", []], row);
    assert.match(level, /MUST|SHOULD|REQUIRED|RECOMMENDED|must/, row);
    const [, word = "", rest = ""] =
      /^\*\*(met|in part|not met|no test|browser)\*\*(.*)$/.exec(here.trim()) ??
      [];
    assert.notEqual(word, "", row);
    const count = testsIn(rest).length;
    if (word === "met" || word === "in part") assert.ok(count > 0, row);
    if (word === "in part")
      assert.match(rest.replace(NAMED, ""), /\w{3}/, `what isn't met: ${row}`);
    if (word === "not met" || word === "no test")
      assert.ok(rest.length > 20, `why: ${row}`);
  }
});

test("every RFC that the tables are for has one", () => {
  const headings = [...read(TABLES).matchAll(/^## RFC (\d+): /gm)];
  assert.deepEqual(
    headings.map(([, number]) => Number(number)),
    [6749, 6750, 7009, 7636, 8693, 9207, 9700, 10017],
  );
});

test("the README and the security pages lead to SECURITY.md", () => {
  for (const page of ["README.md", "docs/security.md", TABLES]) {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)];
    const targets = links.map(([, path = ""]) => join(dirname(page), path));
    assert.ok(targets.includes(POLICY), page);
  }
});

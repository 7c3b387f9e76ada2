/** Documents that say what tests show: each test and each file that they name exists. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENTS = ["docs/known-attacks.md"];

/** `path`: name, to the end of the line, of the cell of a table or of the line of such a cell. */
const NAMED_TEST = /`((?:src|test)\/[\w/.-]+\.test\.ts)`: (.+?)\s*(?=<br>|\||$)/gm;
const NAMED_FILE = /`((?:src|test|docs)\/[\w/.-]+)`/g;

for (const document of DOCUMENTS) {
  const text = readFileSync(`${ROOT}/${document}`, "utf8");

  test(`every test that ${document} names exists`, () => {
    const named = [...text.matchAll(NAMED_TEST)];
    assert.ok(named.length > 10, "it names some");
    const missing = named.filter(
      ([, path = "", name = ""]) => !namesIn(path).some((each) => each.test(name)),
    );
    assert.deepEqual(
      missing.map(([, path, name]) => `${path}: ${name}`),
      [],
    );
  });

  test(`every file that ${document} names exists`, () => {
    const named = [...text.matchAll(NAMED_FILE)].map(([, path = ""]) => path);
    assert.deepEqual(
      named.filter((path) => !existsSync(`${ROOT}/${path}`)),
      [],
    );
  });
}

/** The names of a file's tests; those that are made of several parts fit whatever these may be. */
function namesIn(path: string): RegExp[] {
  if (!existsSync(`${ROOT}/${path}`)) return [];
  const source = readFileSync(`${ROOT}/${path}`, "utf8");
  return [...source.matchAll(/\b(?:test|it)\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g)].map(
    ([, plain, template = ""]) =>
      new RegExp(`^${plain === undefined ? ofTemplate(template) : escaped(plain)}$`),
  );
}

function ofTemplate(template: string): string {
  return template
    .split(/\$\{[^}]*\}/)
    .map(escaped)
    .join(".+");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

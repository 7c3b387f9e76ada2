/** Documents that say what tests show: each test and each file that they name exists. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENTS = [
  "docs/known-attacks.md",
  ...["rfc2401", "rfc2402", "rfc2406", "rfc2407", "rfc2408", "rfc2409", "rfc3706", "rfc3947"].map(
    (name) => `docs/conformance/${name}.md`,
  ),
];

/** `path`: name, to the end of the line, of the cell of a table or of the line of such a cell. */
const NAMED_TEST = /`((?:src|test)\/[\w/.-]+(?:\.test|-contract)\.ts)`: (.+?)\s*(?=<br>|\||$)/gm;
const NAMED_FILE = /`((?:src|test|docs)\/[\w/.-]+)`/g;

for (const document of DOCUMENTS) {
  const text = readFileSync(`${ROOT}/${document}`, "utf8");

  test(`every test that ${document} names exists`, () => {
    const named = [...text.matchAll(NAMED_TEST)];
    assert.ok(named.length > 5, "it names some");
    const missing = named.filter(([, path = "", name = ""]) => !hasTest(path, name));
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

/** Whether a test of the file has this name. What is made of parts must have them in the file, or "…" in their place. */
function hasTest(path: string, name: string): boolean {
  if (!existsSync(`${ROOT}/${path}`)) return false;
  const source = readFileSync(`${ROOT}/${path}`, "utf8");
  const names = source.matchAll(/\b(?:test|it)\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g);
  for (const [, plain, template = ""] of names) {
    if (plain !== undefined && plain === name) return true;
    const parts = plain === undefined ? ofTemplate(template).exec(name)?.slice(1) : undefined;
    if (parts?.every((part) => part === "…" || source.includes(part))) return true;
  }
  return false;
}

function ofTemplate(template: string): RegExp {
  const constant = template.split(/\$\{[^}]*\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${constant.join("(.+)")}$`);
}

/** Every command that the documents name is read here, and the page that says what becomes of each is up to date. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FakeConsole } from "../../test/support/fake-router.ts";
import { EXEC_LINES } from "../../test/support/lines-of-the-documents.ts";
import { namedCommands, pageOfNamedCommands } from "../../test/support/standing-of-commands.ts";

test("every exec command that the documents name is a command here", () => {
  assert.deepEqual(namedCommands().unknown, []);
});

test("every configuration line that the documents name is read, the documents' own slips excepted", () => {
  const { slips } = namedCommands();
  assert.deepEqual(
    slips.map(({ document, line }) => `${document}: ${line}`),
    [
      "example 13-10: authentication rsa-enr",
      "example 13-11: crypto isakmp policy 1 authentication rsa-encr",
      "example 13-11: group 2",
      "example 13-13: enable password",
      "example 13-21: config-mode",
      "example 13-30: ip nat inside source access-list 1 interface Ethernet0/0 overload",
      "example 13-30: permit 10",
    ],
  );
});

test("the page about the commands of the documents is as the commands are now", () => {
  const written = readFileSync(new URL("../../docs/commands-of-the-documents.md", import.meta.url), "utf8");
  assert.equal(written, pageOfNamedCommands(), "run: node --import tsx scripts/generate-commands.ts");
});

test("a command that is not in effect yet says so when it is entered", () => {
  const later = EXEC_LINES.flatMap(({ lines }) => lines).filter((line) => /^crypto ca|exchange/.test(line));
  assert.ok(later.length > 3, "the documents name some");
  for (const line of later) {
    const console = new FakeConsole("hostname R");
    console.type("configure terminal");
    assert.deepEqual(console.output(line), [`% \`${line}\` is not in effect yet.`, ""]);
  }
});

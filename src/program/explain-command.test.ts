import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { utf8 } from "../base/octets.ts";
import { explainCommand } from "./explain-command.ts";
import type { Terminal } from "./terminal.ts";

const ROOT = new URL("../../test/", import.meta.url);
const SESSION = "vectors/sessions/main_3des-md5-modp1024_3des-md5";

/** Runs the command on files of the tests' folder, and on files made here. */
async function explain(args: readonly string[], made: { readonly [path: string]: string } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    print: (lines) => void out.push(...lines),
    complain: (lines) => void err.push(...lines),
    readFile: (path) => {
      const text = made[path];
      return { kind: "file", bytes: text === undefined ? readFileSync(new URL(path, ROOT)) : utf8(text) };
    },
  };
  return { code: await explainCommand(args, terminal), out, err };
}

/** The keys of the session, as tshark is given them: a line of its table for each. */
const KEY_LINES = readFileSync(new URL(`${SESSION}/tshark.args`, ROOT), "utf8")
  .split("\n")
  .flatMap((line) => /^uat:(?:ikev1_decryption_table|esp_sa):(.*)$/.exec(line)?.[1] ?? []);

test("a capture is explained message by message, and nothing is complained about", async () => {
  const { code, out, err } = await explain(["captures/ipsec-ikev1-isakmp-main-mode.pcap"]);
  assert.equal(code, 0);
  assert.deepEqual(err, []);
  const labels = out.flatMap((line) => /^#\d+ .* {2}(MM\d|QM\d)\b/.exec(line)?.[1] ?? []);
  assert.deepEqual(labels.slice(0, 6), ["MM1", "MM2", "MM3", "MM4", "MM5", "MM6"]);
});

test("keys may come in several files", async () => {
  const capture = `${SESSION}/session.pcap`;
  const closed = await explain([capture]);
  const files = Object.fromEntries(KEY_LINES.map((line, i) => [`keys${i}`, line]));
  const open = await explain([capture, ...Object.keys(files).flatMap((name) => ["--keys", name])], files);
  assert.equal(open.code, 0);
  assert.deepEqual(open.err, []);
  assert.ok(KEY_LINES.length > 1);
  assert.notDeepEqual(open.out, closed.out);
  const together = await explain([capture, "--keys", "all"], { all: KEY_LINES.join("\n") });
  assert.deepEqual(open.out, together.out);
});

test("as JSON it is one value with an entry for each message", async () => {
  const { code, out } = await explain(["--json", "captures/ipsec-ikev1-isakmp-main-mode.pcap"]);
  assert.equal(code, 0);
  const value: unknown = JSON.parse(out.join("\n"));
  assert.ok(
    typeof value === "object" && value !== null && "entries" in value && Array.isArray(value.entries),
  );
  assert.equal(value.entries.length, 9);
});

test("with --fields more is told", async () => {
  const capture = "captures/ipsec-ikev1-isakmp-main-mode.pcap";
  const less = await explain([capture]);
  const more = await explain([capture, "--fields"]);
  assert.ok(more.out.length > less.out.length);
});

test("a file that is no capture is refused in one line", async () => {
  const { code, out, err } = await explain(["text"], { text: "interface Ethernet0/0\n" });
  assert.equal(code, 2);
  assert.deepEqual(out, []);
  assert.equal(err.length, 1);
  assert.match(err[0] ?? "", /^skeyid explain: text is no capture: /);
});

test("a key file without keys is refused, and stray lines beside keys are only complained about", async () => {
  const capture = `${SESSION}/session.pcap`;
  const none = await explain([capture, "--keys", "k"], { k: "hello\nworld\n" });
  assert.equal(none.code, 2);
  assert.deepEqual(none.out, []);
  assert.match(none.err.join("\n"), /^skeyid explain: k holds no keys: k:1: [^\n]+$/);
  const stray = await explain([capture, "--keys", "k"], { k: `${"hello\n".repeat(8)}${KEY_LINES[0]}\n` });
  assert.equal(stray.code, 0);
  assert.equal(stray.err.length, 6);
  assert.equal(stray.err.at(-1), "skeyid explain: k: 3 more lines hold no key");
});

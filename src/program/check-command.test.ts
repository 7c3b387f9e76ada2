import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../base/octets.ts";
import { encryptType6 } from "../crypto/passwords/type-6.ts";
import { checkCommand } from "./check-command.ts";
import type { Terminal } from "./terminal.ts";

const WEAK = `hostname Weak
crypto isakmp policy 1
 authentication pre-share
crypto isakmp key jw4ep9846804ijl address 172.16.172.20
crypto ipsec transform-set myset esp-3des esp-md5-hmac
crypto map vpn 10 ipsec-isakmp
 set peer 172.16.172.20
 set transform-set myset
 match address 101
interface Ethernet1/0
 ip address 172.16.172.10 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255
`;
const WRONG = WEAK.replace(" set transform-set myset\n", "");

async function check(args: readonly string[], files: { readonly [path: string]: string }) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    print: (lines) => void out.push(...lines),
    complain: (lines) => void err.push(...lines),
    readFile: (path) => {
      const text = files[path];
      return text === undefined
        ? { kind: "problem", problem: `cannot read ${path}: there is no such file` }
        : { kind: "file", bytes: utf8(text) };
    },
  };
  return { code: await checkCommand(args, terminal), out, err };
}

test("a configuration that would come up has exit code 0, whatever is weak in it", async () => {
  const { code, out, err } = await check(["a.cfg"], { "a.cfg": WEAK });
  assert.equal(code, 0);
  assert.deepEqual(err, []);
  assert.ok(out.some((line) => line.startsWith("a.cfg:") && line.includes(": warning: ")));
});

test("one that would not has exit code 1, and the line that is concerned", async () => {
  const { code, out } = await check(["a.cfg"], { "a.cfg": WRONG });
  assert.equal(code, 1);
  assert.ok(out.some((line) => line.startsWith("a.cfg:6: error: ")));
});

test("several files are told one after the other, and any error counts", async () => {
  const files = { "a.cfg": WEAK, "b.cfg": WRONG };
  const both = await check(["a.cfg", "b.cfg"], files);
  const first = await check(["a.cfg"], files);
  const second = await check(["b.cfg"], files);
  assert.equal(both.code, 1);
  assert.deepEqual(both.out, [...first.out, "", ...second.out]);
});

test("as JSON it is an array of reports, without keys", async () => {
  const { code, out } = await check(["--json", "a.cfg", "b.cfg"], { "a.cfg": WEAK, "b.cfg": WRONG });
  assert.equal(code, 1);
  const text = out.join("\n");
  const reports: unknown = JSON.parse(text);
  assert.ok(Array.isArray(reports));
  assert.deepEqual(
    reports.map(({ file, errors }) => [file, errors]),
    [
      ["a.cfg", 0],
      ["b.cfg", 1],
    ],
  );
  assert.ok(!text.includes("jw4ep"));
});

test("keys of type 6 are read with the key beside the configuration, and told of without it", async () => {
  const random = { bytes: (_: string, length: number) => new Uint8Array(length).fill(7) };
  const encrypted = WEAK.replace(
    "jw4ep9846804ijl",
    `6 ${encryptType6(utf8("jw4ep9846804ijl"), "master", random)}`,
  );
  const told = async (beside: { readonly [path: string]: string }) => {
    const { out } = await check(["a.cfg"], { "a.cfg": encrypted, ...beside });
    return out.filter((line) => line.includes("A pre-shared key is encrypted"));
  };
  assert.match((await told({}))[0] ?? "", /^a\.cfg:4: warning: .* is not here/);
  assert.deepEqual(await told({ "a.config-key": "master\n" }), []);
  assert.match((await told({ "a.config-key": "another\n" }))[0] ?? "", /with another key than ours/);
});

test("one unreadable file ends it before anything is printed", async () => {
  const { code, out, err } = await check(["a.cfg", "missing"], { "a.cfg": WEAK });
  assert.equal(code, 2);
  assert.deepEqual(out, []);
  assert.deepEqual(err, ["skeyid check: cannot read missing: there is no such file"]);
});

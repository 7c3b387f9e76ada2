/** What keeps a lab from running is said in clear, with the place, and nothing runs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { skeyidLab } from "./lab-program.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test("a folder without configurations says what a lab has", async () => {
  await refused(folderWith({ "notes.md": "" }), /^skeyid lab: .*: no IOS configuration here; .* NAME\.cfg/);
});

test("a name that is neither folder nor example is told with the examples there are", async () => {
  await refused("nowhere", /^skeyid lab: nowhere: no such file or folder, .*router-to-router-psk/);
});

test("an unknown option is one line", async () => {
  const { code, out, err } = await skeyidLab("--frobnicate");
  assert.deepEqual([code, out], [2, []]);
  assert.deepEqual(err, ["skeyid lab: unknown option --frobnicate; see skeyid lab --help"]);
});

test("a line that IOS would refuse is told with file and line", async () => {
  const folder = folderWith({ "a.cfg": "hostname A\nip adress 1.1.1.1\n" });
  await refused(folder, /a\.cfg:2: error: IOS refuses this line/);
});

test("a crypto map without transform set is told with file, line and what to add", async () => {
  const { wan } = configurations();
  const folder = folderWith({ "a.cfg": wan.replace(/ set transform-set .*\n/, "") });
  await refused(folder, /a\.cfg:\d+: error: .*transform.set/i, /`set transform-set/);
});

test("an unknown access list is told with file, line and what to add", async () => {
  const { wan } = configurations();
  const folder = folderWith({ "a.cfg": wan.replace("match address 101", "match address 102") });
  await refused(folder, /a\.cfg:\d+: error: .*102/, /access-list 102/);
});

test("an address that two routers have is told with both places", async () => {
  const { wan } = configurations();
  const folder = folderWith({ "a.cfg": wan, "b.cfg": wan.replace("hostname A", "hostname B") });
  await refused(
    folder,
    /10\.1\.1\.1 is the address of A Ethernet0\/0 \(.*a\.cfg:\d+.*\) and of B Ethernet0\/0/,
  );
});

test("a lab.json that is wrong says where", async () => {
  const { wan } = configurations();
  const cases: readonly (readonly [string, RegExp])[] = [
    ["{", /lab\.json: /],
    [
      '{"script": [{"router": "B", "lines": []}]}',
      /lab\.json: script: there is no B; there are A, host1, host2$/,
    ],
    ['{"debug": ["crypto"]}', /lab\.json: debug knows isakmp/],
    ['{"links": {"1.0.0.0/8": {}}}', /lab\.json: links: no interface is in 1\.0\.0\.0\/8/],
  ];
  for (const [labFile, expected] of cases)
    await refused(folderWith({ "a.cfg": wan, "lab.json": labFile }), expected);
});

test("a file that cannot be written is told before anything runs", async () => {
  const { code, out, err } = await skeyidLab("--pcap", "/nowhere/at/all.pcap");
  assert.deepEqual([code, out.length, err.length], [2, 0, 1]);
  assert.match(err[0] ?? "", /^skeyid lab: cannot write: .*\/nowhere\/at\/all\.pcap/);
});

async function refused(path: string, ...expected: readonly RegExp[]): Promise<void> {
  const { code, out, err } = await skeyidLab(path);
  assert.equal(code, 2);
  assert.deepEqual(out, []);
  for (const each of expected) assert.match(err.join("\n"), each);
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "skeyid-lab-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function configurations() {
  const wan = `hostname A
crypto isakmp policy 1
 authentication pre-share
crypto isakmp key secret address 192.0.2.2
crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac
crypto map vpn 10 ipsec-isakmp
 set peer 192.0.2.2
 set transform-set strong
 match address 101
interface Ethernet0/0
 ip address 10.1.1.1 255.255.255.0
interface Ethernet1/0
 ip address 192.0.2.1 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255
`;
  return { wan };
}

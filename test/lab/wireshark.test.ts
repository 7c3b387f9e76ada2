/** What `--pcap` and `--keys` leave is read by others: tshark decrypts IKE and ESP, and so does `skeyid explain`. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { explainCommand } from "../../src/program/explain-command.ts";
import { PROCESS_TERMINAL } from "../../src/program/terminal.ts";
import { tshark, whyNoTshark } from "../support/tshark.ts";
import { skeyidLab } from "./lab-program.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "skeyid-lab-"));
  mkdirSync(join(folder, "wireshark"));
});
after(() => rmSync(folder, { recursive: true }));

for (const [example, cipher] of [
  ["router-to-router-psk", "HMAC-MD5-96 [RFC2403]"],
  ["router-to-router-pfs", "HMAC-SHA-256-128 [RFC4868]"],
] as const) {
  test(`tshark decrypts every message of ${example}, and finds every ICV correct`, {
    skip: whyNoTshark(),
  }, async () => {
    const capture = join(folder, `${example}.pcap`);
    const { code } = await skeyidLab(
      ...[example, "--debug", "none", "--seed", "4", "--pcap", capture, "--keys", join(folder, "wireshark")],
    );
    assert.equal(code, 0);
    const dissected = tshark(capture, folder, "-V");
    const count = (wanted: RegExp) => [...dissected.matchAll(wanted)].length;
    const pings = example === "router-to-router-psk" ? 4 : 9;
    // MM5 and MM6 show who they come from only when decrypted, quick mode 1 and 2 what they are about.
    assert.equal(count(/Identification Data:172\.16\.172\.\d+\n/g), 2);
    assert.equal(count(/Identification Data:10\.1\.[12]\.0\/255\.255\.255\.0/g), 4);
    assert.equal(count(/Encapsulating Security Payload/g), 2 * pings);
    assert.equal(count(/<([^>]+)> \[correct\]/g), 2 * pings);
    assert.ok(dissected.includes(`<${cipher}>`));
    assert.equal(tshark(capture, folder, "-Y", "icmp.type == 0").trim().split("\n").length, pings);
    assert.doesNotMatch(dissected, /Malformed|\[incorrect/);
  });
}

test("tshark opens AES-GCM, in transport and in tunnel mode, and finds every ICV correct", {
  skip: whyNoTshark(),
}, async () => {
  const capture = join(folder, "transport-mode.pcap");
  const { code } = await skeyidLab(
    ...["transport-mode", "--debug", "none", "--seed", "4", "--pcap", capture],
    ...["--keys", join(folder, "wireshark")],
  );
  assert.equal(code, 0);
  const dissected = tshark(capture, folder, "-V");
  const count = (wanted: RegExp) => [...dissected.matchAll(wanted)].length;
  // 4 pings in transport mode, 5 that are cut, 4 in tunnel mode.
  assert.equal(count(/\[Good: True\]/g), 2 * (4 + 5 + 4));
  assert.equal(count(/Next header: ICMP/g), 2 * (4 + 5));
  assert.equal(count(/Next header: IPIP/g), 2 * 4);
  assert.doesNotMatch(dissected, /Malformed|\[Good: False\]/);
});

test("tshark reads the RIP that goes through tunnels, once it has decrypted them", {
  skip: whyNoTshark(),
}, async () => {
  const capture = join(folder, "gre-fail-over.pcap");
  const { code } = await skeyidLab(
    ...["gre-fail-over", "--debug", "none", "--seed", "4", "--pcap", capture],
    ...["--keys", join(folder, "wireshark")],
  );
  assert.equal(code, 0);
  const fields = ["ip.src", "rip.ip", "rip.netmask", "rip.metric"].flatMap((name) => ["-e", name]);
  const told = tshark(
    capture,
    folder,
    "-Y",
    "rip.command == 2 && rip.version == 2",
    "-T",
    "fields",
    ...fields,
  );
  const lines = new Set(told.trim().split("\n"));
  assert.ok(
    [...lines].some((line) => /10\.4\.1\.2\t10\.1\.2\.0,10\.4\.2\.0\t255\.255\.255\.0,.*\t1,1$/.test(line)),
    `the branch tells of its network by the first tunnel: ${[...lines].join(" | ")}`,
  );
  assert.equal(tshark(capture, folder, "-Y", "_ws.malformed && rip"), "");
});

test("the capture's times are those of the lab, and its keys stand in one file for skeyid explain", async () => {
  const capture = join(folder, "one.pcap");
  const keys = join(folder, "one.keys");
  const { out } = await skeyidLab("--debug", "none", "--seed", "4", "--pcap", capture, "--keys", keys);
  assert.ok(out.includes(`To read the capture: skeyid explain ${capture} --keys ${keys}`));
  const lines = readFileSync(keys, "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => line.replace(/[0-9a-f]{8,}/g, "…").slice(0, 12)),
    ["…,…", "# skeyid … h", '"IPv4","172.', '"IPv4","172.'],
  );
  const told: string[] = [];
  const code = await explainCommand([capture, "--keys", keys], {
    ...PROCESS_TERMINAL,
    print: (more) => void told.push(...more),
  });
  assert.equal(code, 0);
  assert.equal(told.filter((line) => /\(HASH.* verified\)/.test(line)).length, 5);
  assert.equal(told.filter((line) => line.startsWith("#") && line.includes("ICV verified")).length, 8);
  const octets = readFileSync(capture);
  // Classic pcap, bare IP packets, the first at the start of virtual time.
  assert.deepEqual([octets.readUInt32BE(0), octets.readUInt32BE(20)], [0xa1b2c3d4, 101]);
  assert.equal(octets.readUInt32BE(24) * 1000, Date.UTC(1993, 2, 1));
});

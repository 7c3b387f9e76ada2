/** ike-scan looks at a Linux router: what it finds, what it is told, and what its malformed probes get. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { GATEWAY_ADDRESS as OURS, PEER_ADDRESS as PEER } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";

const IKE_SCAN = "/usr/bin/ike-scan";
const skip = whyNoMachines() ?? (existsSync(IKE_SCAN) ? false : "needs ike-scan: apt-get install ike-scan");

const CONFIGURATION = `hostname ours
crypto isakmp policy 10
 encr 3des
 hash md5
 authentication pre-share
 group 2
 lifetime 28800
crypto isakmp policy 20
 encr aes 256
 authentication pre-share
 group 5
 lifetime 28800
crypto isakmp key a-shared-secret address ${PEER}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${OURS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;

describe("ike-scan", { skip, concurrency: false }, () => {
  let network: Network;
  let router: RunningRouter;

  before(async () => {
    network = new Network("ours", "peer");
    network.wire(["ours", "wan0", `${OURS}/24`], ["peer", "wan0", `${PEER}/24`]);
    router = await network.router("ours", CONFIGURATION);
  });
  after(() => network?.remove());

  /** What it says about us, once it has an answer. */
  const scan = (...options: readonly string[]): string => scanFor(60_000, ...options);
  const scanFor = (milliseconds: number, ...options: readonly string[]): string => {
    const patience = ["--retry=1", `--timeout=${milliseconds}`];
    return network.attempt("peer", IKE_SCAN, "--nodns", "-M", ...patience, ...options, OURS);
  };

  it("finds us by its usual offer, of which the policy is taken that we prefer", () => {
    const found = scan();
    assert.match(found, /192\.0\.2\.1\tMain Mode Handshake returned/);
    assert.match(
      found,
      /SA=\(Enc=3DES Hash=MD5 Auth=PSK Group=2:modp1024 LifeType=Seconds LifeDuration\(4\)=0x00007080\)/,
    );
    assert.match(found, /1 returned handshake; 0 returned notify/);
  });

  it("lists our policies and no others, one offer at a time", () => {
    const accepted = ["des", "3des", "aes 128", "aes 256"].flatMap((cipher, i) =>
      ["1", "2"].flatMap((hash) =>
        ["1", "2", "5", "14"].flatMap((group) => {
          const transform = `--trans=${["1", "5", "7/128", "7/256"][i]},${hash},1,${group}`;
          return scan(transform).includes("1 returned handshake") ? [`${cipher} ${hash} ${group}`] : [];
        }),
      ),
    );
    assert.deepEqual(accepted, ["3des 1 2", "aes 256 2 5"]);
  });

  it("is told that nothing it offers is taken, and so is our operator", async () => {
    assert.match(scan("--trans=1,1,1,1"), /Notify message 14 \(NO-PROPOSAL-CHOSEN\)/);
    await router.says(/No ISAKMP policy matches what 192\.0\.2\.2 offers/);
  });

  it("recognises our vendor IDs, and finds NAT traversal on port 4500 too", () => {
    const found = scan(...POLICY_20, `--vendor=${NAT_TRAVERSAL}`);
    assert.match(found, /Enc=AES Hash=SHA1 Auth=PSK Group=5:modp1536 KeyLength=256/);
    assert.match(found, /VID=4a131c81070358455c5728f20e95452f \(RFC 3947 NAT-T\)/);
    assert.match(scan("--nat-t"), /Main Mode Handshake returned/);
  });

  it("gets an aggressive mode answer for known and unknown names alike, whose HASH_R is that of our key", () => {
    const known = aggressive(
      `0x${PEER.split(".")
        .map((octet) => Number(octet).toString(16).padStart(2, "0"))
        .join("")}`,
      "1",
    );
    network.ip("peer", "address", "add", "192.0.2.9/24", "dev", "wan0");
    network.ip("peer", "route", "add", OURS, "dev", "wan0", "src", "192.0.2.9");
    const unknown = aggressive("somebody", "11");
    network.ip("peer", "route", "del", OURS);
    for (const { found } of [known, unknown])
      for (const part of [
        /Aggressive Mode Handshake returned/,
        /\(Cisco Unity\)/,
        /\(Dead Peer Detection v1\.0\)/,
        /\(XAUTH\)/,
        /Value=192\.0\.2\.1\)/,
        /Hash\(16 bytes\)/,
      ])
        assert.match(found, part);
    assert.match(known.cracked, /key "a-shared-secret" matches MD5 hash/);
    assert.match(unknown.cracked, /no match found/);
  });

  it("gets nothing for what is malformed, and then its answer as before", async () => {
    for (const option of MALFORMED)
      assert.match(scanFor(300, option), /0 returned handshake; 0 returned notify/, option);
    assert.match(scan(), /1 returned handshake/);
    await router.says(/%CRYPTO-4-IKMP_BAD_MESSAGE/);
    assert.doesNotMatch(router.output, /FAULT/);
  });

  function aggressive(identity: string, type: string): { readonly found: string; readonly cracked: string } {
    const values = network.file(`psk-${type}`, "");
    const dictionary = network.file("words", "cisco\nnot-the-same\na-shared-secret\n");
    const found = scan(
      "-A",
      `--id=${identity}`,
      `--idtype=${type}`,
      "--dhgroup=2",
      "--trans=5,1,1,2",
      `--pskcrack=${values}`,
    );
    return { found, cracked: network.attempt("peer", "psk-crack", "-d", dictionary, values) };
  }
});

const POLICY_20 = ["--trans=7/256,2,1,5"];
const NAT_TRAVERSAL = "4a131c81070358455c5728f20e95452f";
/** Lengths, versions, flags, identifiers and values that no message has. */
const MALFORMED = [
  ...["--headerlen=+4", "--headerlen=-4", "--headerlen=4294967295", "--mbz=255", "--nextpayload=99"],
  ...["--exchange=99", "--headerver=0x20", "--hdrflags=0xff", "--hdrmsgid=7", "--doi=9", "--situation=9"],
  ...["--cookie=0000000000000000", "--rcookie=1122334455667788"],
];

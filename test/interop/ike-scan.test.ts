/** What ike-scan, a scanner for IKE gateways, gets from us by aggressive mode, and what psk-crack makes of it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { GatewayProcess } from "./gateway-process.ts";
import { GATEWAY_ADDRESS, makeNamespaces, PEER_ADDRESS, whyNoPeers } from "./namespaces.ts";

const skip = whyNoPeers("/usr/bin/ike-scan", "/usr/bin/psk-crack") ?? false;
const KEY = "guessable";

const CONFIGURATION = `hostname ours
crypto isakmp policy 1
 encr 3des
 hash sha
 authentication pre-share
 group 2
 lifetime 3600
crypto isakmp key ${KEY} hostname known.example.com
crypto ipsec transform-set t esp-3des esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${GATEWAY_ADDRESS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;

interface Probe {
  readonly said: string;
  /** What psk-crack says, given a dictionary with the key in it. */
  readonly cracked: string;
}

test("a scanner cannot tell a name with a key from one without, unless it guesses the key", {
  skip,
}, async () => {
  const namespaces = makeNamespaces();
  const folder = mkdtempSync(join(tmpdir(), "skeyid-scan-"));
  let gateway: GatewayProcess | undefined;
  const inPeers = (...command: readonly string[]): string =>
    execFileSync("ip", ["netns", "exec", namespaces.peers, ...command], { encoding: "utf8" });
  const probe = (name: string): Probe => {
    const hash = join(folder, name);
    const said = inPeers(
      ...["ike-scan", "--aggressive", "--retry=1", "--trans=5,2,1,2", "--dhgroup=2", `--id=${name}`],
      ...["--idtype=2", `--pskcrack=${hash}`, GATEWAY_ADDRESS],
    );
    const dictionary = join(folder, "words");
    writeFileSync(dictionary, `secret\n${KEY}\ncisco\n`);
    return { said, cracked: inPeers("psk-crack", `--dictionary=${dictionary}`, hash) };
  };
  try {
    gateway = await GatewayProcess.start(namespaces.ours, CONFIGURATION);
    const [known, unknown] = [probe("known.example.com"), probe("unknown.example.com")];
    const shape = (said: string) =>
      said.replaceAll(/[0-9a-f]{16,}/g, "HEX").replaceAll(/Ending.*|.*hosts\/sec.*/g, "");
    assert.match(known.said, /Aggressive Mode Handshake returned/);
    assert.equal(shape(unknown.said), shape(known.said));
    assert.match(known.cracked, /key "guessable" matches/);
    assert.match(unknown.cracked, /no match found/);
    assert.ok(readFileSync(join(folder, "known.example.com"), "utf8").length > 0, "a hash to try keys on");
  } finally {
    gateway?.stop();
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});

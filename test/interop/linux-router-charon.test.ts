/** `skeyid run` against strongSwan: its kernel side carries the pings, ESP in UDP through port 4500, both ways and both initiators. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { CHARON, Charon } from "./charon.ts";
import { GATEWAY_ADDRESS, ip, makeNamespaces, PEER_ADDRESS, PEER_INSIDE, whyNoPeers } from "./namespaces.ts";
import { RunningRouter, whyNoMachines } from "./router-machines.ts";

const skip = whyNoMachines() ?? whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false;

const KEY = "a-shared-secret";
const INSIDE = "10.1.0.1";
const CONFIGURATION = `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
 lifetime 3600
crypto isakmp key ${KEY} address ${PEER_ADDRESS}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set t
 match address 101
interface Loopback0
 ip address ${INSIDE} 255.255.255.0
interface Ethernet0
 ip address ${GATEWAY_ADDRESS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;

describe("a Linux router and strongSwan", { skip, concurrency: false }, () => {
  it("carry pings both ways when we initiate, and end the SAs with the process", () =>
    withPeers(async ({ router, charon, ping }) => {
      for (let attempt = 0; attempt < 20 && ping("ours", 1) === 0; attempt++);
      assert.equal(ping("ours", 5), 5);
      assert.equal(ping("peers", 5), 5);
      assert.match(
        charon.sas(),
        /ESTABLISHED, IKEv1[\s\S]*INSTALLED, TUNNEL-in-UDP, ESP:AES_CBC-128\/HMAC_SHA1_96/,
      );
      assert.equal(await router.end("SIGTERM"), 0);
      assert.equal(charon.sas(), "");
    }));

  it("carry pings both ways when it initiates", () =>
    withPeers(async ({ charon, ping }) => {
      charon.initiate();
      assert.equal(ping("peers", 5), 5);
      assert.equal(ping("ours", 5), 5);
    }));
});

interface Peers {
  readonly router: RunningRouter;
  readonly charon: Charon;
  /** Echoes that came back to one from the other. */
  readonly ping: (from: "ours" | "peers", count: number) => number;
}

async function withPeers(work: (peers: Peers) => Promise<void>): Promise<void> {
  const namespaces = makeNamespaces();
  const folder = mkdtempSync(`${tmpdir()}/skeyid-charon-`);
  let charon: Charon | undefined;
  let router: RunningRouter | undefined;
  try {
    ip("-n", namespaces.ours, "addr", "add", `${INSIDE}/24`, "dev", "lo");
    charon = await Charon.start(namespaces.peers, {
      ike: "aes128-sha1-modp1024",
      esp: "aes128-sha1",
      preSharedKey: KEY,
    });
    writeFileSync(`${folder}/router.cfg`, CONFIGURATION);
    const program = fileURLToPath(new URL("./skeyid-program.ts", import.meta.url));
    const skeyid = [process.execPath, "--import", "tsx", program];
    const run = ["run", `${folder}/router.cfg`, "--dataplane", "tun", "--state-dir", `${folder}/state`];
    router = new RunningRouter(["ip", "netns", "exec", namespaces.ours, ...skeyid, ...run]);
    await router.says(/%SKEYID-5-STARTED/);
    const ping = (from: "ours" | "peers", count: number): number => {
      const [source, destination] = from === "ours" ? [INSIDE, PEER_INSIDE] : [PEER_INSIDE, INSIDE];
      return echoes(namespaces[from], source, destination, count);
    };
    await work({ router, charon, ping });
    assert.doesNotMatch(router.output, /FAULT/);
  } finally {
    await router?.kill();
    await charon?.stop();
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function echoes(namespace: string, source: string, destination: string, count: number): number {
  const options = ["-n", "-c", `${count}`, "-l", `${count}`, "-i", "1", "-W", "1", "-I", source, destination];
  try {
    const output = ip("netns", "exec", namespace, "ping", ...options);
    return Number(/(\d+) received/.exec(output)?.[1] ?? 0);
  } catch (error) {
    const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
    return Number(/(\d+) received/.exec(output)?.[1] ?? 0);
  }
}

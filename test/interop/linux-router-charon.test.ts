/** `skeyid run` against strongSwan: its kernel side carries the pings, ESP in UDP through port 4500, both ways and both initiators. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CHARON, Charon } from "./charon.ts";
import { echoesReceived, pingOptions } from "./echoes.ts";
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

/** Whoever has the key, from wherever, says what is behind it. */
const DYNAMIC = CONFIGURATION.replace(
  /crypto isakmp key .*/,
  `crypto isakmp key ${KEY} address 0.0.0.0 0.0.0.0`,
)
  .replace(
    /crypto map vpn 10[^!]*match address 101\n/,
    `crypto dynamic-map outside 10
 set transform-set t
 reverse-route
crypto map vpn 65000 ipsec-isakmp dynamic outside
`,
  )
  .replace(/access-list.*\n/, "");

describe("a Linux router and strongSwan", { skip, concurrency: false }, () => {
  it("carry pings both ways when we initiate, and end the SAs with the process", () =>
    withPeers(async ({ router, charon, ping }) => {
      for (let attempt = 0; attempt < 120 && ping("ours", 1) === 0; attempt++);
      assert.equal(ping("ours", 5), 5);
      assert.equal(ping("peers", 5), 5);
      assert.match(
        charon.sas(),
        /ESTABLISHED, IKEv1[\s\S]*INSTALLED, TUNNEL-in-UDP, ESP:AES_CBC-128\/HMAC_SHA1_96/,
      );
      assert.equal(await router.end("SIGTERM"), 0);
      await charon.untilNoSas();
    }));

  it("carry pings both ways when it initiates", () =>
    withPeers(async ({ charon, ping }) => {
      charon.initiate();
      assert.equal(ping("peers", 5), 5);
      assert.equal(ping("ours", 5), 5);
    }));

  it("carry pings both ways when it comes from an address that nobody knew, as long as it is there", () =>
    withPeers(
      async ({ router, charon, ping, own, again }) => {
        const before = own();
        assert.equal(ping("ours", 1), 0);
        charon.initiate();
        await own.are((now) => now.includes("10.2.0.0/24 via 192.0.2.2 dev wan0"));
        assert.equal(ping("ours", 5), 5, "what begins here goes to it");
        assert.equal(ping("peers", 5), 5);
        const during = own();
        assert.match(during, /28000:\tfrom 10\.2\.0\.0\/24 to 10\.1\.0\.0\/24 iif wan0 lookup 29548/);
        assert.match(during, /30300:\tfrom 10\.1\.0\.0\/24 to 10\.2\.0\.0\/24 lookup 29547/);
        charon.terminate();
        await own.are((now) => now === before);
        charon.initiate();
        await own.are((now) => now === during);
        assert.equal(await router.end("SIGTERM"), 0);
        assert.doesNotMatch(own(), /lookup 29|via/, "nothing is left at the end");
        const crashing = await again();
        charon.initiate();
        await own.are((now) => now === during);
        await crashing.kill();
        assert.match(own(), /30300:[\s\S]*via/, "a crash leaves it to the next start");
        await again();
        assert.equal(own(), before);
      },
      DYNAMIC,
      ["--configure"],
    ));
});

interface Peers {
  readonly router: RunningRouter;
  readonly charon: Charon;
  /** Echoes that came back to one from the other. */
  readonly ping: (from: "ours" | "peers", count: number) => number;
  /** Rules and routes of our machine. */
  readonly own: (() => string) & { are(expected: (now: string) => boolean): Promise<void> };
  /** Starts the router once more. */
  readonly again: () => Promise<RunningRouter>;
}

async function withPeers(
  work: (peers: Peers) => Promise<void>,
  configuration = CONFIGURATION,
  options: readonly string[] = [],
): Promise<void> {
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
    writeFileSync(`${folder}/router.cfg`, configuration);
    const program = fileURLToPath(new URL("./skeyid-program.ts", import.meta.url));
    const skeyid = [process.execPath, "--import", "tsx", program];
    const run = ["run", `${folder}/router.cfg`, "--dataplane", "tun", "--state-dir", `${folder}/state`];
    const again = async (): Promise<RunningRouter> => {
      router = new RunningRouter(["ip", "netns", "exec", namespaces.ours, ...skeyid, ...run, ...options]);
      await router.says(/%SKEYID-5-STARTED/);
      return router;
    };
    const first = await again();
    const ping = (from: "ours" | "peers", count: number): number => {
      const [source, destination] = from === "ours" ? [INSIDE, PEER_INSIDE] : [PEER_INSIDE, INSIDE];
      return echoes(namespaces[from], source, destination, count);
    };
    const shown = () =>
      ["rule", "route"].map((what) => ip("-n", namespaces.ours, "-4", what, "show")).join("");
    const are = async (expected: (now: string) => boolean): Promise<void> => {
      for (let i = 0; i < 1000 && !expected(shown()); i++) await wait(20);
      assert.ok(expected(shown()), shown());
    };
    await work({ router: first, charon, ping, own: Object.assign(shown, { are }), again });
    assert.doesNotMatch(first.output, /FAULT/);
  } finally {
    await router?.kill();
    await charon?.stop();
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function echoes(namespace: string, source: string, destination: string, count: number): number {
  const options = [...pingOptions(count, undefined, source), destination];
  try {
    return echoesReceived(ip("netns", "exec", namespace, "ping", ...options));
  } catch (error) {
    return echoesReceived(error instanceof Error && "stdout" in error ? String(error.stdout) : "");
  }
}

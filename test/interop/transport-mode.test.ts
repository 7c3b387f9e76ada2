/** Two Linux routers that protect what they say to each other themselves, in transport mode: raw, and in UDP behind a NAT. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { echoesReceived, pingOptions } from "./echoes.ts";
import { whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";

const skip = whyNoMachines() ?? whyNoPeers("/usr/sbin/nft") ?? false;
const [LEFT, RIGHT] = ["192.0.2.1", "192.0.2.2"] as const;
const [BEHIND, INSIDE_NAT, NAT] = ["192.168.1.2", "192.168.1.1", "192.0.2.1"] as const;

describe("transport mode between Linux routers", { skip, concurrency: 2 }, () => {
  it("carries what either says to the other, whole packets and long ones, from no address that is named", () =>
    Network.with(["left", "right"], async (network) => {
      network.wire(["left", "wan", `${LEFT}/24`], ["right", "wan", `${RIGHT}/24`]);
      watch(network, "left", "right");
      const routers = await Promise.all([
        network.router("left", configuration({ own: LEFT, peer: RIGHT }), "--hold", "--configure"),
        network.router("right", configuration({ own: RIGHT, peer: LEFT }), "--hold", "--configure"),
      ]);
      await network.pingUntilAnswered("left", LEFT, RIGHT);
      await carriesEverything(network, LEFT, RIGHT);
      await sayMode(network, "Transport");
      assertNoFault(routers);
    }));

  it("takes nothing in clear from its peer, and leaves the machine as it was", () =>
    Network.with(["left", "right"], async (network) => {
      network.wire(["left", "wan", `${LEFT}/24`], ["right", "wan", `${RIGHT}/24`]);
      assert.equal(pinged(network, "right", LEFT, 2), 2);
      const rules = network.ip("left", "rule", "show");
      const router = await network.router("left", configuration({ own: LEFT, peer: RIGHT }), "--configure");
      assert.equal(pinged(network, "right", LEFT, 1), 0);
      assert.equal(await router.end("SIGTERM"), 0);
      assert.equal(network.ip("left", "rule", "show"), rules);
      assert.equal(pinged(network, "right", LEFT, 2), 2);
    }));

  it("carries it in UDP through a NAT, with TCP's and UDP's checksums right at the other end", () =>
    Network.with(["left", "nat", "right"], async (network) => {
      network.wire(["left", "wan", `${BEHIND}/24`], ["nat", "lan", `${INSIDE_NAT}/24`]);
      network.wire(["nat", "wan", `${NAT}/24`], ["right", "wan", `${RIGHT}/24`]);
      network.ip("left", "route", "add", "default", "via", INSIDE_NAT);
      network.run("nat", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
      network.nftables(
        "nat",
        `table ip nat { chain out { type nat hook postrouting priority srcnat; oifname "wan" ip protocol udp masquerade to :20000-24999; }; }`,
      );
      watch(network, "left", "right");
      const routers = await Promise.all([
        network.router("left", configuration({ own: BEHIND, peer: RIGHT }), "--hold", "--configure"),
        network.router("right", configuration({ own: RIGHT, peer: NAT }), "--hold", "--configure"),
      ]);
      await network.pingUntilAnswered("left", BEHIND, RIGHT);
      await carriesEverything(network, NAT, RIGHT);
      await sayMode(network, "Transport UDP-Encaps");
      assertNoFault(routers);
    }));
});

/** Counts what comes by the wire in clear. */
function watch(network: Network, ...machines: readonly string[]): void {
  for (const machine of machines)
    network.nftables(
      machine,
      `table ip seen { chain in { type filter hook prerouting priority raw; iifname "wan" meta l4proto { icmp, tcp } counter; }; }`,
    );
}

async function carriesEverything(network: Network, left: string, right: string): Promise<void> {
  assert.equal(pinged(network, "left", right, 3), 3);
  assert.equal(pinged(network, "right", left, 3), 3);
  assert.equal(pinged(network, "left", right, 3, 4000), 3, "long pings");
  const listener = network.program("right", "bulk-program.ts", "listen", "5000");
  await listener.says(/listening/);
  const caller = network.program("left", "bulk-program.ts", right, "5000");
  for (const end of [listener, caller]) await end.says(/^received 6000000/m);
  assert.deepEqual(digest(caller, "received"), digest(listener, "sent"));
  assert.deepEqual(digest(listener, "received"), digest(caller, "sent"));
  for (const machine of ["left", "right"])
    assert.match(network.run(machine, "nft", "list", "ruleset"), /counter packets 0 /, "nothing in clear");
}

/** The kernel chooses the address to send from. */
function pinged(
  network: Network,
  machine: string,
  destination: string,
  count: number,
  octets?: number,
): number {
  const options = pingOptions(count, undefined, undefined, octets);
  return echoesReceived(network.attempt(machine, "ping", ...options, destination));
}

function digest({ output }: RunningRouter, verb: string): readonly string[] {
  return new RegExp(`^${verb} (\\d+) ([0-9a-f]{64})$`, "m").exec(output)?.slice(1) ?? [];
}

async function sayMode(network: Network, settings: string): Promise<void> {
  for (const machine of ["left", "right"]) {
    const shown = await network.console(machine, "terminal length 0", "show crypto ipsec sa");
    assert.ok(shown.includes(`in use settings ={${settings}, }`), shown);
    assert.match(shown, /#recv errors 0\s/);
  }
}

function assertNoFault(routers: readonly RunningRouter[]): void {
  for (const { output } of routers) assert.doesNotMatch(output, /FAULT/);
}

function configuration({ own, peer }: { readonly own: string; readonly peer: string }): string {
  return `hostname router
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
crypto isakmp key a-shared-secret address ${peer}
crypto ipsec transform-set t esp-gcm
 mode transport
crypto map vpn 10 ipsec-isakmp
 set peer ${peer}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${own} 255.255.255.0
 crypto map vpn
access-list 101 permit ip host ${own} host ${peer}
`;
}

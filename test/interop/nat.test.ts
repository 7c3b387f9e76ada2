/** Address translation between a Linux router and strongSwan: in front of either, of both, and one that changes its mind. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { CHARON, type Charon } from "./charon.ts";
import { whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";
import { charonChildren, shownFlows } from "./sa-counters.ts";
import { until } from "./until.ts";

const skip = whyNoMachines() ?? whyNoPeers(CHARON, "/usr/sbin/swanctl", "/usr/sbin/nft") ?? false;

/** Each end has a router in front of it, which translates addresses or does not. */
const [OURS, OUR_NAT, PEERS_NAT, PEER] = ["192.168.1.2", "192.0.2.1", "192.0.2.2", "192.168.2.2"] as const;
const [INSIDE, PEER_INSIDE] = ["10.1.0.1", "10.2.0.1"] as const;
const KEY = "a-shared-secret";

interface Translated {
  readonly ours: boolean;
  readonly peers: boolean;
  /** Seconds, in place of the usual 20. */
  readonly keepalive?: number;
}

describe("NAT traversal with strongSwan", { skip, concurrency: 3 }, () => {
  it("carries pings both ways when we are behind a NAT", () =>
    across({ ours: true, peers: false }, async ({ network, charon }) => {
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      await assertPingsBothWays(network, charon);
      assert.match(charon.sas(), /remote +'192\.168\.1\.2' @ 192\.0\.2\.1\[2\d{4}\]/);
      // The other end reaches us through what the NAT remembers.
      charon.initiate();
      await assertPingsBothWays(network, charon);
    }));

  it("carries pings both ways when it is behind a NAT", () =>
    across({ ours: false, peers: true }, async ({ network, charon }) => {
      charon.initiate();
      await assertPingsBothWays(network, charon);
    }));

  it("carries pings both ways when both are, and either initiates", () =>
    across({ ours: true, peers: true }, async ({ network, charon }) => {
      charon.initiate();
      await assertPingsBothWays(network, charon);
      await network.console("ours", "clear crypto sa", "clear crypto isakmp");
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      await assertPingsBothWays(network, charon);
    }));

  it("follows a NAT in front of the peer that forgets its mappings: by ESP alone, and by IKE", () =>
    across({ ours: false, peers: true }, async ({ network, charon, router }) => {
      charon.initiate();
      await assertPingsBothWays(network, charon);
      await forget(network, "natb", PEER, "30000-34999");
      await assertPingsBothWays(network, charon);
      await router.says(/%SKEYID-6-PEER_MOVED: peer behind a NAT is now at 192\.0\.2\.2 port 3\d{4}/);
      assert.match(
        await network.console("ours", "show crypto ipsec sa"),
        /current_peer: 192\.0\.2\.2:3\d{4}/,
      );
      await forget(network, "natb", PEER, "40000-44999");
      charon.initiate();
      await assertPingsBothWays(network, charon);
    }));

  it("keeps the NAT in front of us from forgetting, as often as it is told", () =>
    across({ ours: true, peers: false, keepalive: 5 }, async ({ network, charon }) => {
      for (const setting of ["udp_timeout", "udp_timeout_stream"])
        network.run("nata", "sysctl", "-q", "-w", `net.netfilter.nf_conntrack_${setting}=12`);
      network.nftables("nata", translation(OURS, "20000-24999", { isOpen: false }));
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      await wait(16_000);
      await assertPingsBothWays(network, charon);
    }));

  it("is followed by the peer when the NAT in front of us forgets its mappings", () =>
    across({ ours: true, peers: false }, async ({ network, charon }) => {
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      await forget(network, "nata", OURS, "30000-34999");
      await network.console("ours", "clear crypto sa");
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      await assertPingsBothWays(network, charon);
      assert.match(charon.sas(), /remote +'192\.168\.1\.2' @ 192\.0\.2\.1\[3\d{4}\]/);
    }));
});

interface Ends {
  readonly network: Network;
  readonly charon: Charon;
  readonly router: RunningRouter;
}

async function across(
  { ours, peers, keepalive }: Translated,
  work: (ends: Ends) => Promise<void>,
): Promise<void> {
  await Network.with(["ours", "nata", "natb", "peer"], async (network) => {
    network.wire(["ours", "wan0", `${OURS}/24`], ["nata", "lan", "192.168.1.1/24"]);
    network.wire(["nata", "wan", `${OUR_NAT}/24`], ["natb", "wan", `${PEERS_NAT}/24`]);
    network.wire(["peer", "wan0", `${PEER}/24`], ["natb", "lan", "192.168.2.1/24"]);
    network.ip("ours", "route", "add", "default", "via", "192.168.1.1");
    network.ip("peer", "route", "add", "default", "via", "192.168.2.1");
    for (const router of ["nata", "natb"]) network.run(router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    if (ours) translate(network, "nata", OURS);
    if (peers) translate(network, "natb", PEER);
    setRoutes(network);
    network.addresses("ours", `${INSIDE}/24`);
    network.addresses("peer", `${PEER_INSIDE}/24`);
    const charon = await network.charon("peer", {
      ...{ ike: "aes128-sha1-modp1024", esp: "aes128-sha1", preSharedKey: KEY },
      ends: { local: PEER, remote: ours ? `${OUR_NAT},%any` : OURS, remoteIdentity: OURS },
    });
    const router = await network.router("ours", configuration(peers ? PEERS_NAT : PEER, keepalive));
    await work({ network, charon, router });
    assert.doesNotMatch(router.output, /FAULT/);
  });
}

/** What is behind a NAT can be reached all the same, but nobody asks for it. */
function setRoutes(network: Network): void {
  network.ip("nata", "route", "replace", "192.168.2.0/24", "via", PEERS_NAT);
  network.ip("natb", "route", "replace", "192.168.1.0/24", "via", OUR_NAT);
}

function translate(network: Network, router: string, inside: string, ports = "20000-24999"): void {
  network.nftables(router, translation(inside, ports, { isOpen: true }));
}

/** Ports are translated, too; where it is open, what comes for IKE is passed on. */
function translation(inside: string, ports: string, { isOpen }: { readonly isOpen: boolean }): string {
  const incoming = `iifname "wan" udp dport { 500, 4500 } dnat to ${inside}`;
  return `table ip nat {
    chain out { type nat hook postrouting priority srcnat; oifname "wan" ip protocol udp masquerade to :${ports}; }
    chain in { type nat hook prerouting priority dstnat; ${isOpen ? incoming : ""}; }
  }`;
}

/** As it does when its line to the provider was gone for a moment. */
async function forget(network: Network, router: string, inside: string, ports: string): Promise<void> {
  network.ip(router, "link", "set", "wan", "down");
  translate(network, router, inside, ports);
  network.ip(router, "link", "set", "wan", "up");
  await until(() => network.ip(router, "link", "show", "wan").includes("state UP"));
  setRoutes(network);
}

async function assertPingsBothWays(network: Network, charon: Charon): Promise<void> {
  assert.equal(network.ping("peer", PEER_INSIDE, INSIDE, 3), 3);
  assert.equal(network.ping("ours", INSIDE, PEER_INSIDE, 3), 3);
  const [flow] = shownFlows(await network.console("ours", "terminal length 0", "show crypto ipsec sa"));
  const children = charonChildren(charon.sas());
  const newest = children.find(({ inboundSpi }) => inboundSpi === flow?.outboundSpi);
  assert.ok(flow?.inboundSpis.includes(newest?.outboundSpi ?? ""), "both ends use the same pair");
  assert.equal(flow?.receiveErrors, 0);
}

function configuration(peer: string, keepalive = 20): string {
  return `hostname ours
crypto isakmp nat keepalive ${keepalive}
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
 lifetime 3600
crypto isakmp key ${KEY} address ${peer}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${peer}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${OURS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;
}

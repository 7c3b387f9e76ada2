/**
 * A tunnel between a router with the kernel's GRE and the kernel's IPsec, in a guest, and one with both of its own: GRE in ESP
 * in transport mode, read by an independent implementation of either.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GATEWAY_ADDRESS, PEER_ADDRESS, whyNoPeers } from "../namespaces.ts";
import { type RunningRouter, whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { GuestRouter } from "./guest-router.ts";
import { JoinedGuest, KEY } from "./joined-guest.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers() ?? false;

const NEAR = "10.4.0.1";
const FAR = "10.4.0.2";

function lines(own: string, other: string, address: string): string[] {
  return [
    "crypto isakmp policy 1",
    " encr aes",
    " authentication pre-share",
    " group 5",
    "crypto ipsec transform-set t esp-aes esp-sha-hmac",
    " mode transport",
    "crypto map vpn 20 ipsec-isakmp",
    ` set peer ${other}`,
    " set transform-set t",
    " match address 102",
    "interface Tunnel0",
    ` ip address ${address} 255.255.255.0`,
    ` tunnel source ${own}`,
    ` tunnel destination ${other}`,
    " tunnel key 77",
    " tunnel checksum",
    `access-list 102 permit gre host ${own} host ${other}`,
  ];
}

const GUEST = [
  "hostname theirs",
  `crypto isakmp key ${KEY} address ${GATEWAY_ADDRESS}`,
  "interface Ethernet0",
  ` ip address ${PEER_ADDRESS} 255.255.255.0`,
  " crypto map vpn",
  ...lines(PEER_ADDRESS, GATEWAY_ADDRESS, FAR),
].join("\n");

describe("GRE of the kernel and of our own", { skip, concurrency: false }, () => {
  let joined: JoinedGuest;
  let router: GuestRouter;
  let ours: RunningRouter;
  before(async () => {
    joined = await JoinedGuest.start();
    await joined.guest.do("modprobe -d /run/modules ip_gre");
    router = await GuestRouter.start(joined.guest, GUEST);
    ours = await joined.run(...lines(GATEWAY_ADDRESS, PEER_ADDRESS, NEAR));
  });
  after(() => joined?.stop());

  it("carries packets of all lengths both ways in ESP", async () => {
    assert.match(ours.output, /Tunnel0 is tunnel0, with GRE of skeyid/);
    assert.match(await router.log(), /Tunnel0 is tunnel0, with GRE of the kernel/);
    joined.pingUntilAnswered(NEAR, FAR);
    assert.equal(joined.ping(5, NEAR, FAR), 5, await router.log());
    assert.equal(await joined.guest.ping(FAR, NEAR, 5), 5);
    for (const size of [1440, 4000]) assert.equal(await joined.guest.ping(FAR, NEAR, 3, size), 3, `${size}`);
    const state = await joined.guest.do("ip -s xfrm state");
    assert.match(state, /mode transport/);
    const shown = await joined.console("show crypto ipsec sa");
    assert.match(shown, /\(192\.0\.2\.1\/255\.255\.255\.255\/47\/0\)/);
    assert.match(shown, /in use settings ={Transport, }/);
  });

  it("takes the kernel's tunnel away at the end", async () => {
    await router.end("TERM");
    assert.doesNotMatch(await joined.guest.do("ip link show"), /tunnel0/);
  });
});

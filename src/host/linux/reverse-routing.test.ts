import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ipv4 } from "../../net/ip-address.ts";
import { type AddressBlock, ANY_ADDRESS, blockOf, host } from "../../net/selector.ts";
import type { MachineRoute } from "./machine.ts";
import { reverseRouteTexts } from "./reverse-routing.ts";

const LINK = route(blockOf(ipv4("192.0.2.0"), ipv4("255.255.255.0")), 24);
const DEFAULT = route(ANY_ADDRESS, 0, "192.0.2.254");
const BEHIND = blockOf(ipv4("10.2.0.0"), ipv4("255.255.0.0"));

describe("the machine's routes to what lies behind peers", () => {
  it("lead to a peer on the link, or to the router before it", () => {
    const wanted = ["192.0.2.2", "198.51.100.7"].map((peer) => ({ prefix: BEHIND, nextHop: ipv4(peer) }));
    assert.deepEqual(
      [...reverseRouteTexts(wanted, [LINK, DEFAULT]).texts],
      [
        "10.2.0.0/16 via 192.0.2.2 dev eth0 metric 1 protocol 115",
        "10.2.0.0/16 via 192.0.2.254 dev eth0 metric 1 protocol 115",
      ],
    );
  });

  it("are not asked about the way to the peer, and are known where they are", () => {
    const peer = ipv4("198.51.100.7");
    const wanted = [{ prefix: host(peer), nextHop: peer }];
    const ours = { ...route(host(peer), 32, "192.0.2.253"), protocol: "115" };
    const { texts, present } = reverseRouteTexts(wanted, [LINK, DEFAULT, ours]);
    assert.deepEqual([...texts], ["198.51.100.7/32 via 192.0.2.254 dev eth0 metric 1 protocol 115"]);
    assert.deepEqual([...present], ["198.51.100.7/32 via 192.0.2.253 dev eth0 metric 1 protocol 115"]);
  });

  it("do not lead to a peer that no route leads to", () => {
    const wanted = [{ prefix: BEHIND, nextHop: ipv4("198.51.100.7") }];
    const { texts, unreachable } = reverseRouteTexts(wanted, [LINK]);
    assert.equal(texts.size, 0);
    assert.deepEqual(unreachable, wanted);
  });
});

function route(prefix: AddressBlock, prefixLength: number, gateway?: string): MachineRoute {
  const via = gateway === undefined ? undefined : ipv4(gateway);
  return { prefix, prefixLength, device: "eth0", gateway: via, metric: 0, protocol: "boot" };
}

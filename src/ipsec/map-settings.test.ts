import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  at,
  B,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  SELECTOR_A,
  seededRandom,
  udpPacket,
} from "../../test/support/data-plane-fixtures.ts";
import { outputsOf } from "../../test/support/data-plane-outputs.ts";
import { ipv4 } from "../net/ip-address.ts";
import { host } from "../net/selector.ts";
import { DataPlane } from "./data-plane.ts";
import type { IpsecPolicy } from "./policy.ts";

const PERMIT = [rule("permit", NET_A, NET_B)];

function planeOf(policy: IpsecPolicy, holdPackets = false): DataPlane {
  return new DataPlane({ policy, random: seededRandom(1), holdPackets });
}

describe("security-association level per-host", () => {
  const toOther = udpPacket(56, { destination: ipv4("10.1.2.9") });

  it("asks for SAs of each pair of hosts, and sends each pair's packets by its own", () => {
    const plane = planeOf(policyOf([mapEntry(PERMIT, { isPerHost: true })]));
    plane.outbound(at(0), "Ethernet1/0", udpPacket());
    plane.outbound(at(0), "Ethernet1/0", toOther);
    const asked = outputsOf(plane.drain(), "negotiate").map(({ selector }) => selector);
    const pairs = ["10.1.2.1", "10.1.2.9"].map((address) => ({
      ...SELECTOR_A,
      local: host(ipv4("10.1.1.1")),
      remote: host(ipv4(address)),
    }));
    assert.deepEqual(asked, pairs);
    for (const [i, selector] of pairs.entries()) {
      const { inboundA, outboundA } = keyedPair({ selector, spiOfA: 0x1000 * (i + 1), initiator: "b" });
      plane.install(at(0), inboundA);
      plane.install(at(0), outboundA);
    }
    plane.drain();
    for (const packet of [udpPacket(), toOther]) plane.outbound(at(1), "Ethernet1/0", packet);
    assert.deepEqual(
      outputsOf(plane.drain(), "transmit").map(({ bytes }) => bytes[22]),
      [0x10, 0x20],
      "SPIs 0x1001 and 0x2001",
    );
  });

  it("drops what waited where a pair's negotiation fails", () => {
    const plane = planeOf(policyOf([mapEntry(PERMIT, { isPerHost: true })]), true);
    plane.outbound(at(0), "Ethernet1/0", udpPacket());
    const [asked] = outputsOf(plane.drain(), "negotiate");
    assert.ok(asked !== undefined, "asked");
    plane.negotiationFailed(at(1), asked.connectionId, asked.selector, B);
    assert.equal(plane.view(at(1)).flows[0]?.counters.sendErrors, 1);
  });
});

describe("a default peer", () => {
  const C = ipv4("172.16.172.30");
  /** Who is asked next, once the SAs with the second peer have gone. */
  const askedAfter = (hasDefaultPeer: boolean) => {
    const plane = planeOf(policyOf([mapEntry(PERMIT, { peers: [B, C], hasDefaultPeer })]));
    plane.outbound(at(0), "Ethernet1/0", udpPacket());
    plane.negotiationFailed(at(1), "vpn 10 Ethernet1/0", SELECTOR_A, B);
    plane.drain();
    plane.outbound(at(10), "Ethernet1/0", udpPacket());
    assert.deepEqual(
      outputsOf(plane.drain(), "negotiate").map(({ peer }) => peer),
      [C],
      "the first has failed",
    );
    const { inboundA, outboundA } = keyedPair();
    plane.install(at(11), { ...inboundA, peer: C });
    plane.install(at(11), { ...outboundA, peer: C });
    plane.remove(at(12), C, outboundA.spi, "outbound", "peer deleted");
    plane.drain();
    plane.outbound(at(13), "Ethernet1/0", udpPacket());
    return outputsOf(plane.drain(), "negotiate").map(({ peer }) => peer);
  };

  it("is begun with again once another's SAs have gone; without one, that other is", () => {
    assert.deepEqual(askedAfter(true), [B]);
    assert.deepEqual(askedAfter(false), [C]);
  });
});

describe("one map on two interfaces", () => {
  const on = (name: string, more = {}) => {
    const entry = mapEntry(PERMIT, { id: `vpn 10 ${name}` });
    return policyOf([entry], { name, ...more }).interfaces;
  };
  const install = (plane: DataPlane) => {
    const { inboundA, outboundA } = keyedPair({ connectionId: "vpn 10 Serial1", initiator: "b" });
    plane.install(at(0), inboundA);
    plane.install(at(0), outboundA);
    plane.drain();
  };

  it("with the same local address shares its SAs, whichever way a packet leaves", () => {
    const plane = planeOf({ interfaces: [...on("Serial0"), ...on("Serial1")] });
    install(plane);
    for (const name of ["Serial0", "Serial1"]) {
      plane.outbound(at(1), name, udpPacket());
      const [sent] = outputsOf(plane.drain(), "transmit");
      assert.deepEqual([sent?.interfaceName, sent?.bytes[9]], [name, 50]);
    }
    const flows = plane.view(at(1)).flows;
    assert.deepEqual(
      flows.map(({ counters }) => counters.encrypted),
      [2],
    );
    assert.deepEqual(
      plane.setPolicy(at(2), { interfaces: on("Serial0") }).length,
      1,
      "negotiated for the other",
    );
  });

  it("without it has SAs for each", () => {
    const plane = planeOf({
      interfaces: [...on("Serial0", { localAddress: ipv4("10.9.9.9") }), ...on("Serial1")],
    });
    install(plane);
    plane.outbound(at(1), "Serial0", udpPacket());
    assert.equal(outputsOf(plane.drain(), "negotiate").length, 1);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A,
  at,
  B,
  CONNECTION,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  SELECTOR_A,
  seededRandom,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { ipv4 } from "../net/ip-address.ts";
import { type AccessRule, ANY_ADDRESS, blockOf, host } from "../net/selector.ts";
import { DataPlane } from "./data-plane.ts";
import type { CryptoMapEntry } from "./policy.ts";

const C = ipv4("172.16.172.30");
const TEMPLATE = { mapName: "outside", sequence: 10 };
const FROM_NET_A = rule("permit", NET_A, ANY_ADDRESS);

function template(rules: AccessRule[] = [FROM_NET_A], more = {}): CryptoMapEntry {
  return mapEntry(rules, { peers: [], template: TEMPLATE, ...more });
}

function planeOf(entries: readonly CryptoMapEntry[], limits = {}): DataPlane {
  const policy = policyOf(entries);
  return new DataPlane({ policy, random: seededRandom(1), holdPackets: false, limits });
}

function install(plane: DataPlane, peer = B, options: Parameters<typeof keyedPair>[0] = {}): void {
  const { inboundA, outboundA } = keyedPair(options);
  plane.install(at(0), { ...inboundA, peer });
  plane.install(at(0), { ...outboundA, peer });
}

const flowsOf = (plane: DataPlane) =>
  plane.view(at(0)).flows.map(({ connectionId, peer, selector }) => [connectionId, peer, selector.remote]);

describe("a dynamic crypto map", () => {
  it("never begins: what its access list permits is dropped on the way out, and in clear on the way in", () => {
    const plane = planeOf([template()]);
    plane.outbound(at(0), WAN, udpPacket());
    plane.inboundClear(
      at(0),
      WAN,
      udpPacket(56, { source: ipv4("10.1.2.1"), destination: ipv4("10.1.1.1") }),
    );
    const outputs = plane.drain();
    assert.deepEqual(
      eventsOf(outputs, "packet-dropped").map(({ reason }) => reason),
      ["no sa", "not protected"],
    );
    assert.equal(outputs.length, 2, "no request for an SA, no packet");
    assert.deepEqual(plane.view(at(0)).flows, []);
  });

  it("without an access list lets everything pass in clear that no peer has asked for", () => {
    const plane = planeOf([template([])]);
    plane.outbound(at(0), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "transmit")[0]?.bytes[9], 17);
    install(plane);
    plane.outbound(at(0), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "transmit")[0]?.bytes[9], 50);
    plane.outbound(at(0), WAN, udpPacket(56, { destination: ipv4("10.1.3.1") }));
    assert.equal(outputsOf(plane.drain(), "transmit")[0]?.bytes[9], 17);
  });

  it("becomes a temporary entry for each peer, with its flows as lines, and each goes with its SAs", () => {
    const plane = planeOf([template()]);
    const other = { ...SELECTOR_A, remote: host(ipv4("10.1.3.1")) };
    install(plane);
    install(plane, B, { spiOfA: 0x2000, selector: other });
    install(plane, C, { spiOfA: 0x3000 });
    const expected = [
      [`${CONNECTION} ${B}`, B, NET_B],
      [`${CONNECTION} ${B}`, B, other.remote],
      [`${CONNECTION} ${C}`, C, NET_B],
    ];
    assert.deepEqual(flowsOf(plane), expected);
    plane.remove(at(1), B, 0x2000, "inbound", "peer deleted");
    assert.deepEqual(flowsOf(plane), [expected[0], expected[2]]);
    plane.remove(at(1), B, 0x1000, "inbound", "peer deleted");
    plane.remove(at(1), C, 0x3000, "inbound", "peer deleted");
    assert.deepEqual(flowsOf(plane), []);
    plane.drain();
    plane.outbound(at(1), WAN, udpPacket());
    assert.deepEqual(outputsOf(plane.drain(), "transmit"), []);
  });

  it("takes the flow of one that has come back with another address to where it is now", () => {
    const plane = planeOf([template()]);
    const destinationOf = () => {
      plane.drain();
      plane.outbound(at(1), WAN, udpPacket());
      return outputsOf(plane.drain(), "transmit")[0]?.bytes.subarray(16, 20).join(".");
    };
    install(plane);
    assert.equal(destinationOf(), B);
    install(plane, C, { spiOfA: 0x3000 });
    assert.equal(destinationOf(), C);
    plane.remove(at(1), C, 0x3000, "inbound", "peer dead");
    assert.equal(destinationOf(), B);
  });

  it("tells when one has just what another has: once, and not for the SAs that renew it", () => {
    const plane = planeOf([template()]);
    const told = () =>
      eventsOf(plane.drain(), "flow-taken-over").map(({ from, to, selector }) => [from, to, selector.remote]);
    install(plane);
    install(plane, B, { spiOfA: 0x2000, selector: { ...SELECTOR_A, remote: host(ipv4("10.1.3.1")) } });
    assert.deepEqual(told(), []);
    install(plane, C, { spiOfA: 0x3000 });
    assert.deepEqual(told(), [[B, C, NET_B]]);
    install(plane, C, { spiOfA: 0x4000 });
    install(plane, B, { spiOfA: 0x5000 });
    assert.deepEqual(told(), [], "what B renews leads to C all the same");
  });

  it("leaves what static entries permit to them", () => {
    const plane = planeOf([
      mapEntry([rule("permit", NET_A, NET_B)], { peers: [C], id: "vpn 20" }),
      template(),
    ]);
    install(plane);
    plane.outbound(at(0), WAN, udpPacket());
    const [request] = outputsOf(plane.drain(), "negotiate");
    assert.deepEqual([request?.connectionId, request?.peer], ["vpn 20", C]);
  });

  it("refuses what is outside its access list, and more flows of one peer than there may be", () => {
    const outside = { ...SELECTOR_A, local: blockOf(ipv4("10.9.0.0"), ipv4("255.255.0.0")) };
    const plane = planeOf([template()], { temporaryFlowsPerPeerMax: 1 });
    install(plane, B, { selector: outside });
    assert.equal(outputsOf(plane.drain(), "pair-expired").length, 1);
    install(plane, B, { spiOfA: 0x2000 });
    assert.equal(outputsOf(plane.drain(), "pair-expired").length, 0);
    install(plane, B, { spiOfA: 0x3000, selector: { ...SELECTOR_A, protocol: 17 } });
    assert.equal(outputsOf(plane.drain(), "pair-expired").length, 1);
    assert.equal(flowsOf(plane).length, 1);
  });

  it("renews what carries traffic, as any entry does", () => {
    const plane = planeOf([template()]);
    install(plane);
    plane.outbound(at(0), WAN, udpPacket());
    plane.drain();
    plane.wake(at(3590));
    const [request] = outputsOf(plane.drain(), "negotiate");
    assert.deepEqual([request?.connectionId, request?.peer, request?.selector], [CONNECTION, B, SELECTOR_A]);
    plane.negotiationFailed(at(3591), CONNECTION, SELECTOR_A, B);
    plane.wake(at(3600));
    assert.deepEqual(flowsOf(plane), []);
    assert.equal(plane.nextDeadline(), undefined);
  });

  it("keeps its peers through a change of policy that still allows them, and their counters", () => {
    const plane = planeOf([template()]);
    install(plane);
    install(plane, C, { spiOfA: 0x3000, selector: { ...SELECTOR_A, remote: host(ipv4("10.1.7.7")) } });
    plane.outbound(at(0), WAN, udpPacket());
    assert.deepEqual(plane.setPolicy(at(1), policyOf([template([FROM_NET_A], { lifetimeSeconds: 60 })])), []);
    assert.equal(plane.view(at(1)).flows[0]?.counters.encrypted, 1);
    const gone = plane.setPolicy(at(1), policyOf([template([rule("permit", NET_A, NET_B)])]));
    assert.deepEqual(
      gone.map(({ peer }) => peer),
      [C],
    );
    assert.deepEqual(flowsOf(plane), [[`${CONNECTION} ${B}`, B, NET_B]]);
    plane.drain();
    plane.outbound(at(2), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "transmit")[0]?.bytes[9], 50);
    assert.equal(plane.setPolicy(at(3), policyOf([template([FROM_NET_A], { peers: [A] })])).length, 1);
    assert.deepEqual(flowsOf(plane), []);
  });
});

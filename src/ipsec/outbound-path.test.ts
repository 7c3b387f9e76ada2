import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  A,
  AES_SHA,
  at,
  B,
  HOST_A,
  HOST_B,
  keyedPair,
  keysFor,
  mapEntry,
  NET_A,
  NET_B,
  POLICY_A,
  policyOf,
  rule,
  SELECTOR_A,
  seededRandom,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { opened } from "../../test/support/esp-packets.ts";
import { fragmentIpv4 } from "../net/fragmentation.ts";
import { FragmentReassembler } from "../net/fragments.ts";
import { parseIcmp } from "../net/icmp.ts";
import { ipv4 } from "../net/ip-address.ts";
import { type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { ANY_ADDRESS, host } from "../net/selector.ts";
import { DataPlane } from "./data-plane.ts";
import { readEspHeader } from "./esp.ts";
import type { DataPlaneLimits } from "./limits.ts";
import { nodeTransforms } from "./node-transforms.ts";
import type { IpsecPolicy } from "./policy.ts";

fc.configureGlobal({ seed: 2409 });

describe("a packet that policy protects", () => {
  it("leaves as ESP from our end point to the peer's, header fields copied as RFC 2401 §5.1.2.1 has them", () => {
    const plane = readyPlane();
    const inner = udpPacket(100, { typeOfService: 0xb8, dontFragment: true, timeToLive: 9 });
    const outer = onlyTransmitted(plane, inner);
    assert.deepEqual(
      [
        outer.source,
        outer.destination,
        outer.protocol,
        outer.timeToLive,
        outer.typeOfService,
        outer.dontFragment,
      ],
      [A, B, 50, 255, 0xb8, true],
    );
    assert.deepEqual(openedBy(outer), inner);
  });

  it("has sequence numbers from 1, other IVs and other identifications each time", () => {
    const plane = readyPlane();
    const outers = Array.from({ length: 100 }, () => onlyTransmitted(plane, udpPacket()));
    assert.deepEqual(
      outers.map((outer) => readEspHeader(outer.payload)?.sequenceNumber),
      Array.from(outers, (_, i) => i + 1),
    );
    assert.equal(new Set(outers.map((outer) => outer.payload.subarray(8, 24).join())).size, 100);
    assert.equal(new Set(outers.map((outer) => outer.identification)).size, 100);
  });

  it("never copies the options of the inner header", () => {
    const outer = onlyTransmitted(readyPlane(), udpPacket(10, { options: new Uint8Array(8) }));
    assert.equal(outer.headerLength, 20);
  });

  it("is dropped without an SA, as on IOS, and IKE is asked once for the whole permit line", () => {
    const plane = newPlane();
    for (let i = 0; i < 5; i++) plane.outbound(at(i), WAN, udpPacket());
    const outputs = plane.drain();
    const [asked, ...more] = outputsOf(outputs, "negotiate");
    assert.deepEqual(asked, {
      kind: "negotiate",
      connectionId: "vpn 10 Ethernet1/0",
      peer: B,
      selector: SELECTOR_A,
      reason: "traffic",
    });
    assert.deepEqual([more, outputsOf(outputs, "transmit")], [[], []]);
    const [requested] = eventsOf(outputs, "sa-requested");
    assert.deepEqual([requested?.local, requested?.peer, requested?.suites], [A, B, [AES_SHA]]);
    const drops = eventsOf(outputs, "packet-dropped");
    assert.deepEqual(
      drops.map(({ reason, flow }) => [reason, flow?.destinationPort]),
      [["no sa", 7]],
    );
    assert.equal(plane.view(at(5)).flows[0]?.counters.sendErrors, 5);
  });

  it("waits where packets are held, and leaves in order once the outbound SA is there", () => {
    const plane = newPlane({ holdPackets: true });
    const packets = [1, 2, 3].map((identification) => udpPacket(10, { identification }));
    for (const packet of packets) plane.outbound(at(0), WAN, packet);
    const { inboundA, outboundA } = keyedPair();
    plane.install(at(1), inboundA);
    assert.deepEqual(outputsOf(plane.drain(), "transmit"), []);
    plane.install(at(1), outboundA);
    const outputs = plane.drain();
    assert.deepEqual(
      outputsOf(outputs, "transmit").map(({ bytes }) => openedBy(parsed(bytes))),
      packets,
    );
    assert.ok(
      outputs.findIndex(({ kind }) => kind === "event") <
        outputs.findIndex(({ kind }) => kind === "transmit"),
    );
  });

  it("is held only as far as there is room", () => {
    const plane = newPlane({ holdPackets: true, limits: { heldPacketsPerFlowMax: 3 } });
    for (let i = 0; i < 5; i++) plane.outbound(at(0), WAN, udpPacket());
    assert.equal(eventsOf(plane.drain(), "packet-dropped")[0]?.reason, "hold queue full");
    assert.equal(plane.view(at(0)).flows[0]?.counters.sendErrors, 2);
    const { inboundA, outboundA } = keyedPair();
    plane.install(at(1), inboundA);
    plane.install(at(1), outboundA);
    assert.equal(outputsOf(plane.drain(), "transmit").length, 3);
  });

  it("is dropped when IKE could not negotiate, and IKE is asked again after a second", () => {
    const plane = newPlane({ holdPackets: true });
    plane.outbound(at(0), WAN, udpPacket());
    plane.drain();
    plane.negotiationFailed(at(10), "vpn 10 Ethernet1/0", SELECTOR_A, B);
    plane.outbound(at(10), WAN, udpPacket());
    const outputs = plane.drain();
    assert.deepEqual(outputsOf(outputs, "negotiate"), []);
    assert.equal(plane.view(at(10)).flows[0]?.counters.sendErrors, 2);
    plane.outbound(at(11), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "negotiate").length, 1);
  });

  it("calls for IKE again if IKE never says how it ended", () => {
    const plane = newPlane({ limits: { negotiationTimeoutSeconds: 60 } });
    plane.outbound(at(0), WAN, udpPacket());
    assert.equal(plane.nextDeadline()?.at, at(60));
    plane.wake(at(60));
    plane.drain();
    plane.outbound(at(61), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "negotiate").length, 1);
  });

  it("turns to the entry's next peer after a failure", () => {
    const other = ipv4("172.16.172.30");
    const plane = newPlane({
      policy: policyOf([mapEntry([rule("permit", NET_A, NET_B)], { peers: [B, other] })]),
    });
    const asked = [0, 100, 200].map((seconds) => {
      plane.outbound(at(seconds), WAN, udpPacket());
      const [output] = outputsOf(plane.drain(), "negotiate");
      plane.negotiationFailed(at(seconds), "vpn 10 Ethernet1/0", SELECTOR_A, B);
      return output?.peer;
    });
    assert.deepEqual(asked, [B, other, B]);
  });

  it("calls for the peer that the last SA was with", () => {
    const other = ipv4("172.16.172.30");
    const plane = newPlane({
      policy: policyOf([mapEntry([rule("permit", NET_A, NET_B)], { peers: [other, B] })]),
    });
    install(plane);
    assert.equal(plane.view(at(0)).flows[0]?.peer, B);
    plane.removeAll(at(0), {}, "cleared");
    plane.outbound(at(0), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "negotiate")[0]?.peer, B);
  });

  it("takes the newest SA that covers it, and another request goes out for what none covers", () => {
    const plane = newPlane();
    const narrow = { ...SELECTOR_A, remote: host(HOST_B) };
    install(plane, { spiOfA: 0x1000 });
    install(plane, { spiOfA: 0x2000, selector: narrow, initiator: "b" });
    assert.equal(spiOf(onlyTransmitted(plane, udpPacket())), 0x2001);
    assert.equal(spiOf(onlyTransmitted(plane, udpPacket(9, { destination: ipv4("10.1.2.9") }))), 0x1001);
    plane.remove(at(0), B, 0x1000, "inbound", "deleted");
    plane.outbound(at(0), WAN, udpPacket(9, { destination: ipv4("10.1.2.9") }));
    assert.deepEqual(outputsOf(plane.drain(), "negotiate")[0]?.selector, SELECTOR_A);
    assert.equal(spiOf(onlyTransmitted(plane, udpPacket())), 0x2001);
  });
});

describe("an SA that we have just negotiated", () => {
  const sentAt = (plane: DataPlane, seconds: number) => {
    plane.outbound(at(seconds), WAN, udpPacket());
    const [sent] = outputsOf(plane.drain(), "transmit");
    return spiOf(parsed(sent?.bytes ?? new Uint8Array()));
  };

  it("leaves packets to the one that it replaces for half a second, as its peer may not have it yet", () => {
    const plane = newPlane();
    install(plane, { spiOfA: 0x1000, installedAt: at(-60) });
    assert.equal(sentAt(plane, 0), 0x1001);
    install(plane, { spiOfA: 0x2000 });
    assert.deepEqual(
      [0, 0.4, 0.5, 0.6].map((seconds) => sentAt(plane, seconds)),
      [0x1001, 0x1001, 0x2001, 0x2001],
    );
  });

  it("takes packets at once where it is the only one, or the other has come to its end", () => {
    const plane = newPlane();
    install(plane, { spiOfA: 0x1000 });
    assert.equal(sentAt(plane, 0), 0x1001);
    const ended = newPlane();
    install(ended, { spiOfA: 0x1000, installedAt: at(-120), lifetimeSeconds: 120 });
    install(ended, { spiOfA: 0x2000 });
    assert.equal(sentAt(ended, 0), 0x2001);
  });
});

describe("a packet that policy does not protect", () => {
  it("leaves as it is", () => {
    const plane = newPlane();
    const other = udpPacket(10, { destination: ipv4("198.51.100.1") });
    plane.outbound(at(0), WAN, other);
    plane.outbound(at(0), "Ethernet0/0", udpPacket());
    const outputs = plane.drain();
    assert.deepEqual(
      outputsOf(outputs, "transmit").map(({ bytes }) => bytes),
      [other, udpPacket()],
    );
    assert.equal(outputs.length, 2);
  });

  it("is IKE's own and our ESP, even where everything else is protected", () => {
    const plane = newPlane({ policy: policyOf([mapEntry([rule("permit", ANY_ADDRESS, ANY_ADDRESS)])]) });
    const own = [
      udpPacket(10, { source: A, destination: B, sourcePort: 500, destinationPort: 500 }),
      udpPacket(10, { source: A, destination: B, sourcePort: 4500, destinationPort: 999 }),
      udpPacket(10, { source: A, destination: B, protocol: 50 }),
    ];
    for (const packet of own) plane.outbound(at(0), WAN, packet);
    assert.deepEqual(
      outputsOf(plane.drain(), "transmit").map(({ bytes }) => bytes),
      own,
    );
    plane.outbound(at(0), WAN, udpPacket(10, { sourcePort: 500, destinationPort: 500 }));
    assert.equal(outputsOf(plane.drain(), "transmit").length, 0, "not a host's behind us");
  });
});

describe("a packet too long for the path", () => {
  it("that must not be cut is answered with the length that fits, and that length fits exactly", () => {
    const plane = readyPlane();
    plane.outbound(at(0), WAN, udpPacket(1472, { dontFragment: true }));
    const outputs = plane.drain();
    assert.deepEqual(outputsOf(outputs, "transmit"), []);
    const [told] = outputsOf(outputs, "receive");
    const error = parsed(told?.bytes ?? new Uint8Array());
    const message = parseIcmp(error);
    assert.ok(message?.kind === "destination-unreachable");
    assert.deepEqual([error.source, error.destination, message.code], [A, HOST_A, 4]);
    assert.deepEqual([told?.interfaceName, told?.wasProtected], [WAN, false]);
    const fitting = message.nextHopMtu - 28;
    assert.ok(onlyTransmitted(plane, udpPacket(fitting, { dontFragment: true })).bytes.length <= 1500);
    plane.outbound(at(0), WAN, udpPacket(fitting + 1, { dontFragment: true }));
    assert.deepEqual(outputsOf(plane.drain(), "transmit"), []);
    assert.equal(plane.view(at(0)).flows[0]?.counters.sendErrors, 2);
  });

  it("that may be cut leaves as fragments of one ESP packet, if that is asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 68, max: 2000 }), (length, mtu) => {
        const plane = newPlane({ policy: cutAfterEncryption({ mtu }) });
        install(plane);
        plane.outbound(at(0), WAN, udpPacket(length));
        const pieces = outputsOf(plane.drain(), "transmit").map(({ bytes }) => parsed(bytes));
        assert.ok(pieces.every((piece) => piece.bytes.length <= mtu));
        const reassembler = new FragmentReassembler({ fragmentsPerPacketMax: 10_000 });
        const [whole] = pieces.flatMap((piece) => reassembler.add(at(0), piece) ?? []);
        assert.ok(whole);
        assert.deepEqual(openedBy(whole), udpPacket(length));
      }),
      { numRuns: 30 },
    );
  });

  it("that would exceed the longest IP packet is dropped", () => {
    const plane = newPlane({ policy: cutAfterEncryption() });
    install(plane);
    plane.outbound(at(0), WAN, udpPacket(65_500));
    const outputs = plane.drain();
    assert.equal(eventsOf(outputs, "packet-dropped")[0]?.reason, "too big");
    assert.equal(outputs.length, 1);
  });
});

describe("fragments of an inner packet", () => {
  it("are put together where ports decide, and protected as one packet", () => {
    const echo = { protocol: 17, destinationPorts: { low: 7, high: 7 } };
    const policy = policyOf([mapEntry([rule("permit", NET_A, NET_B, echo)])]);
    const plane = newPlane({ policy });
    install(plane, { selector: { ...SELECTOR_A, protocol: 17, remotePorts: { low: 7, high: 7 } } });
    const pieces = fragmentIpv4(parsed(udpPacket(3000)), 1400) ?? [];
    assert.equal(pieces.length, 3);
    for (const piece of pieces) plane.outbound(at(0), WAN, piece);
    const reassembler = new FragmentReassembler();
    const sent = outputsOf(plane.drain(), "transmit").flatMap(
      ({ bytes }) => reassembler.add(at(0), parsed(bytes)) ?? [],
    );
    assert.deepEqual(sent.map(openedBy), [udpPacket(3000)]);
  });

  it("are put together too where they then pass in clear, and cut again", () => {
    const echo = { protocol: 17, destinationPorts: { low: 9, high: 9 } };
    const plane = newPlane({
      policy: policyOf([mapEntry([rule("permit", NET_A, NET_B, echo)])], { mtu: 1200 }),
    });
    for (const piece of fragmentIpv4(parsed(udpPacket(3000)), 1400) ?? []) plane.outbound(at(0), WAN, piece);
    const sent = outputsOf(plane.drain(), "transmit");
    assert.deepEqual(
      sent.map(({ bytes }) => bytes),
      fragmentIpv4(parsed(udpPacket(3000)), 1200),
    );
  });

  it("are protected as they come where ports decide nothing", () => {
    const plane = readyPlane();
    for (const piece of fragmentIpv4(parsed(udpPacket(3000)), 1400) ?? [])
      assert.deepEqual(openedBy(onlyTransmitted(plane, piece)), piece);
  });
});

it("malformed packets are dropped, told once a minute, and never throw", () => {
  const plane = readyPlane();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      plane.outbound(at(0), WAN, bytes);
      const outputs = plane.drain();
      assert.deepEqual(outputsOf(outputs, "transmit"), []);
    }),
  );
  plane.outbound(at(0), WAN, Uint8Array.of(0x45));
  plane.outbound(at(100), WAN, Uint8Array.of(0x45));
  assert.match(
    eventsOf(plane.drain(), "packet-dropped").at(-1)?.detail ?? "",
    /needs 20 bytes of IPv4 header, has 1/,
  );
});

interface PlaneSettings {
  readonly policy?: IpsecPolicy;
  readonly holdPackets?: boolean;
  readonly limits?: Partial<DataPlaneLimits>;
}

function newPlane({ policy = POLICY_A, holdPackets = false, limits = {} }: PlaneSettings = {}): DataPlane {
  return new DataPlane({ policy, random: seededRandom(5), holdPackets, limits });
}

function cutAfterEncryption(more: { readonly mtu?: number } = {}): IpsecPolicy {
  return policyOf([mapEntry([rule("permit", NET_A, NET_B)])], { ...more, fragmentation: "after-encryption" });
}

function readyPlane(): DataPlane {
  const plane = newPlane();
  install(plane);
  return plane;
}

function install(plane: DataPlane, options: Parameters<typeof keyedPair>[0] = {}): void {
  const { inboundA, outboundA } = keyedPair(options);
  plane.install(at(0), inboundA);
  plane.install(at(0), outboundA);
  plane.drain();
}

function onlyTransmitted(plane: DataPlane, packet: Uint8Array): Ipv4Packet {
  plane.outbound(at(0), WAN, packet);
  const transmitted = outputsOf(plane.drain(), "transmit");
  assert.equal(transmitted.length, 1);
  assert.equal(transmitted[0]?.interfaceName, WAN);
  return parsed(transmitted[0]?.bytes ?? new Uint8Array());
}

/** The inner packet, by the keys that the fixtures give to the SPI. */
function openedBy(outer: Ipv4Packet): Uint8Array {
  const { encryptionKey, integrityKey } = keysFor(AES_SHA, spiOf(outer));
  const result = opened(nodeTransforms(AES_SHA, encryptionKey, integrityKey), outer.payload);
  assert.ok(result.kind === "opened");
  assert.equal(result.nextHeader, 4);
  return result.payload;
}

function spiOf(outer: Ipv4Packet): number {
  return readEspHeader(outer.payload)?.spi ?? 0;
}

function parsed(bytes: Uint8Array): Ipv4Packet {
  const packet = parseIpv4Packet(bytes);
  assert.ok(packet);
  return packet;
}

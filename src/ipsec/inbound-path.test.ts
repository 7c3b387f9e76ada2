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
import { sealed } from "../../test/support/esp-packets.ts";
import type { EspSuite } from "../crypto/names.ts";
import { fragmentIpv4 } from "../net/fragmentation.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet, type Ipv4Fields, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { ANY_ADDRESS } from "../net/selector.ts";
import { DataPlane } from "./data-plane.ts";
import type { PacketDropReason } from "./events.ts";
import { nodeTransforms } from "./node-transforms.ts";
import type { SaView } from "./view.ts";

fc.configureGlobal({ seed: 2409 });

const SPI = 0x1000;
const FROM_B = udpPacket(56, { source: HOST_B, destination: HOST_A });

describe("an ESP packet", () => {
  it("is delivered as its inner packet", () => {
    const plane = readyPlane();
    plane.inboundEsp(at(0), WAN, espPacket(1, FROM_B));
    assert.deepEqual(plane.drain(), [
      { kind: "receive", interfaceName: WAN, bytes: FROM_B, wasProtected: true },
    ]);
    assert.deepEqual(counters(plane), { decapsulated: 1, decrypted: 1, verified: 1, receiveErrors: 0 });
    assert.deepEqual([saView(plane).packets, saView(plane).sequenceNumber], [1, 1]);
  });

  it("is delivered once, in whatever order its sequence number comes, and not from behind the window", () => {
    const plane = readyPlane();
    const numbers = [5, 3, 3, 5, 100, 36, 37, 37, 101, 38];
    for (const number of numbers) plane.inboundEsp(at(0), WAN, espPacket(number, FROM_B));
    assert.equal(outputsOf(plane.drain(), "receive").length, 6);
    assert.equal(saView(plane).replayErrors, 4);
  });

  it("that is forged does not move the window", () => {
    const plane = readyPlane();
    const forged = espPacket(0xffffffff, FROM_B);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    plane.inboundEsp(at(0), WAN, forged);
    assertDropped(plane, "bad icv");
    assert.equal(saView(plane).icvErrors, 1);
    plane.inboundEsp(at(0), WAN, espPacket(1, FROM_B));
    assert.equal(outputsOf(plane.drain(), "receive").length, 1);
  });

  it("is put together from fragments first", () => {
    const plane = readyPlane();
    const inner = udpPacket(3000, { source: HOST_B, destination: HOST_A });
    const pieces = fragmentIpv4(parsed(espPacket(1, inner)), 1000) ?? [];
    for (const piece of [...pieces].reverse()) plane.inboundEsp(at(0), WAN, piece);
    assert.deepEqual(
      outputsOf(plane.drain(), "receive").map(({ bytes }) => bytes),
      [inner],
    );
  });

  it("with traffic flow padding after its inner packet is delivered without", () => {
    const plane = readyPlane();
    const padded = new Uint8Array(500);
    padded.set(FROM_B);
    plane.inboundEsp(at(0), WAN, espPacket(1, padded));
    assert.deepEqual(outputsOf(plane.drain(), "receive")[0]?.bytes, FROM_B);
  });

  it("that is a dummy is taken in silence, and its number is used up", () => {
    const plane = readyPlane();
    plane.inboundEsp(at(0), WAN, espPacket(1, new Uint8Array(40), { nextHeader: 59 }));
    assert.deepEqual(plane.drain(), []);
    plane.inboundEsp(at(0), WAN, espPacket(1, FROM_B));
    assertDropped(plane, "replayed");
  });

  it("tells its inner packet of congestion, if that understands it (RFC 4301 §5.1.2.1)", () => {
    for (const [inner, outer, expected] of [
      [2, 3, 3],
      [1, 3, 3],
      [0, 3, 0],
      [2, 2, 2],
      [2, 0, 2],
    ] as const) {
      const plane = readyPlane();
      const packet = udpPacket(10, { source: HOST_B, destination: HOST_A, typeOfService: inner });
      plane.inboundEsp(at(0), WAN, espPacket(1, packet, { outer: { typeOfService: outer } }));
      const delivered = parsed(outputsOf(plane.drain(), "receive")[0]?.bytes ?? new Uint8Array());
      assert.equal(delivered.typeOfService, expected);
    }
  });

  const spoiled: readonly [string, Uint8Array, PacketDropReason, RegExp][] = [
    ["has an unknown SPI", espPacket(1, FROM_B, { spi: 0x9999 }), "unknown spi", /no SA/],
    [
      "is for another of our addresses",
      espPacket(1, FROM_B, { outer: { destination: ipv4("192.0.2.1") } }),
      "unknown spi",
      /no SA/,
    ],
    ["is too short for a header", outerOf(new Uint8Array(7)), "malformed", /7 bytes are too few/],
    [
      "ends after its header",
      outerOf(Uint8Array.of(0, 0, 0x10, 0, 0, 0, 0, 1)),
      "malformed",
      /8 bytes are too few/,
    ],
    ["has sequence number 0", espPacket(0, FROM_B), "replayed", /seen before/],
    [
      "carries another protocol than IP",
      espPacket(1, FROM_B, { nextHeader: 6 }),
      "malformed",
      /next header is 6/,
    ],
    [
      "carries IPv6",
      espPacket(1, Uint8Array.of(0x60), { nextHeader: 4 }),
      "malformed",
      /inner packet: needs 20 bytes/,
    ],
    [
      "carries a packet longer than itself",
      espPacket(1, FROM_B.subarray(0, -1)),
      "malformed",
      /inner packet: total length/,
    ],
    [
      "carries a packet with a bad header checksum",
      espPacket(1, damaged(FROM_B, 10)),
      "malformed",
      /inner packet: header checksum/,
    ],
    [
      "comes from outside the SA's networks",
      espPacket(1, udpPacket(9, { source: ipv4("10.9.9.9"), destination: HOST_A })),
      "selector mismatch",
      /not for this/,
    ],
    [
      "goes outside the SA's networks",
      espPacket(1, udpPacket(9, { source: HOST_B, destination: ipv4("10.1.3.1") })),
      "selector mismatch",
      /not for this/,
    ],
    ["is its own mirror image", espPacket(1, udpPacket()), "selector mismatch", /not for this/],
  ];
  for (const [what, packet, reason, detail] of spoiled)
    it(`that ${what} is dropped: ${reason}`, () => {
      const plane = readyPlane();
      plane.inboundEsp(at(0), WAN, packet);
      assert.match(assertDropped(plane, reason)?.detail ?? "", detail);
      const isOurs = reason !== "unknown spi" && packet.length >= 28;
      assert.equal(counters(plane).receiveErrors, isOurs ? 1 : 0);
    });

  it("outside the SA's protocol or ports is dropped, and what it allows comes out whole where it was cut", () => {
    const echo = { ...SELECTOR_A, protocol: 17, localPorts: { low: 7, high: 7 } };
    const plane = readyPlane({ selector: echo });
    const inner = (fields: Parameters<typeof udpPacket>[1], length = 9) =>
      udpPacket(length, { source: HOST_B, destination: HOST_A, ...fields });
    const pieces = fragmentIpv4(parsed(inner({ sourcePort: 4000, destinationPort: 7 }, 3000)), 1400) ?? [];
    const packets = [inner({ destinationPort: 8 }), inner({ protocol: 6, destinationPort: 7 }), ...pieces];
    for (const [i, packet] of packets.entries()) plane.inboundEsp(at(0), WAN, espPacket(i + 1, packet));
    const outputs = plane.drain();
    assert.equal(eventsOf(outputs, "packet-dropped")[0]?.flow?.destinationPort, 8);
    assert.deepEqual(
      outputsOf(outputs, "receive").map(({ bytes }) => bytes),
      [inner({ sourcePort: 4000, destinationPort: 7 }, 3000)],
    );
  });

  it("without integrity is not held against a window: who can forge a packet can forge its number", () => {
    const suite: EspSuite = { encryption: "3des", integrity: undefined };
    const plane = readyPlane({ suite });
    for (const number of [5, 5, 1]) plane.inboundEsp(at(0), WAN, espPacket(number, FROM_B, { suite }));
    assert.equal(outputsOf(plane.drain(), "receive").length, 3);
    assert.deepEqual([saView(plane).replayDetection, counters(plane).verified], [false, 0]);
  });

  it("whatever its octets, never throws, and is dropped", () => {
    const plane = readyPlane();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (octets, hasSpi) => {
        if (hasSpi && octets.length >= 4) octets.set([0, 0, 0x10, 0]);
        plane.inboundEsp(at(0), WAN, outerOf(octets));
        plane.inboundEsp(at(0), WAN, octets);
        assert.deepEqual(outputsOf(plane.drain(), "receive"), []);
      }),
    );
  });

  it("with any bit flipped, outer header included, is not delivered", () => {
    const plane = readyPlane();
    const packet = espPacket(1, FROM_B);
    for (let bit = 0; bit < packet.length * 8; bit++) {
      const copy = packet.slice();
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      plane.inboundEsp(at(0), WAN, copy);
      assert.deepEqual(outputsOf(plane.drain(), "receive"), [], `bit ${bit}`);
    }
  });
});

describe("a packet in clear", () => {
  it("is dropped if policy protects the traffic the other way", () => {
    const plane = readyPlane();
    plane.inboundClear(at(0), WAN, FROM_B);
    const event = assertDropped(plane, "not protected");
    assert.deepEqual([event?.source, event?.flow?.sourcePort], [HOST_B, 1024]);
    assert.equal(counters(plane).receiveErrors, 1);
    assert.deepEqual(plane.view(at(0)).flows[0]?.counters.drops, { "not protected": 1 });
  });

  it("passes otherwise: other traffic, a denied line, another interface", () => {
    const policy = policyOf([
      mapEntry([
        rule("deny", NET_A, NET_B, { protocol: 17, sourcePorts: { low: 9, high: 9 } }),
        rule("permit", NET_A, NET_B),
      ]),
    ]);
    const plane = new DataPlane({ policy, random: seededRandom(5), holdPackets: false });
    const denied = udpPacket(5, { source: HOST_B, destination: HOST_A, destinationPort: 9 });
    const other = udpPacket(5, { source: ipv4("198.51.100.1"), destination: HOST_A });
    plane.inboundClear(at(0), WAN, denied);
    plane.inboundClear(at(0), WAN, other);
    plane.inboundClear(at(0), "Ethernet0/0", FROM_B);
    const received = outputsOf(plane.drain(), "receive");
    assert.deepEqual(
      received.map(({ bytes }) => bytes),
      [denied, other, FROM_B],
    );
    assert.ok(received.every(({ wasProtected }) => !wasProtected));
  });

  it("passes if it is IKE or ESP for us, even where everything else is protected", () => {
    const policy = policyOf([mapEntry([rule("permit", ANY_ADDRESS, ANY_ADDRESS)])]);
    const plane = new DataPlane({ policy, random: seededRandom(5), holdPackets: false });
    plane.inboundClear(
      at(0),
      WAN,
      udpPacket(9, { source: B, destination: A, sourcePort: 999, destinationPort: 500 }),
    );
    plane.inboundClear(at(0), WAN, espPacket(1, FROM_B));
    assert.equal(outputsOf(plane.drain(), "receive").length, 2);
    plane.inboundClear(
      at(0),
      WAN,
      udpPacket(9, { source: B, destination: A, sourcePort: 500, destinationPort: 999 }),
    );
    assertDropped(plane, "not protected");
  });

  it("that is cut is judged whole: protected traffic is dropped, and other ports pass", () => {
    const policy = policyOf([
      mapEntry([rule("permit", NET_A, NET_B, { protocol: 17, sourcePorts: { low: 7, high: 7 } })]),
    ]);
    const plane = new DataPlane({ policy, random: seededRandom(5), holdPackets: false });
    const answer = (destinationPort: number) =>
      udpPacket(3000, {
        source: HOST_B,
        destination: HOST_A,
        identification: destinationPort,
        destinationPort,
      });
    const receive = (packet: Uint8Array) => {
      for (const piece of fragmentIpv4(parsed(packet), 1400) ?? []) plane.inboundClear(at(0), WAN, piece);
    };
    receive(answer(7));
    assertDropped(plane, "not protected");
    receive(answer(8));
    assert.deepEqual(
      outputsOf(plane.drain(), "receive").map(({ bytes }) => bytes),
      [answer(8)],
    );
  });

  it("that is a later fragment alone waits for the others in vain", () => {
    const policy = policyOf([
      mapEntry([rule("permit", NET_A, NET_B, { protocol: 17, sourcePorts: { low: 7, high: 7 } })]),
    ]);
    const plane = new DataPlane({ policy, random: seededRandom(5), holdPackets: false });
    plane.inboundClear(at(0), WAN, udpPacket(8, { source: HOST_B, destination: HOST_A, fragmentOffset: 64 }));
    assert.deepEqual(plane.drain(), []);
  });
});

it("junk of every kind leaves the memory of the data plane bounded", () => {
  const plane = new DataPlane({ policy: POLICY_A, random: seededRandom(5), holdPackets: true });
  const random = seededRandom(77);
  let held = 0;
  for (let i = 0; i < 5_000; i++) {
    const junk = random.bytes("padding", 40);
    const source = ipv4(`10.1.1.${i & 255}`);
    plane.inboundEsp(at(0), WAN, outerOf(junk, { source: ipv4(`203.0.${i >> 8}.${i & 255}`) }));
    plane.inboundEsp(at(0), WAN, outerOf(junk, { moreFragments: true, identification: i }));
    plane.outbound(at(0), WAN, udpPacket(100, { source, sourcePort: i }));
    held = Math.max(held, plane.drain().length);
  }
  assert.ok(held <= 3, "each input leaves a bounded number of outputs");
  assert.equal(plane.view(at(0)).flows[0]?.counters.sendErrors, 5_000 - 16, "16 packets are held");
});

function readyPlane(options: Parameters<typeof keyedPair>[0] = {}): DataPlane {
  const plane = new DataPlane({ policy: POLICY_A, random: seededRandom(5), holdPackets: false });
  const { inboundA, outboundA } = keyedPair({ ...options, spiOfA: SPI });
  plane.install(at(0), inboundA);
  plane.install(at(0), outboundA);
  plane.drain();
  return plane;
}

interface EspOptions {
  readonly spi?: number;
  readonly suite?: EspSuite;
  readonly nextHeader?: number;
  readonly outer?: Partial<Ipv4Fields>;
}

/** An ESP packet to A as B would send it. */
function espPacket(sequenceNumber: number, inner: Uint8Array, options: EspOptions = {}): Uint8Array {
  const { spi = SPI, suite = AES_SHA, nextHeader = 4, outer = {} } = options;
  const { encryptionKey, integrityKey } = keysFor(suite, spi);
  const transforms = nodeTransforms(suite, encryptionKey, integrityKey);
  const iv = seededRandom(sequenceNumber).bytes("iv", transforms.ivLength);
  return outerOf(sealed(transforms, { spi, sequenceNumber }, iv, inner, nextHeader), outer);
}

function outerOf(esp: Uint8Array, fields: Partial<Ipv4Fields> = {}): Uint8Array {
  const base = { source: B, destination: A, protocol: 50, timeToLive: 255, identification: 1 };
  return buildIpv4Packet({ ...base, ...fields }, esp);
}

function assertDropped(plane: DataPlane, reason: PacketDropReason) {
  const outputs = plane.drain();
  assert.deepEqual(outputsOf(outputs, "receive"), []);
  const [event] = eventsOf(outputs, "packet-dropped");
  assert.equal(event?.reason, reason);
  return event;
}

function counters(plane: DataPlane) {
  const line = plane.view(at(0)).flows[0];
  assert.ok(line);
  const { decapsulated, decrypted, verified, receiveErrors } = line.counters;
  return { decapsulated, decrypted, verified, receiveErrors };
}

function saView(plane: DataPlane): SaView {
  const sa = plane.view(at(0)).flows[0]?.inbound[0];
  assert.ok(sa);
  return sa;
}

function damaged(packet: Uint8Array, place: number): Uint8Array {
  const copy = packet.slice();
  copy[place] = (copy[place] ?? 0) ^ 0xff;
  return copy;
}

function parsed(bytes: Uint8Array) {
  const packet = parseIpv4Packet(bytes);
  assert.ok(packet);
  return packet;
}

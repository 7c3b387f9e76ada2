/** Packets that ESP makes too long for their way, from plane to plane: how they are cut, and what is learned of the way. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  A,
  at,
  B,
  HOST_A,
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
import { FragmentReassembler } from "../net/fragments.ts";
import { buildIcmp, parseIcmp } from "../net/icmp.ts";
import { ipv4 } from "../net/ip-address.ts";
import { allowFragmentation, buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { TcpTrain } from "../net/tcp-train.ts";
import { packetsOfUdpTrain } from "../net/udp-train.ts";
import { putU16, putU32, u16At } from "../net/words.ts";
import { DataPlane } from "./data-plane.ts";
import type { DfBit, FragmentationOrder } from "./policy.ts";
import type { SaParameters } from "./security-association.ts";

fc.configureGlobal({ seed: 2409 });

const ROUTER = ipv4("172.16.172.254");
const FLOOR = 576;

interface Settings {
  readonly mtu: number;
  readonly dfBit: DfBit;
  readonly fragmentation: FragmentationOrder;
  /** The SA is for certain ports. */
  readonly hasPorts: boolean;
  readonly isInUdp: boolean;
}

const USUAL: Settings = {
  mtu: 1500,
  dfBit: "copy",
  fragmentation: "before-encryption",
  hasPorts: false,
  isInUdp: false,
};

describe("a packet of any length", () => {
  it("arrives as it was sent, or its sender learns what would; nothing longer than the way allows is sent", () => {
    fc.assert(
      fc.property(settings(), fc.nat(4000), fc.boolean(), (how, length, dontFragment) => {
        const planes = new Planes(how);
        const packet = udpPacket(length, { dontFragment });
        const { sent, received, told } = planes.send(packet);
        assert.ok(
          sent.every(({ bytes }) => bytes.length <= how.mtu),
          "all fit",
        );
        assert.equal(received.length + told.length, 1);
        const [fitting] = told;
        if (fitting === undefined) assert.deepEqual(withoutDf(received[0]), withoutDf(packet));
        else {
          assert.ok(dontFragment && how.dfBit !== "clear" && fitting < packet.length, "it had to be refused");
          assert.equal(planes.send(udpPacket(fitting - 28, { dontFragment })).sent.length, 1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("keeps its DF bit where it is not cut", () => {
    for (const dfBit of ["clear", "copy", "set"] as const) {
      const packet = udpPacket(1000, { dontFragment: true });
      assert.deepEqual(new Planes({ ...USUAL, dfBit }).send(packet).received, [packet]);
    }
  });
});

describe("a packet that is too long", () => {
  type Fate = "cut before" | "cut after" | "refused";
  /** IOS's table of pre-fragmentation. */
  const table: readonly [FragmentationOrder, DfBit, withDf: Fate, withoutDf: Fate][] = [
    ["before-encryption", "clear", "cut before", "cut before"],
    ["before-encryption", "set", "refused", "cut before"],
    ["before-encryption", "copy", "refused", "cut before"],
    ["after-encryption", "clear", "cut after", "cut after"],
    ["after-encryption", "set", "refused", "cut after"],
    ["after-encryption", "copy", "refused", "cut after"],
  ];
  for (const [fragmentation, dfBit, withDf, without] of table)
    for (const dontFragment of [true, false]) {
      const fate = dontFragment ? withDf : without;
      it(`${dontFragment ? "with" : "without"} DF is ${fate}: fragmentation ${fragmentation}, df-bit ${dfBit}`, () => {
        const { sent } = new Planes({ ...USUAL, fragmentation, dfBit }).send(
          udpPacket(3000, { dontFragment }),
        );
        const isCutAfter = sent.some(({ moreFragments }) => moreFragments);
        assert.equal(sent.length === 0 ? "refused" : isCutAfter ? "cut after" : "cut before", fate);
      });
    }

  const outerDf: readonly [DfBit, inner: boolean, outer: boolean][] = [
    ["clear", true, false],
    ["clear", false, false],
    ["copy", true, true],
    ["copy", false, false],
    ["set", true, true],
    ["set", false, true],
  ];
  for (const [dfBit, inner, outer] of outerDf)
    it(`or not: df-bit ${dfBit} makes DF ${inner} to ${outer} outside`, () => {
      const [first] = new Planes({ ...USUAL, dfBit }).send(udpPacket(100, { dontFragment: inner })).sent;
      assert.equal(first?.dontFragment, outer);
    });

  it("goes whole into ESP by an SA for certain ports, which later fragments do not show", () => {
    const { sent, received } = new Planes({ ...USUAL, hasPorts: true }).send(udpPacket(3000));
    assert.equal(sent.filter(({ fragmentOffset }) => fragmentOffset === 0).length, 1);
    assert.deepEqual(received, [udpPacket(3000)]);
  });

  it("is cut after encryption where ESP leaves no room before", () => {
    const { sent, received } = new Planes({ ...USUAL, mtu: 120 }).send(
      udpPacket(500, { dontFragment: true }),
    );
    assert.ok(sent.length > 1 && sent.some(({ moreFragments }) => moreFragments), "outer fragments");
    assert.deepEqual(received, [udpPacket(500, { dontFragment: true })]);
  });

  it("and is to be sent as segments is refused once for all of them", () => {
    const planes = new Planes(USUAL);
    const train = tcpPacket(14_600);
    planes.a.outbound(at(0), WAN, train, 1460);
    const outputs = planes.a.drain();
    assert.deepEqual(outputsOf(outputs, "transmit"), []);
    assert.equal(outputsOf(outputs, "receive").length, 1);
    planes.a.outbound(at(0), WAN, train, 1390);
    assert.equal(outputsOf(planes.a.drain(), "transmit").length, 11);
  });
});

describe("a TCP packet that is to be sent as segments", () => {
  it("leaves in UDP as trains of datagrams, which the other end opens as its segments", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64_000 }),
        fc.integer({ min: 100, max: 1380 }),
        (length, segmentLength) => {
          const { a, b } = new Planes({ ...USUAL, isInUdp: true });
          const packet = tcpPacket(length);
          a.outbound(at(0), WAN, packet, segmentLength);
          for (const { bytes, segmentLength: each = bytes.length } of outputsOf(a.drain(), "transmit"))
            for (const outer of packetsOfUdpTrain(bytes, each).map(parsed)) {
              const { headerLength, bytes: octets } = outer;
              b.inboundEncapsulated(at(0), WAN, outer, octets, headerLength + 8, octets.length);
            }
          const train = TcpTrain.of(packet, segmentLength);
          assert.deepEqual(
            outputsOf(b.drain(), "receive").map(({ bytes }) => bytes),
            Array.from({ length: train?.count ?? 0 }, (_, i) => train?.packet(i)),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a TCP connection through a tunnel", () => {
  it("announces segments that fit both ways, if that is wanted", () => {
    for (const [lowersMss, announced] of [
      [true, 1398],
      [false, 1460],
    ] as const) {
      const planes = new Planes(USUAL, lowersMss);
      assert.equal(announcedBy(planes.send(SYN).received[0]), announced);
    }
  });

  it("is told by the end that knows that less fits, whichever that is", () => {
    const planes = new Planes(USUAL, true);
    planes.hear(0, about(planes.send(LONGEST).sent[0], 1400));
    assert.equal(announcedBy(planes.send(SYN).received[0]), 1302);
    const [esp] = outputsOf(planes.answer(reversedPacket(SYN)), "transmit");
    planes.a.inboundEsp(at(0), WAN, esp?.bytes ?? new Uint8Array());
    assert.equal(announcedBy(outputsOf(planes.a.drain(), "receive")[0]?.bytes), 1302);
  });
});

describe("a router's word that a packet was too big", () => {
  it("shortens what is sent at once, and is shown and told", () => {
    const planes = new Planes(USUAL);
    const [lost] = planes.send(LONGEST).sent;
    planes.hear(0, about(lost, 1400));
    assert.deepEqual(eventsOf(planes.a.drain(), "path-mtu-changed"), [
      { kind: "path-mtu-changed", local: A, peer: B, before: 1500, mtu: 1400, reporter: ROUTER },
    ]);
    const [flow] = planes.a.view(at(0)).flows;
    assert.deepEqual([flow?.pathMtu, flow?.mediaMtu], [1400, 1500]);
    assert.deepEqual(planes.send(LONGEST).told, [1342]);
    const { sent } = planes.send(udpPacket(3000));
    assert.ok(sent.length === 3 && sent.every(({ bytes }) => bytes.length <= 1400), "cut to the way");
  });

  it("is forgotten after ten minutes, and counts for SAs that come meanwhile", () => {
    const planes = new Planes(USUAL);
    planes.hear(0, about(planes.send(LONGEST).sent[0], 1400));
    assert.match(planes.a.nextDeadline()?.why ?? "", /the path to a peer/);
    planes.rekey();
    assert.equal(planes.send(LONGEST).told.length, 1);
    planes.hear(300, about(planes.send(udpPacket(1300, { dontFragment: true })).sent[0], 1200));
    planes.a.drain();
    planes.a.wake(at(899.999));
    assert.deepEqual(eventsOf(planes.a.drain(), "path-mtu-changed"), []);
    planes.a.wake(at(900));
    assert.deepEqual(eventsOf(planes.a.drain(), "path-mtu-changed"), [
      { kind: "path-mtu-changed", local: A, peer: B, before: 1200, mtu: 1500, reporter: undefined },
    ]);
    assert.equal(planes.send(LONGEST).sent.length, 1);
  });

  it("is taken for a plateau where it names no length", () => {
    const planes = new Planes(USUAL);
    planes.hear(0, about(planes.send(LONGEST).sent[0], 0));
    assert.equal(planes.a.view(at(0)).flows[0]?.pathMtu, 1492);
  });

  it("is never believed below the floor: then packets go without DF, for routers to cut", () => {
    const planes = new Planes(USUAL);
    planes.hear(0, about(planes.send(LONGEST).sent[0], 68));
    assert.equal(planes.a.view(at(0)).flows[0]?.pathMtu, FLOOR);
    const [first] = planes.send(udpPacket(100, { dontFragment: true })).sent;
    assert.equal(first?.dontFragment, false);
    assert.equal(planes.send(LONGEST).told.length, 1, "what exceeds the floor is told");
  });

  it("is read from ESP in UDP if the SPI is quoted too", () => {
    const planes = new Planes({ ...USUAL, isInUdp: true });
    const [lost] = planes.send(udpPacket(1300, { dontFragment: true })).sent;
    planes.hear(0, about(lost, 1200));
    assert.equal(planes.a.view(at(0)).flows[0]?.pathMtu, 1500, "eight octets are the UDP header alone");
    planes.hear(0, about(lost, 1200, 16));
    assert.equal(planes.a.view(at(0)).flows[0]?.pathMtu, 1200);
  });

  it("follows the crypto map: what was learned is not longer than the interface allows", () => {
    const planes = new Planes(USUAL);
    planes.hear(0, about(planes.send(LONGEST).sent[0], 1400));
    planes.a.setPolicy(at(0), policyAt("a", { ...USUAL, mtu: 1300 }));
    assert.deepEqual(planes.send(LONGEST).told, [1230]);
  });

  const forgeries: readonly [string, (lost: Ipv4Packet) => Uint8Array][] = [
    ["of an unknown SPI", (lost) => about(changed(lost, 20, 0x12345678), 1400)],
    ["of a number that was not sent", (lost) => about(changed(lost, 24, 2), 1400)],
    ["of number 0", (lost) => about(changed(lost, 24, 0), 1400)],
    ["of another sender", (lost) => about(changed(lost, 12, 0x01020304), 1400)],
    ["of another receiver", (lost) => about(changed(lost, 16, 0x01020304), 1400)],
    ["of a packet without DF", (lost) => about(parsed(withoutDf(lost.bytes)), 1400)],
    ["that would have fit", (lost) => about(lost, 1600)],
    ["of another protocol", (lost) => about(parsed(rebuilt(lost, 51)), 1400)],
    ["of ESP in UDP that is not so", (lost) => about(parsed(rebuilt(lost, 17)), 1400, 16)],
    ["that is damaged", (lost) => flipped(about(lost, 1400))],
    ["cut short", (lost) => about(lost, 1400, 7)],
  ];
  for (const [what, forge] of forgeries)
    it(`${what} changes nothing`, () => {
      const planes = new Planes(USUAL);
      const [lost] = planes.send(LONGEST).sent;
      assert.ok(lost, "a packet was sent");
      planes.hear(0, forge(lost));
      assert.deepEqual(planes.a.drain(), []);
      assert.equal(planes.a.view(at(0)).flows[0]?.pathMtu, 1500);
    });

  it("never lengthens, and repeated says nothing new", () => {
    const planes = new Planes(USUAL);
    const [lost] = planes.send(LONGEST).sent;
    planes.hear(0, about(lost, 1300));
    planes.a.drain();
    for (const mtu of [1300, 1400, 1499]) planes.hear(0, about(lost, mtu));
    assert.deepEqual(planes.a.drain(), []);
    assert.equal(planes.a.view(at(0)).flows[0]?.pathMtu, 1300);
  });

  it("in any octets does no harm", () => {
    const planes = new Planes(USUAL);
    planes.send(LONGEST);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(0xffff), (quoted, nextHopMtu) => {
        planes.hear(0, quoted);
        planes.hear(0, carried(buildIcmp({ kind: "destination-unreachable", code: 4, nextHopMtu, quoted })));
        assert.deepEqual(planes.a.drain(), []);
      }),
    );
  });
});

/** With SYN; it announces 1460 octets. */
const SYN = buildIpv4Packet(
  {
    source: HOST_A,
    destination: parsed(udpPacket()).destination,
    protocol: 6,
    timeToLive: 64,
    identification: 1,
  },
  Uint8Array.of(4, 0, 0, 7, ...[0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 16, 0, 0, 0, 0, 0, 2, 4, 5, 0xb4]),
);

/** The longest that passes a way of 1500 octets with DF. */
const LONGEST = udpPacket(1438 - 28, { dontFragment: true });

/** A and B with a pair of SAs. What A sends comes to B without loss; B's host puts packets together. */
class Planes {
  readonly a: DataPlane;
  readonly b: DataPlane;
  readonly #how: Settings;
  #spi = 0x1000;

  constructor(how: Settings, lowersMss = false) {
    this.#how = how;
    const common = { holdPackets: false, lowersMss };
    this.a = new DataPlane({ ...common, policy: policyAt("a", how), random: seededRandom(5) });
    this.b = new DataPlane({ ...common, policy: policyAt("b", how), random: seededRandom(6) });
    this.rekey();
  }

  /** Another pair of SAs. */
  rekey(): void {
    const { hasPorts, isInUdp } = this.#how;
    const selector = hasPorts ? { ...SELECTOR_A, protocol: 17, remotePorts: ECHO_PORT } : SELECTOR_A;
    const pair = keyedPair({ selector, spiOfA: this.#spi });
    this.#spi += 2;
    const udp = (own: SaParameters): SaParameters =>
      isInUdp ? { ...own, udpEncapsulation: { localPort: 4500, remotePort: 4500 } } : own;
    this.b.install(at(0), udp(pair.inboundB));
    this.b.install(at(0), udp(pair.outboundB));
    this.a.install(at(0), udp(pair.inboundA));
    this.a.install(at(0), udp(pair.outboundA));
    this.a.drain();
  }

  send(packet: Uint8Array) {
    this.a.outbound(at(0), WAN, packet);
    const outputs = this.a.drain();
    const sent = outputsOf(outputs, "transmit").map(({ bytes }) => parsed(bytes));
    const wire = new FragmentReassembler();
    for (const piece of sent) {
      const outer = wire.add(at(0), piece);
      if (outer?.protocol === 50) this.b.inboundEsp(at(0), WAN, outer.bytes);
      else if (outer !== undefined)
        this.b.inboundEncapsulated(
          at(0),
          WAN,
          outer,
          outer.bytes,
          outer.headerLength + 8,
          outer.bytes.length,
        );
    }
    const host = new FragmentReassembler();
    const received = outputsOf(this.b.drain(), "receive").flatMap(
      ({ bytes }) => host.add(at(0), parsed(bytes))?.bytes ?? [],
    );
    const told = outputsOf(outputs, "receive").flatMap(({ bytes }) => {
      const error = parsed(bytes);
      assert.equal(error.destination, HOST_A);
      const message = parseIcmp(error);
      return message?.kind === "destination-unreachable" && message.code === 4 ? [message.nextHopMtu] : [];
    });
    return { sent, received, told };
  }

  /** What B sends for a packet of its host. */
  answer(packet: Uint8Array) {
    this.b.outbound(at(0), WAN, packet);
    return this.b.drain();
  }

  hear(seconds: number, message: Uint8Array): void {
    this.a.icmp(at(seconds), message);
  }
}

function policyAt(end: "a" | "b", { mtu, dfBit, fragmentation, hasPorts }: Settings) {
  const isA = end === "a";
  const [from, to] = isA ? [NET_A, NET_B] : [NET_B, NET_A];
  const ports = hasPorts ? { protocol: 17, [isA ? "destinationPorts" : "sourcePorts"]: ECHO_PORT } : {};
  return policyOf([mapEntry([rule("permit", from, to, ports)], { peers: [isA ? B : A] })], {
    localAddress: isA ? A : B,
    ...{ mtu, dfBit, fragmentation },
  });
}

function settings(): fc.Arbitrary<Settings> {
  return fc.record({
    mtu: fc.oneof(fc.integer({ min: 68, max: 200 }), fc.integer({ min: 200, max: 2000 })),
    dfBit: fc.constantFrom<DfBit>("clear", "copy", "set"),
    fragmentation: fc.constantFrom<FragmentationOrder>("before-encryption", "after-encryption"),
    hasPorts: fc.boolean(),
    isInUdp: fc.boolean(),
  });
}

/** What a router says of a packet, which it quotes with so many octets behind the header. */
function about(offending: Ipv4Packet | undefined, nextHopMtu: number, quotedOctets = 8): Uint8Array {
  assert.ok(offending, "a packet was sent");
  const quoted = offending.bytes.slice(0, offending.headerLength + quotedOctets);
  return carried(buildIcmp({ kind: "destination-unreachable", code: 4, nextHopMtu, quoted }));
}

function carried(icmp: Uint8Array): Uint8Array {
  const header = { source: ROUTER, destination: A, protocol: 1, timeToLive: 255, identification: 1 };
  return buildIpv4Packet(header, icmp);
}

/** With another word at a place; the header's checksum is not looked at in a quotation. */
function changed(packet: Ipv4Packet, place: number, word: number): Ipv4Packet {
  const bytes = packet.bytes.slice();
  putU32(bytes, place, word);
  return { ...packet, bytes };
}

function rebuilt({ source, destination, payload }: Ipv4Packet, protocol: number): Uint8Array {
  const header = { source, destination, protocol, timeToLive: 255, identification: 1, dontFragment: true };
  return buildIpv4Packet(header, payload);
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[30] = (copy[30] ?? 0) ^ 1;
  return copy;
}

function withoutDf(bytes: Uint8Array | undefined): Uint8Array {
  assert.ok(bytes, "there is a packet");
  const copy = bytes.slice();
  allowFragmentation(copy);
  return copy;
}

/** From A's host to B's, DF set, with so many octets of data. */
function tcpPacket(length: number): Uint8Array {
  const tcp = new Uint8Array(20 + length);
  putU16(tcp, 0, 1024);
  putU16(tcp, 2, 7);
  tcp[12] = 0x50;
  const fields = { protocol: 6, timeToLive: 64, identification: 1, dontFragment: true };
  const { source, destination } = parsed(udpPacket());
  return buildIpv4Packet({ ...fields, source, destination }, tcp);
}

/** Its host at B's side answers it. */
function reversedPacket(bytes: Uint8Array): Uint8Array {
  const { source, destination, payload, protocol } = parsed(bytes);
  const fields = { source: destination, destination: source, protocol, timeToLive: 64, identification: 2 };
  return buildIpv4Packet(fields, payload);
}

function announcedBy(packet: Uint8Array | undefined): number {
  assert.ok(packet, "a packet came");
  return u16At(packet, 42);
}

function parsed(bytes: Uint8Array): Ipv4Packet {
  const packet = parseIpv4Packet(bytes);
  assert.ok(packet, "it is an IPv4 packet");
  return packet;
}

const ECHO_PORT = { low: 7, high: 7 };

/** Transport mode end to end: two data planes between which packets of the two ends themselves are protected. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  A,
  at,
  B,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  seededRandom,
  transformSet,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { EVERY_ESP_SUITE } from "../../test/support/esp-suites.ts";
import { vectorFile } from "../../test/support/vector-file.ts";
import { MisuseError } from "../base/errors.ts";
import { fromHex, hex } from "../base/octets.ts";
import type { EspSuite } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import { fragmentIpv4 } from "../net/fragmentation.ts";
import { parseIcmp } from "../net/icmp.ts";
import { type IpAddress, ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { host, selectorOfRule } from "../net/selector.ts";
import type { Addresses } from "../net/transport-checksum.ts";
import { buildUdp, parseUdp } from "../net/udp.ts";
import { DataPlane } from "./data-plane.ts";
import type { IpsecPolicy } from "./policy.ts";

fc.configureGlobal({ seed: 2406 });

const GCM: EspSuite = { encryption: "gcm-128", integrity: undefined };
const SELECTOR = selectorOfRule(rule("permit", host(A), host(B)));

describe("transport mode", () => {
  it("gives back the very packet that was sent, whatever its header, its payload and the suite", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...EVERY_ESP_SUITE),
        fc.constantFrom(PROTOCOL.ICMP, PROTOCOL.GRE, 4, 255),
        fc.uint8Array({ maxLength: 200 }),
        fc.record({
          typeOfService: fc.nat(255),
          identification: fc.nat(65535),
          dontFragment: fc.boolean(),
          timeToLive: fc.integer({ min: 1, max: 255 }),
          options: fc.constantFrom(0, 4, 40).map((length) => new Uint8Array(length).fill(1)),
        }),
        (suite, protocol, payload, fields) => {
          const [a, b] = ends({ suite });
          const packet = buildIpv4Packet({ source: A, destination: B, protocol, ...fields }, payload);
          const sealed = onlySent(a, packet);
          b.inboundEsp(at(0), WAN, sealed.bytes);
          assert.deepEqual(received(b), [hex(packet)]);
        },
      ),
    );
  });

  it("keeps the header but for protocol, length and checksum, and puts ESP behind its options (RFC 2406 §3.1)", () => {
    const options = new Uint8Array(8).fill(1);
    const packet = between(100, { options, typeOfService: 0xb8, timeToLive: 7, identification: 99 });
    const outer = onlySent(ends()[0], packet);
    const { source, destination, protocol, timeToLive, identification, headerLength, typeOfService } = outer;
    assert.deepEqual([source, destination, protocol, timeToLive], [A, B, 50, 7]);
    assert.deepEqual([identification, headerLength, typeOfService], [99, 28, 0xb8]);
    // SPI, number and IV; the packet without its header, pad to 4, trailer; ICV.
    assert.equal(outer.payload.length, 16 + 108 + 4 + 16);
  });

  it("puts a packet together before it protects it, and cuts what comes out", () => {
    const [a, b] = ends();
    const packet = between(3000);
    for (const piece of [...cut(packet, 1500)].reverse()) a.outbound(at(0), WAN, piece);
    const sent = outputsOf(a.drain(), "transmit");
    assert.ok(sent.length > 1 && sent.every(({ bytes }) => bytes.length <= 1500), "cut to the MTU");
    for (const { bytes } of sent) b.inboundEsp(at(0), WAN, bytes);
    assert.deepEqual(received(b), [hex(packet)]);
  });

  it("says what fits to the sender of a packet that is too long and must not be cut, and that fits", () => {
    for (const udpEncapsulation of [undefined, { localPort: 4500, remotePort: 4500 }]) {
      const [a] = ends({ udpEncapsulation });
      a.outbound(at(0), WAN, between(1480, { dontFragment: true }));
      const outputs = a.drain();
      const told = parsed(outputsOf(outputs, "receive")[0]?.bytes);
      const message = parseIcmp(told);
      assert.ok(message?.kind === "destination-unreachable", message?.kind);
      const { nextHopMtu } = message;
      assert.equal(eventsOf(outputs, "packet-dropped")[0]?.reason, "too big");
      const fits = onlySent(a, between(nextHopMtu - 28, { dontFragment: true }));
      assert.ok(fits.bytes.length <= 1500 && fits.bytes.length > 1496, `${fits.bytes.length} octets`);
      a.outbound(at(0), WAN, between(nextHopMtu - 27, { dontFragment: true }));
      assert.equal(outputsOf(a.drain(), "transmit").length, 0);
    }
  });

  it("takes a TCP packet that is to be cut apart segment by segment", () => {
    const [a, b] = ends();
    const tcp = new Uint8Array(20 + 2500);
    tcp[12] = 0x50;
    const fields = { source: A, destination: B, protocol: PROTOCOL.TCP, timeToLive: 64, identification: 1 };
    a.outbound(at(0), WAN, buildIpv4Packet(fields, tcp), 1000);
    for (const { bytes } of outputsOf(a.drain(), "transmit")) b.inboundEsp(at(0), WAN, bytes);
    assert.deepEqual(
      received(b).map((text) => text.length / 2),
      [1040, 1040, 540],
    );
  });

  it("is not for the traffic of others", () => {
    const selector = selectorOfRule(rule("permit", NET_A, NET_B));
    const pair = keyedPair({ selector });
    const plane = new DataPlane({ policy: POLICY, random: seededRandom(1), holdPackets: false });
    assert.throws(() => plane.install(at(0), { ...pair.inboundA, mode: "transport" }), MisuseError);
  });

  it("does not deliver what its selector does not cover", () => {
    const selector = selectorOfRule(rule("permit", host(A), host(B), { protocol: PROTOCOL.GRE }));
    const [, narrow] = ends({ selector });
    const [wide] = ends();
    narrow.inboundEsp(at(0), WAN, onlySent(wide, between(10)).bytes);
    const outputs = narrow.drain();
    assert.deepEqual(outputsOf(outputs, "receive"), []);
    assert.equal(eventsOf(outputs, "packet-dropped")[0]?.reason, "selector mismatch");
  });

  it("does not end where the policy comes to want tunnel mode, nor tunnel mode where it comes to want transport", () => {
    const tunnelPolicy = policyFor("tunnel");
    const [plane] = ends();
    assert.equal(plane.setPolicy(at(0), policyFor("transport")).length, 0);
    assert.equal(plane.setPolicy(at(0), tunnelPolicy).length, 0);
    const other = new DataPlane({ policy: tunnelPolicy, random: seededRandom(1), holdPackets: false });
    const pair = keyedPair({ selector: SELECTOR, suite: GCM });
    for (const parameters of [pair.inboundA, pair.outboundA]) other.install(at(0), parameters);
    assert.equal(other.setPolicy(at(0), policyFor("transport")).length, 0);
  });
});

describe("transport mode in UDP", () => {
  const udpEncapsulation = { localPort: 4500, remotePort: 1024 };

  it("has UDP's header between the packet's own and ESP (RFC 3948 §2.1)", () => {
    const [a] = ends({ udpEncapsulation });
    const outer = onlySent(a, between(100, { options: new Uint8Array(4).fill(1) }));
    assert.equal(outer.protocol, PROTOCOL.UDP);
    const datagram = parseUdp(outer);
    assert.deepEqual([datagram?.sourcePort, datagram?.destinationPort], [4500, 1024]);
    assert.equal(hex(outer.payload.subarray(6, 8)), "0000");
    assert.equal(datagram?.payload.length, 16 + 108 + 4 + 16);
  });

  it("mends UDP's checksum after a NAT, with the addresses that the peer has told or without (RFC 3948 §3.1.2)", () => {
    const inside = ipv4("10.9.9.9");
    for (const originalAddresses of [{ source: inside, destination: B }, undefined]) {
      const [a, b] = ends({ udpEncapsulation, originalAddresses });
      // What A sent as 10.9.9.9 comes from A's address, with the checksum of the other.
      const datagram = { sourcePort: 7, destinationPort: 9, payload: Uint8Array.of(1, 2, 3) };
      const fields = { source: A, destination: B, protocol: PROTOCOL.UDP, timeToLive: 64, identification: 1 };
      const { payload } = onlySent(a, buildIpv4Packet(fields, buildUdp(datagram, inside, B)));
      const arrival = { source: A, destination: B, protocol: PROTOCOL.ESP, typeOfService: 0 };
      b.inboundEncapsulated(at(0), WAN, arrival, payload, 8, payload.length);
      const [bytes] = received(b);
      assert.deepEqual(parseUdp(parsed(fromHex(bytes ?? "")))?.payload, datagram.payload);
    }
  });
});

interface Rfc3602Case {
  readonly case: number;
  readonly kind: string;
  readonly mode: string;
  readonly key: string;
  readonly original_ip: string;
  readonly original_data: string;
  readonly packet: string;
}

describe("RFC 3602", () => {
  for (const vector of vectorFile<readonly Rfc3602Case[]>("rfc3602_vectors.json")) {
    if (vector.kind !== "esp" || vector.mode !== "transport") continue;
    it(`case ${vector.case} is delivered as the RFC's original packet`, () => {
      const outer = parsed(fromHex(vector.packet));
      const [plane] = ends({
        suite: { encryption: "aes-128", integrity: undefined },
        selector: selectorOfRule(rule("permit", host(outer.destination), host(outer.source))),
        between: [outer.destination, outer.source],
        spi: 0x4321,
        encryptionKey: new Secret(fromHex(vector.key)),
      });
      plane.inboundEsp(at(0), WAN, outer.bytes);
      assert.deepEqual(received(plane), [vector.original_ip + vector.original_data]);
    });
  }
});

const POLICY = policyFor("transport");

function policyFor(
  mode: "tunnel" | "transport",
  localAddress: IpAddress = A,
  peer: IpAddress = B,
  suite = GCM,
): IpsecPolicy {
  const transformSets = [{ ...transformSet(suite), mode }];
  return policyOf(
    [mapEntry([rule("permit", host(localAddress), host(peer))], { transformSets, peers: [peer] })],
    {
      localAddress,
    },
  );
}

interface EndsOptions {
  readonly suite?: EspSuite;
  readonly selector?: typeof SELECTOR;
  readonly udpEncapsulation?: { readonly localPort: number; readonly remotePort: number } | undefined;
  readonly originalAddresses?: Addresses | undefined;
  readonly between?: readonly [IpAddress, IpAddress];
  readonly spi?: number;
  readonly encryptionKey?: Secret;
}

/** A and B with a pair of SAs between them. */
function ends(options: EndsOptions = {}): readonly [DataPlane, DataPlane] {
  const { suite = GCM, selector = SELECTOR, between: [a, b] = [A, B], spi: spiOfA = 0x1000 } = options;
  const pair = keyedPair({ suite, selector, spiOfA });
  const { udpEncapsulation, originalAddresses, encryptionKey } = options;
  const common = {
    ...({ mode: "transport", udpEncapsulation, originalAddresses } as const),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  };
  const plane = (own: IpAddress, peer: IpAddress, ...sas: readonly (typeof pair.inboundA)[]) => {
    const policy = policyFor("transport", own, peer, suite);
    const made = new DataPlane({ policy, random: seededRandom(1), holdPackets: false });
    for (const sa of sas) made.install(at(0), { ...sa, ...common, localAddress: own, peer });
    made.drain();
    return made;
  };
  return [plane(a, b, pair.inboundA, pair.outboundA), plane(b, a, pair.inboundB, pair.outboundB)];
}

/** A UDP packet from A itself to B itself. */
function between(payloadLength: number, fields: Parameters<typeof udpPacket>[1] = {}): Uint8Array {
  return udpPacket(payloadLength, { source: A, destination: B, ...fields });
}

function onlySent(plane: DataPlane, packet: Uint8Array): Ipv4Packet {
  plane.outbound(at(0), WAN, packet);
  const sent = outputsOf(plane.drain(), "transmit");
  assert.equal(sent.length, 1);
  return parsed(sent[0]?.bytes);
}

function received(plane: DataPlane): readonly string[] {
  return outputsOf(plane.drain(), "receive").map(({ bytes, wasProtected }) => {
    assert.ok(wasProtected, "it was protected");
    return hex(bytes);
  });
}

function cut(packet: Uint8Array, mtu: number): readonly Uint8Array[] {
  const pieces = fragmentIpv4(parsed(packet), mtu);
  assert.ok(pieces !== undefined, "it may be cut");
  return pieces;
}

function parsed(bytes: Uint8Array | undefined): Ipv4Packet {
  const packet = bytes === undefined ? undefined : parseIpv4Packet(bytes);
  assert.ok(packet !== undefined, "a sound packet");
  return packet;
}

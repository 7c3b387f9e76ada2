import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../base/errors.ts";
import { equal, fromHex, hex } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import { internetChecksum } from "./checksum.ts";
import { fragmentIpv4, IPV4_MTU_MIN } from "./fragmentation.ts";
import { FragmentReassembler } from "./fragments.ts";
import { ipv4, ipv4FromNumber } from "./ip-address.ts";
import {
  buildIpv4Packet,
  faultOfIpv4,
  type Ipv4Fields,
  parseIpv4Packet,
  withTtlLowered,
} from "./ipv4-packet.ts";

fc.configureGlobal({ seed: 2409 });

// RFC 3602, test case 5: the original packet's header.
const RFC3602_HEADER = fromHex("4500005408f200004001f9fec0a87b03c0a87b64");

describe("IPv4 packets", () => {
  it("read as what was built", () => {
    fc.assert(
      fc.property(fields(), fc.uint8Array({ maxLength: 300 }), (given, payload) => {
        const packet = parseIpv4Packet(buildIpv4Packet({ ...given, moreFragments: false }, payload));
        assert.ok(packet);
        assert.equal(packet.source, given.source);
        assert.equal(packet.destination, given.destination);
        assert.equal(packet.protocol, given.protocol);
        assert.equal(packet.timeToLive, given.timeToLive);
        assert.equal(packet.identification, given.identification);
        assert.equal(packet.typeOfService, given.typeOfService);
        assert.equal(packet.dontFragment, given.dontFragment);
        assert.equal(packet.fragmentOffset, given.fragmentOffset);
        assert.deepEqual(packet.payload, payload);
      }),
    );
  });

  it("have the header of RFC 3602's test case 5 when built of its fields", () => {
    const built = buildIpv4Packet(
      {
        source: ipv4("192.168.123.3"),
        destination: ipv4("192.168.123.100"),
        protocol: 1,
        timeToLive: 64,
        identification: 0x08f2,
      },
      new Uint8Array(64),
    );
    assert.equal(hex(built.subarray(0, 20)), hex(RFC3602_HEADER));
  });

  it("lose link padding when parsed", () => {
    const built = buildIpv4Packet(PLAIN, Uint8Array.of(1, 2, 3));
    const padded = new Uint8Array(60);
    padded.set(built);
    assert.deepEqual(parseIpv4Packet(padded)?.bytes, built);
  });

  const spoiled: readonly [string, (bytes: Uint8Array) => Uint8Array, RegExp][] = [
    ["shorter than a header", (b) => b.subarray(0, 19), /needs 20 bytes/],
    ["of version 6", (b) => replaced(b, 0, 0x65), /version is 6/],
    ["whose header length is 16", (b) => replaced(b, 0, 0x44), /header length 16/],
    ["whose total length is less than its header", (b) => replaced(b, 3, 10), /less than the header/],
    ["that end before their total length", (b) => b.subarray(0, b.length - 1), /exceeds/],
    ["whose header checksum is wrong", (b) => replaced(b, 10, 0xff), /checksum/],
    [
      "that end past 65535 octets after reassembly",
      (b) => replaced(b, 6, 0x1f, 7, 0xff),
      /beyond the longest/,
    ],
    ["that are fragments of odd size with more to come", (b) => replaced(b, 6, 0x20), /followed by another/],
  ];
  for (const [what, spoil, reason] of spoiled)
    it(`${what} are refused with the reason`, () => {
      const bytes = spoil(buildIpv4Packet(PLAIN, new Uint8Array(13)));
      assert.match(faultOfIpv4(bytes) ?? "no fault", reason);
      assert.equal(parseIpv4Packet(bytes), undefined);
    });

  it("never throw, whatever the octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void parseIpv4Packet(bytes, "ignored")),
    );
  });

  it("are refused as unbuildable with a payload too long for them", () => {
    assert.throws(() => buildIpv4Packet(PLAIN, new Uint8Array(65516)), MisuseError);
  });

  it("keep a correct checksum when the TTL is lowered, and end at 1", () => {
    fc.assert(
      fc.property(fields(), (given) => {
        const packet = parseIpv4Packet(buildIpv4Packet(given, new Uint8Array(16)));
        assert.ok(packet);
        const lowered = withTtlLowered(packet);
        if (given.timeToLive <= 1) return assert.equal(lowered, undefined);
        assert.ok(lowered);
        assert.equal(internetChecksum(lowered.subarray(0, packet.headerLength)), 0);
        assert.equal(parseIpv4Packet(lowered)?.timeToLive, given.timeToLive - 1);
        assert.equal(packet.bytes[8], given.timeToLive, "the original is unchanged");
      }),
    );
  });
});

describe("fragments", () => {
  const payloads = fc
    .integer({ min: 0, max: 4000 })
    .map((n) => Uint8Array.from({ length: n }, (_, i) => i * 7));

  it("fit the MTU and make the packet again in any order, duplicates included", () => {
    fc.assert(
      fc.property(
        payloads,
        fc.integer({ min: IPV4_MTU_MIN, max: 1500 }),
        fc.infiniteStream(fc.nat()),
        (payload, mtu, dice) => {
          const packet = parseIpv4Packet(buildIpv4Packet(PLAIN, payload));
          assert.ok(packet);
          const pieces = fragmentIpv4(packet, mtu);
          assert.ok(pieces);
          assert.ok(pieces.every((piece) => piece.length <= mtu && faultOfIpv4(piece) === undefined));
          const shuffled = shuffle([...pieces, ...pieces.slice(0, -1)], dice);
          const reassembler = new FragmentReassembler();
          const whole = shuffled.flatMap((piece) => addTo(reassembler, 0, piece) ?? []);
          assert.ok(whole.some((bytes) => equal(bytes, packet.bytes)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("of fragments make the original too", () => {
    const packet = parseIpv4Packet(buildIpv4Packet(PLAIN, new Uint8Array(3000).fill(9)));
    assert.ok(packet);
    const pieces = fragmentIpv4(packet, 1500) ?? [];
    const smaller = pieces.flatMap((piece) => {
      const parsed = parseIpv4Packet(piece);
      return parsed === undefined ? [] : (fragmentIpv4(parsed, 576) ?? []);
    });
    assert.ok(smaller.length > pieces.length);
    const reassembler = new FragmentReassembler();
    const whole = smaller.flatMap((piece) => addTo(reassembler, 0, piece) ?? []);
    assert.deepEqual(whole, [packet.bytes]);
  });

  it("are not made of a packet that forbids it", () => {
    const packet = parseIpv4Packet(buildIpv4Packet({ ...PLAIN, dontFragment: true }, new Uint8Array(100)));
    assert.ok(packet);
    assert.equal(fragmentIpv4(packet, 100), undefined);
    assert.deepEqual(fragmentIpv4(packet, 120), [packet.bytes]);
  });

  it("repeat only the options that ask for it", () => {
    // A record route option (7, not copied), then a loose source route (131, copied), then padding.
    const options = fromHex("0703040183070400000000000000000000000000".slice(0, 24));
    const packet = parseIpv4Packet(buildIpv4Packet({ ...PLAIN, options }, new Uint8Array(100)));
    assert.ok(packet);
    const [first, second] = (fragmentIpv4(packet, 76) ?? []).map((piece) => parseIpv4Packet(piece));
    assert.equal(hex(first?.bytes.subarray(20, first.headerLength) ?? new Uint8Array()), hex(options));
    assert.equal(
      hex(second?.bytes.subarray(20, second.headerLength) ?? new Uint8Array()),
      "8307040000000000",
    );
  });
});

const PLAIN = {
  source: ipv4("10.1.1.1"),
  destination: ipv4("10.1.2.1"),
  protocol: 17,
  timeToLive: 64,
  identification: 4711,
};

function addTo(reassembler: FragmentReassembler, at: number, bytes: Uint8Array): Uint8Array | undefined {
  const packet = parseIpv4Packet(bytes);
  assert.ok(packet);
  return reassembler.add(instant(at), packet)?.bytes;
}

function fields(): fc.Arbitrary<Ipv4Fields> {
  const address = fc.nat(0xffffffff).map(ipv4FromNumber);
  return fc.record({
    source: address,
    destination: address,
    protocol: fc.nat(255),
    timeToLive: fc.nat(255),
    identification: fc.nat(0xffff),
    typeOfService: fc.nat(255),
    dontFragment: fc.boolean(),
    moreFragments: fc.boolean(),
    fragmentOffset: fc.nat(8000).map((n) => n * 8),
    options: fc.uint8Array({ maxLength: 10 }).map((bytes) => new Uint8Array(bytes.length * 4)),
  });
}

function shuffle<T>(items: readonly T[], dice: fc.Stream<number>): readonly T[] {
  const keyed = [...dice.take(items.length)];
  return items
    .map((item, i) => ({ item, key: keyed[i] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** A copy with octets replaced, given as place and value by turns, and the checksum left as it was unless it is named. */
function replaced(bytes: Uint8Array, ...changes: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  for (let i = 0; i < changes.length; i += 2) copy[changes[i] ?? 0] = changes[i + 1] ?? 0;
  return copy;
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { octets } from "../../test/support/isakmp-arbitraries.ts";
import { concat, fromHex, hex, u16Octets } from "../base/octets.ts";
import { type CapturedFrame, LINK_TYPE } from "./captured-frame.ts";
import { addressText } from "./ip-text.ts";
import { type Traffic, TrafficFinder } from "./traffic.ts";

fc.configureGlobal({ seed: 2409 });

const MESSAGE = fromHex("c0ffee00");

function udp(sourcePort: number, destinationPort: number, data: Uint8Array): Uint8Array {
  const header = [
    u16Octets(sourcePort),
    u16Octets(destinationPort),
    u16Octets(8 + data.length),
    u16Octets(0),
  ];
  return concat(...header, data);
}

interface Ipv4 {
  readonly protocol?: number;
  /** Flags and offset, as in the header. */
  readonly fragment?: number;
  readonly identification?: number;
}

function ipv4(
  payload: Uint8Array,
  { protocol = 17, fragment = 0, identification = 7 }: Ipv4 = {},
): Uint8Array {
  const length = u16Octets(20 + payload.length);
  const middle = concat(
    length,
    u16Octets(identification),
    u16Octets(fragment),
    Uint8Array.of(64, protocol, 0, 0),
  );
  return concat(fromHex("4500"), middle, fromHex("0a000001 0a000002"), payload);
}

function frame(bytes: Uint8Array, linkType: number = LINK_TYPE.RAW): CapturedFrame {
  return { number: 1, timestampMicroseconds: 0, linkType, bytes, originalLength: bytes.length };
}

function find(bytes: Uint8Array, linkType: number = LINK_TYPE.RAW): Traffic | undefined {
  return new TrafficFinder().find(frame(bytes, linkType));
}

const PACKET = ipv4(udp(500, 500, MESSAGE));
const FROM_TO = { source: "10.0.0.1", destination: "10.0.0.2" };

const ADDRESSES_6 = "20010db8000000000000000000000001 20010db8000000000000000000000002";
const PACKET_6 = concat(fromHex(`60000000 000c 11 40 ${ADDRESSES_6}`), udp(500, 500, MESSAGE));

const FRAMES: readonly (readonly [string, number, Uint8Array])[] = [
  ["a bare packet", LINK_TYPE.RAW, PACKET],
  ["a bare packet as BSD numbers it", LINK_TYPE.RAW_BSD, PACKET],
  ["a bare packet as OpenBSD numbers it", LINK_TYPE.RAW_OPENBSD, PACKET],
  ["a bare IPv4 packet", LINK_TYPE.IPV4, PACKET],
  ["Ethernet", LINK_TYPE.ETHERNET, concat(fromHex("0102030405060708090a0b0c 0800"), PACKET)],
  [
    "Ethernet with padding",
    LINK_TYPE.ETHERNET,
    concat(fromHex("0102030405060708090a0b0c 0800"), PACKET, fromHex("000000")),
  ],
  ["a VLAN", LINK_TYPE.ETHERNET, concat(fromHex("0102030405060708090a0b0c 8100 0007 0800"), PACKET)],
  [
    "a VLAN in a VLAN",
    LINK_TYPE.ETHERNET,
    concat(fromHex("0102030405060708090a0b0c 88a8 0007 8100 0008 0800"), PACKET),
  ],
  ["Linux's any", LINK_TYPE.LINUX_SLL, concat(fromHex("0000 0001 0006 0102030405060000 0800"), PACKET)],
  [
    "Linux's any, version 2",
    LINK_TYPE.LINUX_SLL2,
    concat(fromHex("0800 0000 00000001 0001 00 06 0102030405060000"), PACKET),
  ],
  ["loopback written by a little-endian host", LINK_TYPE.NULL, concat(fromHex("02000000"), PACKET)],
  ["loopback written by a big-endian host", LINK_TYPE.NULL, concat(fromHex("00000002"), PACKET)],
  ["OpenBSD's loopback", LINK_TYPE.LOOP, concat(fromHex("00000002"), PACKET)],
];

for (const [what, linkType, bytes] of FRAMES) {
  test(`ISAKMP is found behind the link layer of ${what}`, () => {
    assert.deepEqual(find(bytes, linkType), {
      kind: "isakmp",
      addresses: { ...FROM_TO, sourcePort: 500, destinationPort: 500 },
      bytes: MESSAGE,
      hasMarker: false,
      missing: 0,
    });
  });
}

test("ISAKMP is found in IPv6, behind extension headers too", () => {
  const extended = concat(
    fromHex(`60000000 001c 00 40 ${ADDRESSES_6}`),
    fromHex("3c 00 000000000000  11 00 000000000000"),
    udp(500, 500, MESSAGE),
  );
  for (const packet of [PACKET_6, extended])
    assert.deepEqual(find(packet), {
      kind: "isakmp",
      addresses: { source: "2001:db8::1", destination: "2001:db8::2", sourcePort: 500, destinationPort: 500 },
      bytes: MESSAGE,
      hasMarker: false,
      missing: 0,
    });
});

test("IPv6 addresses are written with the longest run of zeros left out", () => {
  assert.equal(addressText(fromHex("00000000000000000000000000000001")), "::1");
  assert.equal(addressText(fromHex("20010db8000000010000000000000000")), "2001:db8:0:1::");
  assert.equal(addressText(fromHex("20010db8000100020003000400050006")), "2001:db8:1:2:3:4:5:6");
  assert.equal(addressText(fromHex("20010db8000000020003000400050006")), "2001:db8:0:2:3:4:5:6");
});

const ON_4500: readonly (readonly [string, string, string])[] = [
  ["a non-ESP marker announces ISAKMP", "00000000c0ffee00", "isakmp c0ffee00"],
  ["a marker alone announces a message of no octets", "00000000", "isakmp "],
  ["one octet ff is a keepalive", "ff", "keepalive"],
  ["anything else is ESP", "000001000000000101", "esp 000001000000000101"],
  ["no octets are refused", "", "malformed 0 octets are neither a keepalive, nor ISAKMP, nor ESP"],
  [
    "one octet that is not ff is refused",
    "fe",
    "malformed 1 octets are neither a keepalive, nor ISAKMP, nor ESP",
  ],
  ["three octets are refused", "000000", "malformed 3 octets are neither a keepalive, nor ISAKMP, nor ESP"],
];

for (const [what, data, expected] of ON_4500) {
  test(`port 4500: ${what}`, () => {
    for (const [from, to] of [
      [4500, 4500],
      [61000, 4500],
      [4500, 1024],
    ] as const) {
      const found = find(ipv4(udp(from, to, fromHex(data))));
      assert.ok(found !== undefined);
      const rest =
        "bytes" in found ? ` ${hex(found.bytes)}` : found.kind === "malformed" ? ` ${found.reason}` : "";
      assert.equal(found.kind + rest, expected);
    }
  });
}

test("ESP is found as a protocol of its own", () => {
  assert.deepEqual(find(ipv4(MESSAGE, { protocol: 50 })), {
    kind: "esp",
    addresses: { ...FROM_TO, sourcePort: undefined, destinationPort: undefined },
    bytes: MESSAGE,
    missing: 0,
  });
});

test("other ports, protocols and link-layer types are passed over", () => {
  assert.equal(find(ipv4(udp(53, 1024, MESSAGE))), undefined);
  assert.equal(find(ipv4(MESSAGE, { protocol: 6 })), undefined);
  assert.equal(find(concat(fromHex("0102030405060708090a0b0c 0806"), PACKET), LINK_TYPE.ETHERNET), undefined);
  assert.equal(find(PACKET, 147), undefined);
});

test("a packet that was captured in part is read as far as it goes", () => {
  const found = find(PACKET.slice(0, -1));
  assert.equal(found?.kind, "isakmp");
  assert.equal(hex(found.bytes), "c0ffee");
  assert.equal(found.missing, 1);
});

test("fragments are put together in any order, and duplicates do no harm", () => {
  const whole = udp(
    500,
    500,
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  const parts = [0, 24, 64].map((start, i, starts) => {
    const end = starts[i + 1] ?? whole.length;
    const more = end === whole.length ? 0 : 0x2000;
    return frame(ipv4(whole.slice(start, end), { fragment: more | (start / 8) }));
  });
  fc.assert(
    fc.property(fc.shuffledSubarray([...parts, ...parts.slice(0, 2)], { minLength: 5 }), (frames) => {
      const finder = new TrafficFinder();
      const found = frames.map((part) => finder.find(part)).filter((traffic) => traffic !== undefined);
      assert.ok(found.length >= 1);
      const [first] = found;
      assert.equal(first?.kind, "isakmp");
      assert.equal(hex(first.bytes), hex(whole.slice(8)));
    }),
  );
});

test("fragments that overlap condemn their datagram, and it is counted", () => {
  const finder = new TrafficFinder();
  finder.find(frame(ipv4(new Uint8Array(24), { fragment: 0x2000 })));
  assert.equal(finder.find(frame(ipv4(new Uint8Array(24), { fragment: 2 }))), undefined);
  assert.equal(finder.incompleteDatagrams, 1);
});

test("a flood of first fragments is held within bounds, and counted", () => {
  const finder = new TrafficFinder();
  for (let i = 0; i < 1000; i++)
    finder.find(frame(ipv4(new Uint8Array(8), { fragment: 0x2000, identification: i })));
  assert.equal(finder.incompleteDatagrams, 1000);
});

test("whatever a frame holds, it is found, passed over or called malformed with a place in it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(PACKET, PACKET_6, ipv4(MESSAGE, { protocol: 50 })),
      octets(0, 40),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      fc.constantFrom(...Object.values(LINK_TYPE)),
      (start, more, changes, linkType) => {
        const bytes = concat(start, more);
        for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
        const found = find(bytes, linkType);
        if (found?.kind === "malformed") assert.ok(found.offset >= 0 && found.offset <= bytes.length);
      },
    ),
    { numRuns: 3000 },
  );
});

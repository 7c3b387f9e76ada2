import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { octets } from "../../test/support/isakmp-arbitraries.ts";
import { MalformedError } from "../base/errors.ts";
import { concat, fromHex } from "../base/octets.ts";
import { captureFormat, readFrames } from "./capture-file.ts";
import { type CapturedFrame, LINK_TYPE } from "./captured-frame.ts";
import { PcapWriter } from "./pcap-writer.ts";

fc.configureGlobal({ seed: 2409 });

/** Frames up to where the file breaks off, and why it does. */
function read(bytes: Uint8Array): {
  readonly frames: readonly CapturedFrame[];
  readonly problem: string | undefined;
} {
  const frames: CapturedFrame[] = [];
  try {
    for (const frame of readFrames(bytes)) frames.push(frame);
    return { frames, problem: undefined };
  } catch (error) {
    assert.ok(error instanceof MalformedError);
    return { frames, problem: error.message };
  }
}

const packetsWithTimes = fc.array(
  fc.record({ timestampMicroseconds: fc.integer({ min: 0, max: 2 ** 32 * 1e6 - 1 }), bytes: octets(0, 60) }),
  { maxLength: 6 },
);

test("what PcapWriter writes is read back: times, octets, link type", () => {
  fc.assert(
    fc.property(packetsWithTimes, fc.constantFrom(...Object.values(LINK_TYPE)), (packets, linkType) => {
      const file = concat(
        PcapWriter.header(linkType),
        ...packets.map(({ timestampMicroseconds, bytes }) => PcapWriter.packet(timestampMicroseconds, bytes)),
      );
      const { frames, problem } = read(file);
      assert.equal(problem, undefined);
      assert.deepEqual(
        frames,
        packets.map(({ timestampMicroseconds, bytes }, i) => ({
          number: i + 1,
          timestampMicroseconds,
          linkType,
          bytes,
          originalLength: bytes.length,
        })),
      );
    }),
  );
});

test("PcapWriter's file is laid out as tcpdump's, in network order", () => {
  assert.deepEqual(
    concat(PcapWriter.header(), PcapWriter.packet(1_000_002.9, fromHex("4500"))),
    fromHex(
      "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065 00000001 00000002 00000002 00000002 4500",
    ),
  );
});

test("a file that is cut anywhere gives the frames before the cut and says where it broke off", () => {
  const packet = PcapWriter.packet(5, fromHex("0102030405"));
  const file = concat(PcapWriter.header(), packet, packet);
  for (let length = 0; length < file.length; length++) {
    const { frames, problem } = read(file.slice(0, length));
    assert.equal(frames.length, length < 24 ? 0 : Math.floor((length - 24) / packet.length));
    assert.equal(problem === undefined, length >= 24 && (length - 24) % packet.length === 0);
  }
  assert.equal(
    read(file.slice(0, 60)).problem,
    "needs 4 bytes, 3 left at pcap.packet[2].originalLength (offset 57)",
  );
});

for (const [order, resolution, hex] of [
  [
    "little",
    "micro",
    "d4c3b2a1 02000400 0000000000000000 ffff0000 01000000 07000000 08000000 01000000 09000000 aa",
  ],
  [
    "little",
    "nano",
    "4d3cb2a1 02000400 0000000000000000 ffff0000 01000000 07000000 401f0000 01000000 09000000 aa",
  ],
  [
    "big",
    "nano",
    "a1b23c4d 00020004 0000000000000000 0000ffff 00000001 00000007 00001f40 00000001 00000009 aa",
  ],
] as const) {
  test(`a ${order}-endian pcap file with ${resolution}second timestamps is read`, () => {
    assert.deepEqual(read(fromHex(hex)), {
      frames: [
        { number: 1, timestampMicroseconds: 7_000_008, linkType: 1, bytes: fromHex("aa"), originalLength: 9 },
      ],
      problem: undefined,
    });
  });
}

/** Section header, an interface that counts nanoseconds, an enhanced and a simple packet, and a block nobody knows. */
const PCAPNG = {
  big:
    "0a0d0d0a 0000001c 1a2b3c4d 00010000 ffffffffffffffff 0000001c" +
    "00000001 00000020 00650000 00000000 0009 0001 09000000 0000 0000 00000020" +
    "00000006 00000024 00000000 00000000 00001f40 00000003 00000009 aabbcc00 00000024" +
    "00000bad 00000010 01020304 00000010" +
    "00000003 00000014 00000002 aabb0000 00000014",
  little:
    "0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000" +
    "01000000 20000000 65000000 00000000 0900 0100 09000000 0000 0000 20000000" +
    "06000000 24000000 00000000 00000000 401f0000 03000000 09000000 aabbcc00 24000000" +
    "ad0b0000 10000000 01020304 10000000" +
    "03000000 14000000 02000000 aabb0000 14000000",
} as const;

for (const [order, hex] of Object.entries(PCAPNG)) {
  test(`a ${order}-endian pcapng file is read; blocks of other types are passed over`, () => {
    assert.deepEqual(read(fromHex(hex)), {
      frames: [
        { number: 1, timestampMicroseconds: 8, linkType: 101, bytes: fromHex("aabbcc"), originalLength: 9 },
        { number: 2, timestampMicroseconds: 0, linkType: 101, bytes: fromHex("aabb"), originalLength: 2 },
      ],
      problem: undefined,
    });
  });
}

test("a pcapng file may go on with a section in the other byte order", () => {
  const { frames, problem } = read(fromHex(PCAPNG.big + PCAPNG.little));
  assert.equal(problem, undefined);
  assert.deepEqual(
    frames.map(({ number, bytes }) => [number, bytes.length]),
    [
      [1, 3],
      [2, 2],
      [3, 3],
      [4, 2],
    ],
  );
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["nothing", "", "neither a pcap nor a pcapng file at magic (offset 0)"],
  ["another file", "7f454c46", "neither a pcap nor a pcapng file at magic (offset 0)"],
  ["a pcap version of the future", "a1b2c3d4 0003", "version 3 is not 2 at pcap.majorVersion (offset 4)"],
  [
    "a section without byte order",
    "0a0d0d0a 0000001c 11223344",
    "0x11223344 is not a byte order at pcapng.byteOrderMagic (offset 8)",
  ],
  [
    "a block of length 0",
    `${PCAPNG.big} 00000003 00000000`,
    "a block of 0 octets cannot be at pcapng.block[5].length (offset 136)",
  ],
  [
    "a block longer than the file",
    `${PCAPNG.big} 00000003 10000000`,
    "needs 268435444 bytes, 0 left at pcapng.block[5] (offset 140)",
  ],
  [
    "lengths that differ",
    `${PCAPNG.big} 00000bad 0000000c 00000010`,
    "16, but 12 before the block at pcapng.block[5].lengthAgain (offset 140)",
  ],
  [
    "a packet of an interface that is not described",
    `${PCAPNG.big} 00000002 00000024 0001 0000 00000000 00000000 00000000 00000000 00000000 00000024`,
    "interface 1 is not described at pcapng.block[5].interface (offset 144)",
  ],
];

for (const [what, hex, message] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.equal(read(fromHex(hex)).problem, message);
  });
}

test("any octets behind a good start are read or refused, and never twice as much memory as they are", () => {
  const starts = [fromHex(PCAPNG.big), fromHex(PCAPNG.little), PcapWriter.header(), new Uint8Array(0)];
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      octets(0, 200),
      fc.nat(),
      octets(1),
      (start, more, at, [octet = 0]) => {
        const file = concat(start, more);
        if (file.length > 0) file[at % file.length] = octet;
        const { frames } = read(file);
        assert.ok(frames.reduce((sum, { bytes }) => sum + bytes.length, 0) <= file.length);
      },
    ),
    { numRuns: 3000 },
  );
});

test("a recorded capture is a pcap file", () => {
  const url = new URL("../../test/captures/isakmp4500.pcap", import.meta.url);
  const bytes = new Uint8Array(readFileSync(url));
  assert.equal(captureFormat(bytes), "pcap");
  assert.equal(read(bytes).frames.length, 35);
});

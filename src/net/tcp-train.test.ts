import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  ACK,
  CWR,
  FIN,
  PLAIN_TCP,
  PSH,
  pseudoHeaderSum,
  TCP_HEADER,
  type TcpFields,
  tcpChecksumOf,
  tcpPacket,
  withTcpChecksum,
} from "../../test/support/tcp-packets.ts";
import { concat, hex } from "../base/octets.ts";
import { addWords, checksumOfSum } from "./checksum.ts";
import { buildIpv4Packet, faultOfIpv4 } from "./ipv4-packet.ts";
import { TcpJoin } from "./tcp-join.ts";
import { TcpTrain } from "./tcp-train.ts";
import { putU16, u16At, u32At } from "./words.ts";

fc.configureGlobal({ seed: 9293 });

describe("a TCP super-packet", () => {
  it("is cut into sound packets that hold its data in order", () => {
    fc.assert(
      fc.property(tcpFields(), fc.integer({ min: 1, max: 3000 }), (fields, segmentLength) => {
        const packet = tcpPacket(fields);
        const train = TcpTrain.of(packet, segmentLength);
        assert.ok(train, "it carries data");
        const headerLength = 40 + fields.options.length;
        let data = "";
        for (let i = 0; i < train.count; i++) {
          const cut = train.packet(i);
          assert.equal(cut.length, train.lengthOf(i));
          assert.ok(cut.length <= train.lengthMax, "no packet is longer than the longest");
          assert.equal(faultOfIpv4(cut), undefined);
          assert.equal(tcpChecksumOf(cut), 0);
          assert.equal(u16At(cut, 4), (fields.identification + i) & 0xffff);
          assert.equal(u32At(cut, 24), (fields.sequenceNumber + i * segmentLength) >>> 0);
          const isLast: boolean = i === train.count - 1;
          assert.equal((cut[33] ?? 0) & (FIN | PSH), isLast ? fields.flags & (FIN | PSH) : 0);
          assert.equal((cut[33] ?? 0) & CWR, i === 0 ? fields.flags & CWR : 0);
          assert.deepEqual(cut.subarray(40, headerLength), fields.options);
          data += hex(cut.subarray(headerLength));
        }
        assert.equal(data, hex(fields.data));
      }),
    );
  });

  it("is what its packets make when they are joined, up to checksum and flags that only concern the last", () => {
    fc.assert(
      fc.property(tcpFields(ACK, ACK | PSH), fc.integer({ min: 600, max: 3000 }), (fields, segmentLength) => {
        const packet = tcpPacket(fields);
        const train = TcpTrain.of(packet, segmentLength);
        assert.ok(train, "it carries data");
        const join = new TcpJoin();
        const packets = Array.from({ length: train.count }, (_, i) => train.packet(i));
        for (const [i, each] of packets.entries()) assert.ok(join.offer(each), `packet ${i}`);
        const { headerLength, ...joined } = join.take();
        assert.equal(joined.segmentLength, train.count === 1 ? 0 : segmentLength);
        const whole = joinedOctets(packets, headerLength);
        assert.equal(faultOfIpv4(whole), undefined);
        // Whoever checks or cuts it goes on from the sum of the pseudo-header.
        if (train.count > 1) assert.equal(u16At(whole, 36), pseudoHeaderSum(whole));
        whole.set(packet.subarray(36, 38), 36);
        assert.equal(hex(whole), hex(packet));
      }),
    );
  });

  it("is none where there is no TCP data", () => {
    const packet = tcpPacket({ ...PLAIN_TCP, data: new Uint8Array() });
    assert.equal(TcpTrain.of(packet, 100), undefined);
    assert.equal(
      TcpTrain.of(buildIpv4Packet({ ...TCP_HEADER, protocol: 17 }, new Uint8Array(50)), 10),
      undefined,
    );
    assert.equal(TcpTrain.of(tcpPacket(PLAIN_TCP), 0), undefined);
    const stump = tcpPacket(PLAIN_TCP);
    stump[32] = 0xf0;
    assert.equal(TcpTrain.of(stump.subarray(0, 60), 100), undefined);
  });
});

describe("TCP packets", () => {
  const second = { ...plainAfter(100), data: new Uint8Array(100).fill(2) };
  const cases: readonly [string, Uint8Array, Uint8Array][] = [
    ["that do not follow", tcpPacket(PLAIN_TCP), tcpPacket({ ...second, sequenceNumber: 1101 + 1 })],
    [
      "of which the second is longer",
      tcpPacket(PLAIN_TCP),
      tcpPacket({ ...second, data: new Uint8Array(101) }),
    ],
    ["of which the first was pushed", tcpPacket({ ...PLAIN_TCP, flags: ACK | PSH }), tcpPacket(second)],
    [
      "with other options",
      tcpPacket(PLAIN_TCP),
      tcpPacket({ ...second, options: new Uint8Array(4).fill(1) }),
    ],
    ["of which one ends the connection", tcpPacket(PLAIN_TCP), tcpPacket({ ...second, flags: ACK | FIN })],
    ["of another flow", tcpPacket(PLAIN_TCP), changed(tcpPacket(second), 23)],
    ["with another window", tcpPacket(PLAIN_TCP), changed(tcpPacket(second), 35)],
    ["with another acknowledgement", tcpPacket(PLAIN_TCP), changed(tcpPacket(second), 31)],
    ["of another type of service", tcpPacket(PLAIN_TCP), changed(tcpPacket(second), 1)],
    ["with a wrong checksum", tcpPacket(PLAIN_TCP), damaged(tcpPacket(second), 90)],
    ["that may be cut and are not numbered on", cuttable(7), cuttable(9, second)],
  ];
  for (const [which, first, next] of cases)
    it(`${which} are not joined`, () => {
      const join = new TcpJoin();
      assert.ok(join.offer(first), "the first is sound");
      assert.equal(join.offer(next), false);
      assert.deepEqual(join.take(), { headerLength: 40, segmentLength: 0 });
      assert.ok(join.isEmpty, "taken");
    });

  it("without data, or that begin or end a connection, are not taken at all", () => {
    for (const flags of [0x02, ACK | FIN, ACK | 0x04, ACK | 0x20, ACK | CWR])
      assert.equal(new TcpJoin().offer(tcpPacket({ ...PLAIN_TCP, flags })), false);
    assert.equal(new TcpJoin().offer(tcpPacket({ ...PLAIN_TCP, data: new Uint8Array() })), false);
  });

  it("that were joined before are joined on, as what they were joined from", () => {
    const counts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 100, max: 400 }), fc.boolean(), (each, length, isShort) => {
        const total = each.reduce((sum, count) => sum + count, 0) * length - (isShort ? 1 : 0);
        const whole = tcpPacket({ ...PLAIN_TCP, data: new Uint8Array(total).map((_, i) => i) });
        const train = TcpTrain.of(whole, length);
        assert.ok(train, "it carries data");
        const join = new TcpJoin();
        let next = 0;
        const pieces = each.map((count) => {
          const inner = new TcpJoin();
          const parts = Array.from({ length: count }, () => train.packet(next++));
          for (const part of parts) assert.ok(inner.offer(part), "the next");
          const { segmentLength } = inner.take();
          const piece = joinedOctets(parts, 40);
          assert.ok(join.offer(piece, 0, piece.length, segmentLength), "the next of all");
          return piece;
        });
        const { headerLength, segmentLength } = join.take();
        assert.equal(segmentLength, train.count > 1 ? length : 0);
        const joined = joinedOctets(pieces, headerLength);
        joined.set(whole.subarray(36, 38), 36);
        assert.equal(hex(joined), hex(whole));
      }),
    );
  });

  it("that were joined from longer or shorter ones are not joined on", () => {
    const data = new Uint8Array(300);
    for (const joinedFrom of [99, 101, 150]) {
      const join = new TcpJoin();
      assert.ok(join.offer(tcpPacket(PLAIN_TCP)), "the first");
      const next = tcpPacket({ ...plainAfter(100), data });
      assert.equal(join.offer(next, 0, next.length, joinedFrom), false, `${joinedFrom}`);
    }
  });

  it("have their data moved behind that of the first only if their headers are sound", () => {
    const first = tcpPacket(PLAIN_TCP);
    const next = tcpPacket(second);
    const lengthened = changed(next.slice(), 3);
    const cases: readonly [string, Uint8Array, boolean][] = [
      ["as it is", next, true],
      ["with a wrong checksum of its IP header", damaged(next.slice(), 10), false],
      ["with a wrong checksum of TCP", damaged(next.slice(), 36), false],
      ["whose total length is not its own", lengthened, false],
    ];
    for (const [which, packet, isTaken] of cases) {
      const octets = concat(first, new Uint8Array(30), packet);
      const at = first.length + 30;
      const join = new TcpJoin();
      assert.ok(join.offer(octets, 0, first.length), "the first");
      assert.equal(join.offerData(octets, at, octets.length, first.length), isTaken, which);
      const behind = octets.subarray(first.length, first.length + 100);
      if (isTaken) assert.equal(hex(behind), hex(second.data));
      else assert.equal(hex(octets.subarray(at)), hex(packet), which);
    }
  });

  it("that may be cut are joined if they are numbered on", () => {
    const join = new TcpJoin();
    assert.ok(join.offer(cuttable(7)), "the first");
    assert.ok(join.offer(cuttable(8, second)), "the second");
    assert.equal(join.take().segmentLength, 100);
  });
});

/** The first as a whole, of the others what follows their headers. */
function joinedOctets(packets: readonly Uint8Array[], headerLength: number): Uint8Array {
  return concat(...packets.map((each, i) => each.subarray(i === 0 ? 0 : headerLength)));
}

function plainAfter(octets: number): TcpFields {
  return { ...PLAIN_TCP, sequenceNumber: PLAIN_TCP.sequenceNumber + octets };
}

function cuttable(identification: number, fields: TcpFields = PLAIN_TCP): Uint8Array {
  return tcpPacket({ ...fields, dontFragment: false, identification });
}

function tcpFields(...flags: readonly number[]): fc.Arbitrary<TcpFields> {
  return fc.record({
    options: fc.nat(10).map((words) => new Uint8Array(words * 4).fill(1)),
    flags: flags.length > 0 ? fc.constantFrom(...flags) : fc.nat(0xff),
    sequenceNumber: fc.nat(0xffffffff),
    data: fc
      .tuple(fc.integer({ min: 1, max: 20_000 }), fc.nat(255))
      .map(([length, seed]) => new Uint8Array(length).map((_, i) => (i * 31 + seed) & 255)),
    dontFragment: fc.boolean(),
    identification: fc.nat(0xffff),
  });
}

/** Another octet, checksums right: of the IP header if it is in that. */
function changed(packet: Uint8Array, at: number): Uint8Array {
  packet[at] = (packet[at] ?? 0) ^ 0x10;
  return withTcpChecksum(withIpChecksum(packet));
}

function withIpChecksum(packet: Uint8Array): Uint8Array {
  putU16(packet, 10, 0);
  putU16(packet, 10, checksumOfSum(addWords(packet, 0, 0, 20)));
  return packet;
}

function damaged(packet: Uint8Array, at: number): Uint8Array {
  packet[at] = (packet[at] ?? 0) ^ 0xff;
  return packet;
}

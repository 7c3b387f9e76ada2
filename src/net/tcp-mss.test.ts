import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hex } from "../base/octets.ts";
import { addWords, checksumOfSum } from "./checksum.ts";
import { ipv4 } from "./ip-address.ts";
import { buildIpv4Packet, type Ipv4Fields } from "./ipv4-packet.ts";
import { lowerAnnouncedMss } from "./tcp-mss.ts";
import { putU16, u16At } from "./words.ts";

fc.configureGlobal({ seed: 2409 });

const SYN = 0x02;
const ACK = 0x10;

describe("lowering the announced segment size", () => {
  it("gives the smaller of the two, a right checksum, and changes nothing else", () => {
    fc.assert(
      fc.property(announcements(), fc.integer({ min: 500, max: 1460 }), ({ options, at, mss }, limit) => {
        const before = segment(options, { flags: SYN });
        const after = before.slice();
        lowerAnnouncedMss(after, limit);
        assert.equal(u16At(after, 40 + at), Math.min(mss, limit));
        assert.equal(checksumOfSum(tcpSum(after)), 0);
        putU16(after, 40 + at, mss);
        putU16(after, 36, u16At(before, 36));
        assert.equal(hex(after), hex(before));
      }),
    );
  });

  const others: readonly [string, Uint8Array][] = [
    ["a segment without SYN", segment([2, 4, 0x05, 0xb4], { flags: ACK })],
    ["SYN without the option", segment([3, 3, 7, 1], { flags: SYN })],
    ["an option behind the end of the list", segment([0, 2, 4, 0x05, 0xb4, 0, 0, 0], { flags: SYN })],
    ["an option of another length", segment([2, 3, 0x05, 0], { flags: SYN })],
    ["an option that the header cuts off", segment([1, 1, 2, 4], { flags: SYN })],
    ["an option of length 0", segment([8, 0, 2, 4, 0x05, 0xb4, 0, 0], { flags: SYN })],
    ["a later fragment", segment([2, 4, 0x05, 0xb4], { flags: SYN, fields: { fragmentOffset: 8 } })],
    ["UDP", segment([2, 4, 0x05, 0xb4], { flags: SYN, fields: { protocol: 17 } })],
    ["a header that is cut off", segment([], { flags: SYN }).subarray(0, 38)],
  ];
  for (const [what, packet] of others)
    it(`leaves ${what} alone`, () => {
      const after = packet.slice();
      lowerAnnouncedMss(after, 500);
      assert.equal(hex(after), hex(packet));
    });

  it("takes any octets", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => lowerAnnouncedMss(octets, 500)));
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 40 }), (options) => {
        lowerAnnouncedMss(segment(options.slice(0, options.length & ~3), { flags: SYN }), 500);
      }),
    );
  });
});

/** Options with the segment size among them, at an even or an odd place `at`. */
function announcements(): fc.Arbitrary<{ options: number[]; at: number; mss: number }> {
  return fc.record({ before: fc.nat(6), mss: fc.integer({ min: 0, max: 0xffff }) }).map(({ before, mss }) => {
    const options = [...new Array<number>(before).fill(1), 2, 4, mss >> 8, mss & 0xff];
    while (options.length % 4 !== 0) options.push(0);
    return { options, at: before + 2, mss };
  });
}

function segment(
  options: readonly number[],
  { flags, fields = {} }: { flags: number; fields?: Partial<Ipv4Fields> },
): Uint8Array {
  const tcp = new Uint8Array(20 + options.length);
  putU16(tcp, 0, 1025);
  putU16(tcp, 2, 80);
  tcp[12] = (tcp.length / 4) << 4;
  tcp[13] = flags;
  tcp.set(options, 20);
  const packet = buildIpv4Packet(
    {
      source: ipv4("10.1.1.100"),
      destination: ipv4("10.1.2.100"),
      protocol: 6,
      timeToLive: 64,
      identification: 1,
      ...fields,
    },
    tcp,
  );
  putU16(packet, 36, checksumOfSum(tcpSum(packet)));
  return packet;
}

/** Over the pseudo header and the segment (RFC 9293 §3.1). */
function tcpSum(packet: Uint8Array): number {
  return addWords(packet.subarray(20), addWords(packet.subarray(12, 20)) + 6 + packet.length - 20);
}

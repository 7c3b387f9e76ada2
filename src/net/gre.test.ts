import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildGre, ETHER_TYPE, greHeaderLength, parseGre } from "./gre.ts";

fc.configureGlobal({ seed: 2409 });

const header = fc.record({
  protocolType: fc.integer({ min: 0, max: 0xffff }),
  key: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
  hasChecksum: fc.boolean(),
});

test("what is built is parsed again, and is as long as it says", () => {
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 50 }), (own, payload) => {
      const octets = buildGre(own, payload);
      assert.equal(octets.length, greHeaderLength(own) + payload.length);
      assert.deepEqual(parseGre(octets), { ...own, sequenceNumber: undefined, payload });
    }),
  );
});

test("a packet of IPv4 without options has four octets before it, with checksum and key twelve (RFC 2784 §2.1, RFC 2890 §2)", () => {
  const payload = Uint8Array.of(0x45, 0);
  const plain = { protocolType: ETHER_TYPE.IPV4, key: undefined, hasChecksum: false };
  assert.deepEqual([...buildGre(plain, payload)], [0, 0, 8, 0, 0x45, 0]);
  const octets = buildGre({ ...plain, key: 0x01020304, hasChecksum: true }, payload);
  // The ones' complement of a000 + 0800 + 0102 + 0304 + 4500.
  assert.deepEqual([...octets], [0xa0, 0, 8, 0, 0x0e, 0xf9, 0, 0, 1, 2, 3, 4, 0x45, 0]);
});

test("a sequence number is read, and skipped", () => {
  const octets = Uint8Array.of(0x10, 0, 8, 0, 0, 0, 0, 7, 0x45);
  assert.deepEqual(parseGre(octets)?.sequenceNumber, 7);
  assert.deepEqual(parseGre(octets)?.payload, Uint8Array.of(0x45));
});

test("source routes, reserved bits, other versions and wrong checksums are discarded", () => {
  for (const flags of [0x4000, 0x0800, 0x0400, 0x0001, 0x2001])
    assert.equal(parseGre(Uint8Array.of(flags >> 8, flags & 255, 8, 0, 0, 0, 0, 0)), undefined, `${flags}`);
  const octets = buildGre({ protocolType: 0x800, key: undefined, hasChecksum: true }, Uint8Array.of(1, 2));
  for (let bit = 16; bit < octets.length * 8; bit++) {
    const damaged = octets.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(parseGre(damaged), undefined, `bit ${bit}`);
  }
});

test("nothing that is cut short or random throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (octets) => {
      const parsed = parseGre(octets);
      assert.ok(parsed === undefined || parsed.payload.length < octets.length, "a header was taken off");
    }),
  );
});

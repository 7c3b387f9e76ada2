import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { fromHex } from "../base/octets.ts";
import { addWords, checksumOfSum, internetChecksum, updatedChecksum } from "./checksum.ts";
import { putU16, u16At } from "./words.ts";

fc.configureGlobal({ seed: 2409 });

it("the checksum of RFC 1071's example is its complement", () => {
  assert.equal(internetChecksum(fromHex("0001f203f4f5f6f7")), ~0xddf2 & 0xffff);
});

it("octets with their own checksum in them sum to 0, and no flipped bit goes unseen", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 100 }), fc.nat(), (bytes, bit) => {
      putU16(bytes, 2, 0);
      putU16(bytes, 2, internetChecksum(bytes));
      assert.equal(internetChecksum(bytes), 0);
      const at = bit % (bytes.length * 8);
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
      assert.notEqual(internetChecksum(bytes), 0);
    }),
  );
});

it("a sum over parts is the sum over the whole", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), fc.nat(100), (bytes, words) => {
      const cut = Math.min(words * 2, bytes.length & ~1);
      const sum = addWords(bytes.subarray(cut), addWords(bytes.subarray(0, cut)));
      assert.equal(checksumOfSum(sum), internetChecksum(bytes));
    }),
    { numRuns: 20 },
  );
});

it("an updated checksum is the one computed anew", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 20, maxLength: 20 }),
      fc.nat(8),
      fc.nat(0xffff),
      (bytes, word, value) => {
        // A header is never all zeros, the one case in which 0 and its other form may differ.
        bytes[0] = 0x45;
        const at = word < 5 ? word * 2 + 2 : word * 2 + 2;
        putU16(bytes, at, u16At(bytes, at));
        const before = internetChecksum(bytes);
        const old = u16At(bytes, at);
        putU16(bytes, at, value);
        assert.equal(updatedChecksum(before, old, value), internetChecksum(bytes));
      },
    ),
  );
});

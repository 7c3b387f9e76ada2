import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { addWords, checksumOfSum } from "./checksum.ts";
import { PlainOctets } from "./summed-octets.ts";

fc.configureGlobal({ seed: 2409 });

it("the fast sum of words is the plain one, with and without a copy", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), fc.nat(20), (bytes, from, at) => {
      fc.pre(from <= bytes.length);
      const expected = ~checksumOfSum(addWords(bytes, 0, from)) & 0xffff;
      const octets = new PlainOctets(bytes);
      assert.equal(octets.sum(from, bytes.length), expected);
      const target = new Uint8Array(300);
      assert.equal(octets.copy(from, bytes.length, target, at), expected);
      assert.deepEqual(target.slice(at, at + bytes.length - from), bytes.slice(from));
    }),
  );
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { addWords, checksumOfSum } from "../../net/checksum.ts";
import { plainMemory, wordMemory } from "./word-memory.ts";

fc.configureGlobal({ seed: 2409 });

const SIZE = 70_000;

for (const [name, memory] of [
  ["memory that WebAssembly sums", wordMemory(SIZE)],
  ["memory without WebAssembly", plainMemory(SIZE)],
] as const)
  describe(name, () => {
    const bytes = new Uint8Array(memory.buffer);
    const range = fc.tuple(fc.nat(300), fc.nat(200), fc.integer({ min: 1000, max: 1300 }));

    it("gives the sums of words from anywhere to anywhere", () => {
      fc.assert(
        fc.property(range, fc.uint8Array({ minLength: 600, maxLength: 600 }), ([from, length], content) => {
          bytes.set(content);
          assert.equal(memory.sum(from, from + length), sumOf(bytes, from, from + length));
        }),
      );
    });

    it("copies what it sums", () => {
      fc.assert(
        fc.property(
          range,
          fc.uint8Array({ minLength: 600, maxLength: 600 }),
          ([from, length, target], content) => {
            bytes.fill(0);
            bytes.set(content);
            assert.equal(memory.copy(from, from + length, target), sumOf(bytes, from, from + length));
            const expected = new Uint8Array(500);
            expected.set(content.subarray(from, from + length));
            assert.deepEqual(bytes.slice(target, target + 500), expected);
          },
        ),
      );
    });

    it("moves octets to where they overlap, too", () => {
      fc.assert(
        fc.property(
          fc.nat(300),
          fc.nat(200),
          fc.nat(500),
          fc.uint8Array({ minLength: 700, maxLength: 700 }),
          (from, length, target, content) => {
            bytes.set(content);
            memory.move(from, from + length, target);
            const expected = content.slice();
            expected.copyWithin(target, from, from + length);
            assert.deepEqual(bytes.slice(0, 700), expected);
          },
        ),
      );
    });

    it("sums the longest packets, all ones", () => {
      bytes.fill(0xff);
      assert.equal(memory.sum(3, 65_538), sumOf(bytes, 3, 65_538));
      assert.equal(memory.sum(0, 65_536), 0xffff);
    });
  });

it("WebAssembly can be had here: a machine that tests has it", () => {
  assert.equal(wordMemory(1).buffer.byteLength, 65_536);
});

function sumOf(bytes: Uint8Array, from: number, to: number): number {
  return ~checksumOfSum(addWords(bytes, 0, from, to)) & 0xffff;
}

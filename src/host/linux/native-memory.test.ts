import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BugError, MisuseError } from "../../base/errors.ts";
import { NativeMemory } from "./native-memory.ts";

fc.configureGlobal({ seed: 2409 });

const BASE = 0x7f12_3456_7000;
const libc = { addressOf: () => BASE };

describe("memory that system calls use", () => {
  it("makes no address outside the region it is asked of", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer({ min: 1, max: 100 }), (at, length, size) => {
        const region = new NativeMemory(libc, new ArrayBuffer(256)).reserve(size);
        const isWithin = at >= 0 && length >= 0 && at + length <= size;
        if (isWithin) assert.equal(region.address(at, length), BASE + at);
        else assert.throws(() => region.address(at, length), BugError);
      }),
    );
    const region = new NativeMemory(libc, new ArrayBuffer(64)).reserve(8);
    for (const [at, length] of [
      [0.5, 1],
      [Number.NaN, 1],
      [0, Number.POSITIVE_INFINITY],
    ] as const)
      assert.throws(() => region.address(at, length), BugError);
  });

  it("gives out regions that do not overlap, until there is no room", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 })), (lengths) => {
        const memory = new NativeMemory(libc, new ArrayBuffer(2000));
        let end = BASE;
        for (const length of lengths) {
          const fits = Math.ceil((end - BASE) / 64) * 64 + length <= 2000;
          if (!fits) return assert.throws(() => memory.reserve(length), MisuseError);
          const region = memory.reserve(length);
          assert.ok(region.address(0, length) >= end);
          end = region.address(0, length) + length;
        }
      }),
    );
  });

  it("writes addresses as 64-bit little-endian numbers", () => {
    const memory = new NativeMemory(libc, new ArrayBuffer(256));
    const [region, target] = [memory.reserve(16), memory.reserve(16)];
    region.putAddress(8, target, 4, 12);
    assert.equal(region.view.getBigUint64(8, true), BigInt(target.address(4, 12)));
    assert.throws(() => region.putAddress(8, target, 4, 13), BugError);
    assert.throws(() => region.putAddress(9, target, 0, 1), RangeError);
  });
});

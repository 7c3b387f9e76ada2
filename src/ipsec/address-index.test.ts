import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AddressIndex } from "./address-index.ts";

fc.configureGlobal({ seed: 2409 });

test("an index of address pairs finds what a map finds", () => {
  // Few different words, so that pairs and slots collide; signed or not, an address is the same.
  const word = fc.constantFrom(0, 1, -1, 0x0a000000, 0x0a000100, 0x7fffffff, -0x80000000, 0xffffffff);
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word)), fc.array(fc.tuple(word, word)), (pairs, asked) => {
      const key = ([a, b]: readonly [number, number]): string => `${a | 0} ${b | 0}`;
      const model = new Map(pairs.map((pair) => [key(pair), pair]));
      const index = new AddressIndex([...model].map(([name, [a, b]]) => [a, b, name] as const));
      for (const pair of [...pairs, ...asked])
        assert.equal(index.get(...pair), model.has(key(pair)) ? key(pair) : undefined);
    }),
  );
});

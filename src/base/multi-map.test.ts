import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { MultiMap } from "./multi-map.ts";

fc.configureGlobal({ seed: 2409 });

it("a key has the values that were added and not removed, in the order of adding", () => {
  const step = fc.record({ adds: fc.boolean(), key: fc.nat(2), value: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const map = new MultiMap<number, number>();
      let pairs: (readonly [number, number])[] = [];
      for (const { adds, key, value } of steps) {
        if (adds) {
          map.add(key, value);
          pairs = [...pairs, [key, value]];
        } else {
          map.remove(key, value);
          pairs = pairs.filter(([k, v]) => k !== key || v !== value);
        }
        const expected = pairs.filter(([k]) => k === key).map(([, v]) => v);
        assert.deepEqual(map.get(key), expected);
        assert.equal(map.has(key), expected.length > 0);
        assert.deepEqual([...map.values()].toSorted(), pairs.map(([, v]) => v).toSorted());
      }
    }),
  );
});

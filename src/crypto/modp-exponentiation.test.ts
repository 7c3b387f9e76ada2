import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { hex } from "../base/octets.ts";
import { publicKeyInfo, valueOfPublicKeyInfo } from "./dh-der.ts";
import { byKeyObjects } from "./modp-by-key-objects.ts";
import { byParties } from "./modp-by-parties.ts";
import { toLength } from "./plain-octets.ts";

fc.configureGlobal({ seed: 2409 });

it("both of the platform's ways give the same values and secrets", () => {
  const exponent = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .filter((octets) => octets.some((octet) => octet > 1));
  // The small groups: in the others one of the two ways takes seconds, on one platform or another.
  for (const [id, length] of [
    [1, 96],
    [2, 128],
  ] as const)
    fc.assert(
      fc.property(exponent, exponent, (x, y) => {
        const number = (octets: Uint8Array): string => hex(toLength(octets, length));
        const values = [byParties, byKeyObjects].map((way) => {
          const peer = toLength(way.publicValue(id, y), length);
          const both = way.exchange(id, x, peer);
          return [
            way.publicValue(id, x),
            way.sharedSecret(id, x, peer),
            both.publicValue,
            both.sharedSecret,
          ].map(number);
        });
        assert.deepEqual(values[0], values[1]);
        assert.equal(values[0]?.[0], values[0]?.[2]);
        assert.equal(values[0]?.[1], values[0]?.[3]);
      }),
      { numRuns: 30 },
    );
});

it("a value comes out of DER as it went in, whatever its length", () => {
  const number = fc.uint8Array({ minLength: 1, maxLength: 1100 }).filter((octets) => (octets[0] ?? 0) > 0);
  fc.assert(
    fc.property(number, number, (prime, value) => {
      const read = valueOfPublicKeyInfo(publicKeyInfo(prime, value));
      assert.deepEqual(toLength(read, value.length), value);
      assert.ok(read.length <= value.length + 1);
    }),
  );
});

import assert from "node:assert/strict";
import { createECDH, ECDH } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../test/support/vector-file.ts";
import { concat, fromHex, hex } from "../base/octets.ts";
import { publicValue } from "./diffie-hellman.ts";
import { CURVES as ELLIPTIC } from "./elliptic-curves.ts";
import { group, publicValueProblem } from "./groups.ts";
import { isModpGroup, modpPrime } from "./modp-primes.ts";
import { GROUP_IDS, type GroupId } from "./names.ts";

fc.configureGlobal({ seed: 2409 });

const AVAILABLE = GROUP_IDS.filter((id) => group(id).available);
const MODP = GROUP_IDS.filter(isModpGroup);
const CURVES = AVAILABLE.filter((id) => !isModpGroup(id));

describe("groups", () => {
  it("have the primes of RFC 2409 and RFC 3526", () => {
    const { modp } = vectorFile<{ modp: { group: GroupId; bits: number; prime: string }[] }>(
      "modp_groups.json",
    );
    const known = new Map(modp.map((row) => [row.group, row]));
    for (const id of MODP) {
      assert.equal(hex(modpPrime(id)), known.get(id)?.prime);
      assert.equal(group(id).publicLength * 8, known.get(id)?.bits);
    }
  });

  it("have the lengths that their field gives", () => {
    const lengths = GROUP_IDS.map((id) => [id, group(id).publicLength, group(id).sharedLength]);
    assert.deepEqual(lengths, [
      [1, 96, 96],
      [2, 128, 128],
      [3, 20, 20],
      [4, 24, 24],
      [5, 192, 192],
      [7, 21, 21],
      [14, 256, 256],
      [15, 384, 384],
      [16, 512, 512],
      [17, 768, 768],
      [18, 1024, 1024],
      [19, 64, 32],
      [20, 96, 48],
      [21, 132, 66],
    ]);
  });

  it("of numbers modulo a prime are there on every platform", () => {
    assert.ok(MODP.every((id) => group(id).available));
  });

  it("ask for private values of at least 180 bits", () => {
    for (const id of GROUP_IDS) assert.ok(group(id).privateLength * 8 >= 180, `group ${id}`);
  });
});

describe("a public value", () => {
  it("that the group itself made has no problem", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...AVAILABLE),
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        (id, seed) => {
          assert.equal(publicValueProblem(id, publicValue(id, concat(Uint8Array.of(1), seed))), undefined);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("must have the group's length, neither less nor more", () => {
    for (const id of AVAILABLE) {
      const value = publicValue(id, fromHex("0123456789abcdef0123456789abcdef"));
      const wrong = [
        new Uint8Array(0),
        value.slice(1),
        value.slice(0, -1),
        concat(Uint8Array.of(0), value),
        concat(value, Uint8Array.of(0)),
      ];
      for (const octets of wrong)
        assert.match(publicValueProblem(id, octets) ?? "", / has \d+ octets, not \d+$/, `group ${id}`);
    }
  });

  it("of numbers modulo p must lie between 1 and p-1, both excluded", () => {
    for (const id of MODP) {
      const { publicLength } = group(id);
      const p = BigInt(`0x${hex(modpPrime(id))}`);
      const octets = (n: bigint): Uint8Array => fromHex(n.toString(16).padStart(2 * publicLength, "0"));
      for (const n of [0n, 1n]) assert.match(publicValueProblem(id, octets(n)) ?? "", /must be above 1/);
      for (const n of [p - 1n, p, p + 1n, 2n ** BigInt(8 * publicLength) - 1n])
        assert.match(publicValueProblem(id, octets(n)) ?? "", /not below p-1/);
      for (const n of [2n, 3n, 255n, 256n, p / 2n, p - 257n, p - 3n, p - 2n])
        assert.equal(publicValueProblem(id, octets(n)), undefined);
    }
  });

  it("of a curve must be on it", () => {
    for (const id of CURVES) {
      const { publicLength } = group(id);
      for (const filler of [0, 0xff])
        assert.notEqual(publicValueProblem(id, new Uint8Array(publicLength).fill(filler)), undefined);
    }
    for (const id of CURVES.filter((curve) => group(curve).kind === "ecp")) {
      const value = publicValue(id, fromHex("0123456789abcdef"));
      for (let i = 0; i < value.length; i++)
        assert.match(publicValueProblem(id, flipped(value, i)) ?? "", /not that of a usable point/);
    }
  });

  it("of an EC2N curve, x alone, is refused where no point has it", () => {
    for (const id of CURVES.filter((curve) => group(curve).kind === "ec2n")) {
      const value = publicValue(id, fromHex("0123456789abcdef"));
      const refused = value.filter((_, i) => publicValueProblem(id, flipped(value, i)) !== undefined).length;
      // About half of all numbers are the x of a point.
      assert.ok(refused > 0 && refused < value.length, `group ${id}: ${refused} of ${value.length}`);
    }
  });

  it("of small order is refused: it would make the secret known to all", () => {
    for (const id of [3, 4, 7] as const) {
      const { name, smallOrders } = ELLIPTIC[id];
      // Of a curve's points, as many as the cofactor have such orders; the point at infinity and x = 0 are alone, the
      // others are two to an x.
      assert.equal(2 * smallOrders.length, COFACTORS[id]);
      for (const x of group(id).available ? smallOrders : []) {
        assert.match(publicValueProblem(id, fromHex(x)) ?? "", /usable point/, `group ${id}, x = ${x}`);
        const multiplier = createECDH(name);
        multiplier.setPrivateKey(Uint8Array.of(COFACTORS[id]));
        const point = ECDH.convertKey(
          concat(Uint8Array.of(2), fromHex(x)),
          name,
          undefined,
          undefined,
          "uncompressed",
        );
        // The platform does not give out the point at infinity.
        assert.throws(() => multiplier.computeSecret(Buffer.from(point)), {
          code: "ERR_CRYPTO_OPERATION_FAILED",
        });
      }
    }
  });
});

function flipped(value: Uint8Array, at: number): Uint8Array {
  return value.map((octet, i) => (i === at ? octet ^ 1 : octet));
}

/** RFC 2412 App. E.3 and E.4, SEC 2 §3.2.1. */
const COFACTORS = { 3: 12, 4: 4, 7: 2 } as const;

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../test/support/vector-file.ts";
import { MisuseError } from "../base/errors.ts";
import { fromHex, hex } from "../base/octets.ts";
import { publicValue, sharedSecret } from "./diffie-hellman.ts";
import { group } from "./groups.ts";
import { isModpGroup, modpPrime } from "./modp-primes.ts";
import { GROUP_IDS, type GroupId } from "./names.ts";

fc.configureGlobal({ seed: 2409 });

const AVAILABLE = GROUP_IDS.filter((id) => group(id).available);

describe("Diffie-Hellman", () => {
  it("gives the points and secrets of RFC 5903", () => {
    const cases = vectorFile<Rfc5903Case[]>("rfc5903_ecp_vectors.json");
    assert.deepEqual(
      cases.map((each) => each.group),
      [19, 20, 21],
    );
    for (const { group: id, i, gix, giy, r, grx, gry, girx } of cases) {
      assert.equal(hex(publicValue(id, fromHex(i))), gix + giy);
      assert.equal(hex(publicValue(id, fromHex(r))), grx + gry);
      assert.equal(hex(sharedSecret(id, fromHex(i), fromHex(grx + gry))), girx);
      assert.equal(hex(sharedSecret(id, fromHex(r), fromHex(gix + giy))), girx);
    }
  });

  it("gives the values and secrets of recorded handshakes, zeros in front included", () => {
    const handshakes = Object.values(vectorFile<Record<string, Handshake>>("cisco_ikev1_full_kat.json"));
    assert.equal(handshakes.length, 4);
    for (const { group: id, initiator_dh_private, KE_I, KE_R, gxy } of handshakes) {
      assert.equal(hex(publicValue(id, fromHex(initiator_dh_private))), KE_I);
      assert.equal(hex(sharedSecret(id, fromHex(initiator_dh_private), fromHex(KE_R))), gxy);
    }
    assert.ok(handshakes.some(({ gxy }) => gxy.startsWith("00")));
  });

  it("agrees with arithmetic done by hand", () => {
    for (const id of AVAILABLE.filter(isModpGroup)) {
      const [x, y] = [0x123456789abcdef0123456789abcdefn, 0xfedcba9876543210fedcba9876543210n];
      const gy = power(2n, y, modulus(id));
      const peer = octets(gy, group(id).publicLength);
      assert.equal(number(publicValue(id, octets(x, 16))), power(2n, x, modulus(id)), `group ${id}`);
      assert.equal(number(sharedSecret(id, octets(x, 16), peer)), power(gy, x, modulus(id)), `group ${id}`);
    }
  });

  it("gives both ends the same secret, in full length, in every group", () => {
    for (const id of AVAILABLE) {
      const { privateLength, publicLength, sharedLength } = group(id);
      const draw = fc.uint8Array({ minLength: privateLength, maxLength: privateLength });
      fc.assert(
        fc.property(draw, draw, (a, b) => {
          fc.pre(a.some((octet) => octet !== 0) && b.some((octet) => octet !== 0));
          const [ga, gb] = [publicValue(id, a), publicValue(id, b)];
          const secret = sharedSecret(id, a, gb);
          assert.deepEqual([ga.length, gb.length, secret.length], [publicLength, publicLength, sharedLength]);
          assert.deepEqual(sharedSecret(id, b, ga), secret);
        }),
        { numRuns: isModpGroup(id) && sharedLength > 300 ? 3 : 10 },
      );
    }
  });

  it("keeps leading zeros of public values and secrets", () => {
    // 2^x is still small: all but the last octets are zeros.
    const value = publicValue(1, Uint8Array.of(9));
    assert.equal(hex(value), "0200".padStart(192, "0"));
    assert.equal(hex(sharedSecret(1, Uint8Array.of(3), value)), "08000000".padStart(192, "0"));
  });

  it("remembers nothing of earlier private values", () => {
    for (const id of AVAILABLE.filter((each) => group(each).sharedLength < 300)) {
      const first = publicValue(id, Uint8Array.of(1, 2, 3));
      const second = publicValue(id, Uint8Array.of(4, 5, 6));
      assert.notDeepEqual(first, second);
      assert.deepEqual(publicValue(id, Uint8Array.of(1, 2, 3)), first);
      assert.deepEqual(
        sharedSecret(id, Uint8Array.of(1, 2, 3), second),
        sharedSecret(id, Uint8Array.of(4, 5, 6), first),
      );
    }
  });

  it("takes private values of any length, on a curve modulo its order", () => {
    for (const id of AVAILABLE) {
      const short = publicValue(id, Uint8Array.of(7));
      assert.deepEqual(publicValue(id, Uint8Array.of(0, 0, 7)), short);
      const order = ORDERS.get(id);
      if (order === undefined) continue;
      assert.deepEqual(publicValue(id, octets(order + 7n, 80)), short);
      assert.throws(() => publicValue(id, octets(order, 80)), MisuseError);
    }
  });

  it("refuses a private value of zero and a public value outside the group", () => {
    for (const id of AVAILABLE) {
      const { publicLength } = group(id);
      const peer = publicValue(id, Uint8Array.of(5));
      for (const zero of [new Uint8Array(0), new Uint8Array(20)]) {
        assert.throws(() => publicValue(id, zero), MisuseError);
        assert.throws(() => sharedSecret(id, zero, peer), MisuseError);
      }
      for (const bad of [new Uint8Array(publicLength), new Uint8Array(publicLength).fill(255), peer.slice(1)])
        assert.throws(() => sharedSecret(id, Uint8Array.of(5), bad), MisuseError);
    }
  });
});

interface Rfc5903Case {
  readonly group: GroupId;
  readonly i: string;
  readonly gix: string;
  readonly giy: string;
  readonly r: string;
  readonly grx: string;
  readonly gry: string;
  readonly girx: string;
}

interface Handshake {
  readonly group: GroupId;
  readonly initiator_dh_private: string;
  readonly KE_I: string;
  readonly KE_R: string;
  readonly gxy: string;
}

function modulus(id: GroupId): bigint {
  return isModpGroup(id) ? number(modpPrime(id)) : 0n;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes)}`);
}

function octets(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, "0"));
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square, rest] = [1n, base, exponent];
  for (; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Orders of the curves' generators: RFC 2412 App. E.3 and E.4 (4 and 2 times a prime), SEC 2, RFC 5903. */
const ORDERS: ReadonlyMap<GroupId, bigint> = new Map([
  [3, 4n * 3805993847215893016155463826195386266397436443n],
  [4, 2n * 12259964326927110866866776214413170562013096250261263279n],
  [7, 0x4000000000000000000020108a2e0cc0d99f8a5efn],
  [19, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
]);

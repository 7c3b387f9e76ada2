import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { concat, fromHex } from "../base/octets.ts";
import { encryptCbc } from "./cbc.ts";
import { isWeakKey } from "./weak-keys.ts";

fc.configureGlobal({ seed: 2409 });

it("a DES key is weak when some listed key undoes it", () => {
  const zero = new Uint8Array(8);
  const block = fromHex("0123456789abcdef");
  for (const [one, other] of WEAK_PAIRS) {
    assert.deepEqual(encryptCbc("des", other, zero, encryptCbc("des", one, zero, block)), block);
    assert.ok(isWeakKey("des", one));
    assert.ok(isWeakKey("des", other));
  }
});

it("the keys are refused in the spelling of RFC 2409 too", () => {
  assert.ok(isWeakKey("des", fromHex("1f1f1f1fe0e0e0e0")));
  assert.ok(isWeakKey("des", fromHex("e0e0e0e01f1f1f1f")));
});

it("parity bits do not hide a weak key", () => {
  fc.assert(
    fc.property(fc.constantFrom(...WEAK_PAIRS.flat()), fc.nat(255), (key, bits) => {
      assert.ok(
        isWeakKey(
          "des",
          key.map((octet, i) => octet ^ ((bits >> i) & 1)),
        ),
      );
    }),
  );
});

it("a key one bit away from a weak one is not weak", () => {
  for (const key of WEAK_PAIRS.flat()) {
    const near = key.slice();
    near[3] = (near[3] ?? 0) ^ 0x08;
    assert.ok(!isWeakKey("des", near));
  }
});

it("a 3DES key is weak when it amounts to single DES", () => {
  const [a, b, c] = ["0123456789abcdef", "23456789abcdef01", "456789abcdef0123"].map(fromHex);
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  assert.ok(!isWeakKey("3des", concat(a, b, c)));
  assert.ok(!isWeakKey("3des", concat(a, b, a)), "two-key 3DES is weaker but not DES");
  assert.ok(isWeakKey("3des", concat(a, a, c)));
  assert.ok(isWeakKey("3des", concat(a, b, b)));
  assert.ok(
    isWeakKey(
      "3des",
      concat(
        a,
        a.map((octet) => octet ^ 1),
        c,
      ),
    ),
    "equal but for parity",
  );
});

it("AES has no weak keys", () => {
  assert.ok(!isWeakKey("aes-128", new Uint8Array(16)));
  assert.ok(!isWeakKey("aes-192", new Uint8Array(24)));
  assert.ok(!isWeakKey("aes-256", new Uint8Array(32)));
});

/** FIPS 74: four keys that undo themselves, six pairs that undo each other. */
const WEAK_PAIRS: readonly (readonly [Uint8Array, Uint8Array])[] = [
  ["0101010101010101", "0101010101010101"],
  ["fefefefefefefefe", "fefefefefefefefe"],
  ["1f1f1f1f0e0e0e0e", "1f1f1f1f0e0e0e0e"],
  ["e0e0e0e0f1f1f1f1", "e0e0e0e0f1f1f1f1"],
  ["01fe01fe01fe01fe", "fe01fe01fe01fe01"],
  ["1fe01fe00ef10ef1", "e01fe01ff10ef10e"],
  ["01e001e001f101f1", "e001e001f101f101"],
  ["1ffe1ffe0efe0efe", "fe1ffe1ffe0efe0e"],
  ["011f011f010e010e", "1f011f010e010e01"],
  ["e0fee0fef1fef1fe", "fee0fee0fef1fef1"],
].map(([one = "", other = ""]) => [fromHex(one), fromHex(other)] as const);

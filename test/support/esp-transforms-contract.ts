/** What every implementation of ESP's cryptography must do: the laws of ESP, and the octets of the reference. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hex } from "../../src/base/octets.ts";
import {
  AEADS,
  type AeadName,
  CIPHERS,
  type CipherName,
  COUNTER_CIPHERS,
  type CounterCipherName,
  type EspSuite,
  HASHES,
  type HashName,
} from "../../src/crypto/names.ts";
import { encryptedLength, readEspHeader, sealedLength } from "../../src/ipsec/esp.ts";
import type { EspTransforms, EspTransformsFactory } from "../../src/ipsec/esp-transforms.ts";
import { nodeTransforms } from "../../src/ipsec/node-transforms.ts";
import { keysFor, seededRandom } from "./data-plane-fixtures.ts";
import { opened, sealed } from "./esp-packets.ts";

fc.configureGlobal({ seed: 2409 });

const RANDOM = seededRandom(1);

export function describeEspTransforms(implementation: string, factory: EspTransformsFactory): void {
  for (const suite of espSuites()) {
    const name = `${suite.encryption} with ${suite.integrity ?? "no integrity"}`;
    const transforms = transformsOf(factory, suite);
    const reference = transformsOf(nodeTransforms, suite);
    describe(`ESP by ${implementation}, ${name}`, () => {
      it("opens what was sealed, and both as the reference does", () => {
        fc.assert(
          fc.property(payloads(), fc.nat(0xffffffff), fc.nat(255), (payload, sequenceNumber, nextHeader) => {
            const esp = seal(transforms, payload, sequenceNumber, nextHeader);
            assert.equal(esp.length, sealedLength(transforms, payload.length));
            assert.deepEqual(readEspHeader(esp), { spi: 0x1234abcd, sequenceNumber });
            const octets = encryptedLength(transforms, payload.length);
            const expected = { kind: "opened", nextHeader, payload, octets };
            assert.deepEqual(opened(transforms, esp), expected);
            assert.deepEqual(opened(reference, esp), expected);
            const iv = esp.subarray(8, 8 + transforms.ivLength);
            const header = { spi: 0x1234abcd, sequenceNumber };
            assert.equal(hex(esp), hex(sealed(reference, header, iv, payload, nextHeader)));
          }),
          { numRuns: 30 },
        );
      });

      if (transforms.icvLength > 0)
        it("refuses every flipped bit, and opens the next packet all the same", () => {
          const payload = RANDOM.bytes("padding", 21);
          const esp = seal(transforms, payload);
          for (let bit = 0; bit < esp.length * 8; bit++) {
            const damaged = esp.slice();
            damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
            assert.equal(opened(transforms, damaged).kind, "bad icv", `bit ${bit}`);
          }
          assert.equal(opened(transforms, esp).kind, "opened");
        });

      it("refuses every truncation and whatever else is no ESP packet, and never throws", () => {
        const esp = seal(transforms, RANDOM.bytes("padding", 33));
        for (let length = 0; length < esp.length; length++) {
          const result = opened(transforms, esp.subarray(0, length));
          if (transforms.icvLength > 0) assert.notEqual(result.kind, "opened");
        }
        fc.assert(
          fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void opened(transforms, bytes)),
          { numRuns: 50 },
        );
      });

      it("leaves what it opens, and what is around what it seals, as they are", () => {
        const payload = RANDOM.bytes("padding", 40);
        const esp = seal(transforms, payload);
        const around = new Uint8Array(esp.length + 10).fill(0xee);
        around.set(esp, 5);
        const before = hex(around);
        assert.equal(opened(transforms, around.subarray(5, -5)).kind, "opened");
        assert.equal(hex(around), before);
        transforms.seal(around, 5, 5 + esp.length);
        assert.deepEqual([...around.subarray(0, 5), ...around.subarray(-5)], new Array(10).fill(0xee));
      });
    });
  }

  it(`ESP by ${implementation} gives its contexts back, and makes new ones if it must`, () => {
    for (const suite of espSuites()) {
      const transforms = transformsOf(factory, suite);
      const esp = seal(transforms, Uint8Array.of(1, 2, 3));
      transforms.release();
      transforms.release();
      assert.equal(opened(transforms, esp).kind, "opened");
      transforms.release();
    }
  });
}

export function espSuites(): readonly EspSuite[] {
  const all: EspSuite[] = [];
  for (const encryption of [...ciphers(), "null" as const])
    for (const integrity of [...hashes(), undefined])
      if (encryption !== "null" || integrity !== undefined) all.push({ encryption, integrity });
  for (const encryption of counterCiphers())
    for (const integrity of hashes()) all.push({ encryption, integrity });
  for (const encryption of aeads()) all.push({ encryption, integrity: undefined });
  return all;
}

function ciphers(): readonly CipherName[] {
  // The keys of our own constant are its names.
  return Object.keys(CIPHERS) as CipherName[];
}

function counterCiphers(): readonly CounterCipherName[] {
  // The keys of our own constant are its names.
  return Object.keys(COUNTER_CIPHERS) as CounterCipherName[];
}

function aeads(): readonly AeadName[] {
  // The keys of our own constant are its names.
  return Object.keys(AEADS) as AeadName[];
}

export function hashes(): readonly HashName[] {
  // The keys of our own constant are its names.
  return Object.keys(HASHES) as HashName[];
}

export function transformsOf(factory: EspTransformsFactory, suite: EspSuite): EspTransforms {
  const { encryptionKey, integrityKey } = keysFor(suite, 99);
  return factory(suite, encryptionKey, integrityKey);
}

function payloads(): fc.Arbitrary<Uint8Array> {
  const length = fc.oneof(fc.nat(70), fc.constantFrom(255, 256, 1399, 1400, 1500, 9000));
  return fc.tuple(length, fc.nat()).map(([n, seed]) => seededRandom(seed).bytes("padding", n));
}

export function seal(
  transforms: EspTransforms,
  payload: Uint8Array,
  sequenceNumber = 7,
  nextHeader = 4,
): Uint8Array {
  const iv = RANDOM.bytes("iv", transforms.ivLength);
  return sealed(transforms, { spi: 0x1234abcd, sequenceNumber }, iv, payload, nextHeader);
}

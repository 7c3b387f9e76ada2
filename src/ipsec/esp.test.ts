import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { keysFor, seededRandom } from "../../test/support/data-plane-fixtures.ts";
import { CIPHERS, type CipherName, type EspSuite, HASHES, type HashName } from "../crypto/names.ts";
import {
  encryptedLength,
  openEsp,
  payloadLengthWithin,
  readEspHeader,
  sealEsp,
  sealedLength,
} from "./esp.ts";
import { type EspTransforms, espTransforms } from "./esp-transforms.ts";

fc.configureGlobal({ seed: 2409 });

const RANDOM = seededRandom(1);

for (const suite of suites()) {
  const name = `${suite.encryption} with ${suite.integrity ?? "no integrity"}`;
  const transforms = transformsOf(suite);
  describe(`ESP, ${name}`, () => {
    it("opens what was sealed", () => {
      fc.assert(
        fc.property(payloads(), fc.nat(0xffffffff), fc.nat(255), (payload, sequenceNumber, nextHeader) => {
          const esp = seal(transforms, payload, sequenceNumber, nextHeader);
          assert.equal(esp.length, sealedLength(transforms, payload.length));
          assert.deepEqual(readEspHeader(esp), { spi: 0x1234abcd, sequenceNumber });
          const octets = encryptedLength(transforms, payload.length);
          assert.deepEqual(openEsp(transforms, esp), { kind: "opened", nextHeader, payload, octets });
        }),
        { numRuns: 30 },
      );
    });

    if (suite.integrity !== undefined)
      it("refuses every flipped bit", () => {
        const esp = seal(transforms, RANDOM.bytes("padding", 21));
        for (let bit = 0; bit < esp.length * 8; bit++) {
          const damaged = esp.slice();
          damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          assert.equal(openEsp(transforms, damaged).kind, "bad icv", `bit ${bit}`);
        }
      });

    it("refuses every truncation and whatever else is no ESP packet, and never throws", () => {
      const esp = seal(transforms, RANDOM.bytes("padding", 33));
      for (let length = 0; length < esp.length; length++) {
        const opened = openEsp(transforms, esp.subarray(0, length));
        if (suite.integrity !== undefined) assert.notEqual(opened.kind, "opened");
      }
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void openEsp(transforms, bytes)),
        { numRuns: 50 },
      );
    });
  });
}

describe("ESP", () => {
  const transforms = transformsOf({ encryption: "aes-128", integrity: undefined });

  it("pads with 1, 2, 3 … as little as the cipher needs, 4 octets with NULL (RFC 2406 §2.4)", () => {
    const clear = transformsOf({ encryption: "null", integrity: "md5" });
    const padded = seal(clear, Uint8Array.of(9, 9, 9), 1, 59).subarray(8, -12);
    assert.deepEqual([...padded], [9, 9, 9, 1, 2, 3, 3, 59]);
    assert.equal(encryptedLength(clear, 2), 4);
    assert.equal(encryptedLength(transforms, 14), 16);
    assert.equal(encryptedLength(transforms, 15), 32);
  });

  it("fits the longest payload into a length, and no longer one", () => {
    fc.assert(
      fc.property(fc.constantFrom(...suites()), fc.integer({ min: 130, max: 9000 }), (suite, length) => {
        const some = transformsOf(suite);
        const payload = payloadLengthWithin(some, length);
        assert.ok(sealedLength(some, payload) <= length);
        assert.ok(sealedLength(some, payload + 1) > length);
      }),
    );
  });

  it("refuses padding that is not 1, 2, 3 …", () => {
    const plaintext = Uint8Array.of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 4, 3, 4);
    assert.deepEqual(openEsp(transforms, sealedPlaintext(transforms, plaintext)), {
      kind: "malformed",
      detail: "padding is not 1, 2, 3, …",
    });
  });

  it("refuses a pad length beyond the packet", () => {
    const plaintext = new Uint8Array(16).fill(15);
    assert.match(
      detailOf(openEsp(transforms, sealedPlaintext(transforms, plaintext))),
      /pad length 15 exceeds 14/,
    );
  });

  it("accepts more padding than needed, up to 255 octets", () => {
    const plaintext = Uint8Array.from({ length: 272 }, (_, i) => (i < 15 ? 5 : i - 14));
    plaintext.set([255, 4], 270);
    const opened = openEsp(transforms, sealedPlaintext(transforms, plaintext));
    assert.ok(opened.kind === "opened");
    assert.deepEqual([opened.payload.length, opened.nextHeader], [15, 4]);
  });

  it("says what is missing of a packet that is too short, and of one that is no whole number of blocks", () => {
    const esp = seal(transforms, new Uint8Array(20));
    assert.match(detailOf(openEsp(transforms, esp.subarray(0, 24))), /24 bytes are too few/);
    assert.match(
      detailOf(openEsp(transforms, esp.subarray(0, 30))),
      /6 encrypted bytes are no multiple of 16/,
    );
    assert.equal(readEspHeader(esp.subarray(0, 7)), undefined);
  });

  it("truncates the ICV to 96 bits for MD5 and SHA-1, to half for SHA-2 (RFC 2403, 2404, 4868)", () => {
    const lengths = hashes().map((integrity) => transformsOf({ encryption: "null", integrity }).icvLength);
    assert.deepEqual(lengths, [12, 12, 16, 24, 32]);
  });
});

function suites(): readonly EspSuite[] {
  const all: EspSuite[] = [];
  for (const encryption of [...ciphers(), "null" as const])
    for (const integrity of [...hashes(), undefined])
      if (encryption !== "null" || integrity !== undefined) all.push({ encryption, integrity });
  return all;
}

function ciphers(): readonly CipherName[] {
  // The keys of our own constant are its names.
  return Object.keys(CIPHERS) as CipherName[];
}

function hashes(): readonly HashName[] {
  // The keys of our own constant are its names.
  return Object.keys(HASHES) as HashName[];
}

function transformsOf(suite: EspSuite): EspTransforms {
  const { encryptionKey, integrityKey } = keysFor(suite, 99);
  return espTransforms(suite, encryptionKey, integrityKey);
}

function payloads(): fc.Arbitrary<Uint8Array> {
  const length = fc.oneof(fc.nat(70), fc.constantFrom(255, 256, 1399, 1400, 1500, 9000));
  return fc.tuple(length, fc.nat()).map(([n, seed]) => seededRandom(seed).bytes("padding", n));
}

function seal(
  transforms: EspTransforms,
  payload: Uint8Array,
  sequenceNumber = 7,
  nextHeader = 4,
): Uint8Array {
  const iv = RANDOM.bytes("iv", transforms.ivLength);
  return sealEsp(transforms, { spi: 0x1234abcd, sequenceNumber }, iv, payload, nextHeader);
}

/** An ESP packet whose plaintext, trailer included, is given; for suites without integrity. */
function sealedPlaintext(transforms: EspTransforms, plaintext: Uint8Array): Uint8Array {
  const iv = RANDOM.bytes("iv", transforms.ivLength);
  const esp = new Uint8Array(8 + iv.length + plaintext.length);
  esp.set(iv, 8);
  esp.set(transforms.encrypt(iv, plaintext), 8 + iv.length);
  return esp;
}

function detailOf(opened: ReturnType<typeof openEsp>): string {
  return opened.kind === "malformed" ? opened.detail : opened.kind;
}

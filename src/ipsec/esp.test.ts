import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../test/support/data-plane-fixtures.ts";
import { opened, sealedPlaintext } from "../../test/support/esp-packets.ts";
import {
  describeEspTransforms,
  espSuites,
  hashes,
  seal,
  transformsOf,
} from "../../test/support/esp-transforms-contract.ts";
import type { EspSuite } from "../crypto/names.ts";
import { encryptedLength, payloadLengthWithin, readEspHeader, sealedLength } from "./esp.ts";
import { nodeTransforms } from "./node-transforms.ts";

fc.configureGlobal({ seed: 2409 });

const RANDOM = seededRandom(1);

describeEspTransforms("Node's cryptography", nodeTransforms);

describe("ESP", () => {
  const transforms = made({ encryption: "aes-128", integrity: undefined });
  const open = (plaintext: Uint8Array) =>
    opened(transforms, sealedPlaintext(transforms, RANDOM.bytes("iv", 16), plaintext));

  it("pads with 1, 2, 3 … as little as the cipher needs, 4 octets with NULL (RFC 2406 §2.4)", () => {
    const clear = made({ encryption: "null", integrity: "md5" });
    const padded = seal(clear, Uint8Array.of(9, 9, 9), 1, 59).subarray(8, -12);
    assert.deepEqual([...padded], [9, 9, 9, 1, 2, 3, 3, 59]);
    assert.equal(encryptedLength(clear, 2), 4);
    assert.equal(encryptedLength(transforms, 14), 16);
    assert.equal(encryptedLength(transforms, 15), 32);
  });

  it("makes of a ping with 120 octets what strongSwan's tests see on the wire", () => {
    const lengths: readonly [EspSuite, number][] = [
      [{ encryption: "3des", integrity: "md5" }, 180],
      [{ encryption: "aes-128", integrity: "sha256" }, 200],
      [{ encryption: "aes-192", integrity: "sha384" }, 208],
      [{ encryption: "aes-256", integrity: "sha512" }, 216],
      [{ encryption: "gcm-128", integrity: undefined }, 184],
      [{ encryption: "null", integrity: "sha256" }, 176],
    ];
    for (const [suite, length] of lengths) assert.equal(sealedLength(made(suite), 20 + 8 + 120), length);
  });

  it("fits the longest payload into a length, and no longer one", () => {
    fc.assert(
      fc.property(fc.constantFrom(...espSuites()), fc.integer({ min: 130, max: 9000 }), (suite, length) => {
        const some = made(suite);
        const payload = payloadLengthWithin(some, length);
        assert.ok(sealedLength(some, payload) <= length);
        assert.ok(sealedLength(some, payload + 1) > length);
      }),
    );
  });

  it("refuses padding that is not 1, 2, 3 …", () => {
    const plaintext = Uint8Array.of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 4, 3, 4);
    assert.deepEqual(open(plaintext), { kind: "malformed", detail: "padding is not 1, 2, 3, …" });
  });

  it("refuses a pad length beyond the packet", () => {
    assert.match(detailOf(open(new Uint8Array(16).fill(15))), /pad length 15 exceeds 14/);
  });

  it("accepts more padding than needed, up to 255 octets", () => {
    const plaintext = Uint8Array.from({ length: 272 }, (_, i) => (i < 15 ? 5 : i - 14));
    plaintext.set([255, 4], 270);
    const result = open(plaintext);
    assert.ok(result.kind === "opened", result.kind);
    assert.deepEqual([result.payload.length, result.nextHeader], [15, 4]);
  });

  it("says what is missing of a packet that is too short, and of one that is no whole number of blocks", () => {
    const esp = seal(transforms, new Uint8Array(20));
    assert.match(detailOf(opened(transforms, esp.subarray(0, 24))), /24 bytes are too few/);
    assert.match(
      detailOf(opened(transforms, esp.subarray(0, 30))),
      /6 encrypted bytes are no multiple of 16/,
    );
    assert.equal(readEspHeader(esp.subarray(0, 7)), undefined);
  });

  it("truncates the ICV to 96 bits for MD5 and SHA-1, to half for SHA-2 (RFC 2403, 2404, 4868)", () => {
    const lengths = hashes().map((integrity) => made({ encryption: "null", integrity }).icvLength);
    assert.deepEqual(lengths, [12, 12, 16, 24, 32]);
  });
});

function made(suite: EspSuite) {
  return transformsOf(nodeTransforms, suite);
}

function detailOf(result: ReturnType<typeof opened>): string {
  return result.kind === "malformed" ? result.detail : result.kind;
}

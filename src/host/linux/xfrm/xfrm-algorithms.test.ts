import assert from "node:assert/strict";
import { test } from "node:test";
import { espKeyLength } from "../../../crypto/names.ts";
import { attributesOf } from "./netlink-message.ts";
import { algorithmAttributes } from "./xfrm-algorithms.ts";

for (const [encryption, integrity, type, name, bits] of [
  ["ctr-128", "sha1", 2, "rfc3686(ctr(aes))", [160]],
  ["ctr-256", "sha256", 2, "rfc3686(ctr(aes))", [288]],
  ["gcm-192", undefined, 18, "rfc4106(gcm(aes))", [224, 128]],
  ["gmac-128", undefined, 18, "rfc4543(gcm(aes))", [160, 128]],
] as const)
  test(`the kernel's cipher for ${encryption} has the salt or nonce behind its key`, () => {
    const key = new Uint8Array(espKeyLength(encryption)).fill(7);
    const integrityKey = new Uint8Array(integrity === undefined ? 0 : 20);
    const [last] = algorithmAttributes({ encryption, integrity }, key, integrityKey).slice(-1);
    assert.ok(last !== undefined, "the cipher is the last attribute");
    const value = attributesOf(last).get(type);
    assert.ok(value !== undefined, "an attribute of its type");
    const text = new TextDecoder().decode(value.subarray(0, 64)).replaceAll("\0", "");
    assert.equal(text, name);
    const words = new DataView(value.buffer, value.byteOffset);
    assert.deepEqual(
      bits.map((_, i) => words.getUint32(64 + 4 * i, true)),
      bits,
      "lengths of key and ICV in bits",
    );
    assert.deepEqual(value.subarray(64 + 4 * bits.length), key);
  });

import assert from "node:assert/strict";
import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  privateEncrypt,
  publicEncrypt,
} from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../test/support/vector-file.ts";
import { fromHex, hex, plain } from "../base/octets.ts";
import { performJob } from "./perform-job.ts";
import {
  bitLength,
  publicKeyOf,
  publicOperation,
  type RsaPublicKey,
  rsaKeyProblem,
  sameRsaKey,
} from "./rsa.ts";
import { encryptableLength, rsaDecrypt, rsaEncrypt } from "./rsa-encryption.ts";
import { generateRsaKey } from "./rsa-generation.ts";
import { encryptionBlock, signatureBlock, unpadEncryptionBlock } from "./rsa-padding.ts";
import { rsaSign, rsaVerify } from "./rsa-signature.ts";

fc.configureGlobal({ seed: 2409 });

const KEYS = [512, 768, 1024].map((bits) => generateRsaKey(bits, new Uint8Array(48).fill(bits / 256)));
const KEY = KEYS[0] ?? assert.fail("no key");
const anyKey = fc.constantFrom(...KEYS);
const counting = {
  bytes: (_purpose: string, length: number) => Uint8Array.from({ length }, (_, i) => (i % 255) + 1),
};

function nodeKey({ privateKey }: (typeof KEYS)[number]) {
  return createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });
}

test("what is signed verifies, and is what Node signs", () => {
  fc.assert(
    fc.property(anyKey, fc.uint8Array({ minLength: 0, maxLength: 53 }), (key, content) => {
      const signature = rsaSign(key.privateKey, content);
      assert.ok(rsaVerify(key.publicKey, content, signature), "our own signature");
      const nodes = privateEncrypt({ key: nodeKey(key), padding: constants.RSA_PKCS1_PADDING }, content);
      assert.deepEqual(signature, plain(new Uint8Array(nodes)));
    }),
    { numRuns: 30 },
  );
});

test("no other content, key or signature verifies", () => {
  const content = new Uint8Array(20).fill(7);
  const signature = rsaSign(KEY.privateKey, content);
  fc.assert(
    fc.property(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = signature.slice();
      other[at] = (other[at] ?? 0) ^ change;
      assert.equal(rsaVerify(KEY.publicKey, content, other), false);
    }),
    { numRuns: 50 },
  );
  assert.equal(rsaVerify(KEY.publicKey, content.subarray(1), signature), false);
  assert.equal(rsaVerify(KEYS[1]?.publicKey ?? KEY.publicKey, content, signature), false);
  for (const other of [
    new Uint8Array(0),
    signature.subarray(1),
    new Uint8Array(64),
    new Uint8Array(64).fill(255),
  ])
    assert.equal(rsaVerify(KEY.publicKey, content, other), false);
});

test("a block with other than a hash and its padding is no signature", () => {
  const content = new Uint8Array(20).fill(7);
  const sign = (block: Uint8Array) =>
    plain(new Uint8Array(privateDecrypt({ key: nodeKey(KEY), padding: constants.RSA_NO_PADDING }, block)));
  const good = signatureBlock(content, 64) ?? assert.fail("it fits");
  assert.ok(rsaVerify(KEY.publicKey, content, sign(good)), "the block as it should be");
  const digestInfo = fromHex("3021300906052b0e03021a05000414");
  const withDigestInfo =
    signatureBlock(Uint8Array.of(...digestInfo, ...content), 64) ?? assert.fail("it fits");
  assert.equal(rsaVerify(KEY.publicKey, content, sign(withDigestInfo)), false, "with a DigestInfo");
  const early = new Uint8Array(64).fill(0xaa);
  early.set(good.subarray(0, 11));
  early[10] = 0;
  early.set(content, 11);
  assert.equal(rsaVerify(KEY.publicKey, content, sign(early)), false, "rubbish behind the content");
  const ofEncryption = good.slice();
  ofEncryption[1] = 2;
  assert.equal(rsaVerify(KEY.publicKey, content, sign(ofEncryption)), false, "block type 2");
});

test("what is encrypted decrypts, and Node encrypts the same way", () => {
  fc.assert(
    fc.property(anyKey, fc.uint8Array({ minLength: 1, maxLength: 53 }), (key, content) => {
      assert.ok(content.length <= encryptableLength(key.publicKey), "it fits");
      const own = rsaEncrypt(key.publicKey, content, counting);
      const nodes = publicEncrypt(
        { key: createPublicKey(nodeKey(key)), padding: constants.RSA_PKCS1_PADDING },
        content,
      );
      const found = rsaDecrypt(key.privateKey, [own, new Uint8Array(nodes)], []);
      assert.deepEqual(found, [content, content]);
    }),
    { numRuns: 30 },
  );
});

test("a block that was never encrypted yields the substitute, whatever is wrong with it", () => {
  const substitute = Uint8Array.of(1, 2, 3);
  const good = encryptionBlock(Uint8Array.of(9, 9), new Uint8Array(59).fill(5));
  assert.deepEqual(unpadEncryptionBlock(good, substitute), Uint8Array.of(9, 9));
  const wrong: [string, (block: Uint8Array) => void][] = [
    ["first octet", (block) => block.fill(1, 0, 1)],
    ["block type 1", (block) => block.fill(1, 1, 2)],
    ["block type 0", (block) => block.fill(0, 1, 2)],
    ["no separator", (block) => block.fill(7, 2)],
    ["seven octets of padding", (block) => block.fill(0, 9, 10)],
    ["no padding", (block) => block.fill(0, 2, 3)],
  ];
  for (const [what, spoil] of wrong) {
    const block = good.slice();
    spoil(block);
    assert.deepEqual(unpadEncryptionBlock(block, substitute), substitute, what);
  }
  const eight = good.slice();
  eight[10] = 0;
  assert.equal(unpadEncryptionBlock(eight, substitute).length, 53, "eight octets of padding are enough");
  for (const ciphertext of [
    new Uint8Array(0),
    new Uint8Array(63),
    new Uint8Array(65),
    new Uint8Array(64).fill(255),
  ])
    assert.deepEqual(rsaDecrypt(KEY.privateKey, [ciphertext], [substitute]), [substitute]);
});

test("nonces and identities encrypted by an IOS router decrypt with the recorded key", () => {
  const recorded =
    vectorFile<Record<string, Record<string, string>>>("cisco_ikev1_full_kat.json").testMainModePKEHandshake;
  const { initiator_rsa_private_pkcs1_b64 = "", Nr_ciphertext = "", IDir_ciphertext = "" } = recorded ?? {};
  const key = createPrivateKey({
    key: Buffer.from(initiator_rsa_private_pkcs1_b64, "base64"),
    format: "der",
    type: "pkcs1",
  });
  const privateKey = new Uint8Array(key.export({ format: "der", type: "pkcs8" }));
  const found = rsaDecrypt(privateKey, [fromHex(Nr_ciphertext), fromHex(IDir_ciphertext)], []);
  assert.deepEqual(found.map(hex), [recorded?.Nr_b, recorded?.IDir_b]);
});

test("the same seed gives the same key, and another seed another", () => {
  const again = generateRsaKey(512, new Uint8Array(48).fill(2));
  assert.deepEqual(again, KEY);
  const other = generateRsaKey(512, new Uint8Array(48).fill(3));
  assert.ok(!sameRsaKey(other.publicKey, KEY.publicKey), "two keys");
  for (const bits of [512, 513, 640, 1023]) {
    const { publicKey, privateKey } = generateRsaKey(bits, new Uint8Array(48).fill(bits % 251));
    assert.equal(bitLength(publicKey.modulus), bits);
    assert.ok(sameRsaKey(publicKeyOf(privateKey), publicKey), "the public half");
    assert.ok(
      nodeKey({ publicKey, privateKey }).asymmetricKeyDetails?.modulusLength === bits,
      "to Node as well",
    );
  }
});

test("public keys that are none, or cost too much, are refused", () => {
  const modulus = KEY.publicKey.modulus;
  const exponent = KEY.publicKey.exponent;
  const even = modulus.slice();
  even[63] = (even[63] ?? 0) & 0xfe;
  const cases: [string, RsaPublicKey][] = [
    ["modulus of 0", { modulus: Uint8Array.of(0), exponent }],
    ["modulus of 1", { modulus: Uint8Array.of(1), exponent }],
    ["no modulus", { modulus: new Uint8Array(0), exponent }],
    ["even modulus", { modulus: even, exponent }],
    ["modulus of 511 bits", { modulus: new Uint8Array(64).fill(0x7f), exponent }],
    ["modulus of 4097 bits", { modulus: new Uint8Array(513).fill(1), exponent }],
    ["exponent 1", { modulus, exponent: Uint8Array.of(1) }],
    ["exponent 0", { modulus, exponent: Uint8Array.of(0) }],
    ["no exponent", { modulus, exponent: new Uint8Array(0) }],
    ["even exponent", { modulus, exponent: Uint8Array.of(4) }],
    ["exponent as long as the modulus", { modulus, exponent: modulus }],
  ];
  for (const [what, key] of cases) {
    assert.ok(rsaKeyProblem(key) !== undefined, what);
    assert.equal(publicOperation(key, new Uint8Array(64).fill(1)), undefined, what);
  }
  assert.equal(rsaKeyProblem(KEY.publicKey), undefined);
});

test("jobs of RSA give results, and what cannot be done is one too", () => {
  const content = new Uint8Array(20).fill(1);
  const signed = performJob({ kind: "rsa-sign", privateKey: KEY.privateKey, content });
  assert.ok(signed.kind === "rsa-sign" && rsaVerify(KEY.publicKey, content, signed.signature), "a signature");
  const long = performJob({ kind: "rsa-sign", privateKey: KEY.privateKey, content: new Uint8Array(64) });
  assert.match(long.kind === "failed" ? long.reason : "", /512 bits is too short to sign 64 octets/);
  const broken = performJob({ kind: "rsa-sign", privateKey: Uint8Array.of(1, 2, 3), content });
  assert.match(broken.kind === "failed" ? broken.reason : "", /^rsa-sign: /);
  const ciphertexts = [rsaEncrypt(KEY.publicKey, content, counting)];
  const opened = performJob({
    kind: "rsa-decrypt",
    privateKey: KEY.privateKey,
    ciphertexts,
    substitutes: [],
  });
  assert.deepEqual(opened, { kind: "rsa-decrypt", contents: [content] });
  const made = performJob({ kind: "rsa-generate", modulusBits: 512, seed: new Uint8Array(48).fill(2) });
  assert.deepEqual(made, { kind: "rsa-generate", key: KEY });
});

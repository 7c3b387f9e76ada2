import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../test/support/vector-file.ts";
import { MisuseError } from "../base/errors.ts";
import { concat, fromHex, hex } from "../base/octets.ts";
import { decryptCbc, encryptCbc } from "./cbc.ts";
import { CIPHERS, type CipherName } from "./names.ts";

fc.configureGlobal({ seed: 2409 });

describe("CBC", () => {
  it("with AES gives the ciphertexts of RFC 3602", () => {
    const cases = vectorFile<Rfc3602Case[]>("rfc3602_vectors.json").filter(({ kind }) => kind === "cbc");
    assert.equal(cases.length, 4);
    for (const { key, iv, pt, ct } of cases) {
      assert.equal(hex(encryptCbc("aes-128", fromHex(key), fromHex(iv), fromHex(pt))), ct);
      assert.equal(hex(decryptCbc("aes-128", fromHex(key), fromHex(iv), fromHex(ct))), pt);
    }
  });

  it("with DES gives the ciphertext of FIPS 81, App. C", () => {
    const plaintext = new TextEncoder().encode("Now is the time for all ");
    const ciphertext = encryptCbc("des", fromHex("0123456789abcdef"), fromHex("1234567890abcdef"), plaintext);
    assert.equal(hex(ciphertext), "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6");
  });

  it("with longer AES keys gives the ciphertexts of NIST SP 800-38A, App. F.2", () => {
    const iv = fromHex("000102030405060708090a0b0c0d0e0f");
    const plaintext = fromHex("6bc1bee22e409f96e93d7e117393172a");
    const key192 = fromHex("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b");
    const key256 = fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    assert.equal(hex(encryptCbc("aes-192", key192, iv, plaintext)), "4f021db243bc633d7178183a9fa071e8");
    assert.equal(hex(encryptCbc("aes-256", key256, iv, plaintext)), "f58c4c04d6e5f1ba779eabfb5f7bfbd6");
  });

  it("with 3DES is DES encryption, decryption and encryption with three keys", () => {
    fc.assert(
      fc.property(octets(24), octets(8), octets(8), (key, iv, block) => {
        const [k1, k2, k3] = [key.slice(0, 8), key.slice(8, 16), key.slice(16)];
        const mixed = block.map((octet, i) => octet ^ (iv[i] ?? 0));
        const zero = new Uint8Array(8);
        const expected = encryptCbc(
          "des",
          k3,
          zero,
          decryptCbc("des", k2, zero, encryptCbc("des", k1, zero, mixed)),
        );
        assert.deepEqual(encryptCbc("3des", key, iv, block), expected);
      }),
    );
  });

  it("chains: the last block is the IV of what follows", () => {
    fc.assert(
      fc.property(encryption(), fc.nat(4), ({ cipher, key, iv, plaintext }, blocks) => {
        const cut = Math.min(blocks * iv.length, plaintext.length);
        const first = encryptCbc(cipher, key, iv, plaintext.slice(0, cut));
        const second = encryptCbc(cipher, key, concat(iv, first).slice(-iv.length), plaintext.slice(cut));
        assert.deepEqual(concat(first, second), encryptCbc(cipher, key, iv, plaintext));
      }),
    );
  });

  it("decrypts what it encrypted, without any octet added", () => {
    fc.assert(
      fc.property(encryption(), ({ cipher, key, iv, plaintext }) => {
        const ciphertext = encryptCbc(cipher, key, iv, plaintext);
        assert.equal(ciphertext.length, plaintext.length);
        assert.deepEqual(decryptCbc(cipher, key, iv, ciphertext), plaintext);
      }),
    );
  });

  it("refuses lengths that are not the cipher's", () => {
    for (const cipher of CIPHER_NAMES) {
      const { keyLength, blockLength } = CIPHERS[cipher];
      const [key, iv, block] = [
        new Uint8Array(keyLength),
        new Uint8Array(blockLength),
        new Uint8Array(blockLength),
      ];
      for (const work of [encryptCbc, decryptCbc]) {
        assert.throws(() => work(cipher, key.slice(1), iv, block), MisuseError);
        assert.throws(() => work(cipher, key, iv.slice(1), block), MisuseError);
        assert.throws(() => work(cipher, key, iv, block.slice(1)), MisuseError);
      }
    }
  });
});

interface Rfc3602Case {
  readonly kind: string;
  readonly key: string;
  readonly iv: string;
  readonly pt: string;
  readonly ct: string;
}

const CIPHER_NAMES: readonly CipherName[] = ["des", "3des", "aes-128", "aes-192", "aes-256"];

function octets(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}

function encryption() {
  return fc.constantFrom(...CIPHER_NAMES).chain((cipher) => {
    const { keyLength, blockLength } = CIPHERS[cipher];
    return fc.record({
      cipher: fc.constant(cipher),
      key: octets(keyLength),
      iv: octets(blockLength),
      plaintext: fc.nat(6).chain((blocks) => octets(blocks * blockLength)),
    });
  });
}

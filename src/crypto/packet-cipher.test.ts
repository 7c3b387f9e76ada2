import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../test/support/vector-file.ts";
import { MisuseError } from "../base/errors.ts";
import { fromHex, hex } from "../base/octets.ts";
import { decryptCbc, encryptCbc } from "./cbc.ts";
import { hmac } from "./hash.ts";
import { CIPHERS, type CipherName, HASHES, type HashName } from "./names.ts";
import { packetAuthenticator } from "./packet-authenticator.ts";
import { packetCipher } from "./packet-cipher.ts";

fc.configureGlobal({ seed: 2409 });

describe("a packet cipher", () => {
  it("gives every packet of a series the octets of plain CBC, both ways, mixed as they come", () => {
    fc.assert(
      fc.property(series(), ({ cipher, key, packets }) => {
        const lasting = packetCipher(cipher, key);
        for (const { way, iv, text } of packets) {
          const [plain, chained] =
            way === "seal"
              ? [encryptCbc(cipher, key, iv, text), lasting.seal(iv, text)]
              : [decryptCbc(cipher, key, iv, text), lasting.open(iv, text)];
          assert.deepEqual(chained, plain);
        }
      }),
    );
  });

  it("opens what its peer sealed, in any order and with losses", () => {
    fc.assert(
      fc.property(series(), fc.array(fc.nat(9)), ({ cipher, key, packets }, order) => {
        const [sender, receiver] = [packetCipher(cipher, key), packetCipher(cipher, key)];
        const sent = packets.map(({ iv, text }) => ({ iv, text, sealed: sender.seal(iv, text) }));
        for (const index of order) {
          const packet = sent[index];
          if (packet !== undefined) assert.deepEqual(receiver.open(packet.iv, packet.sealed), packet.text);
        }
      }),
    );
  });

  it("leaves the octets that it was given as they were, and keeps none of them", () => {
    const cipher = packetCipher("aes-128", new Uint8Array(16).fill(1));
    const [iv, text] = [new Uint8Array(16).fill(2), new Uint8Array(32).fill(3)];
    const [sealed, opened] = [cipher.seal(iv, text), cipher.open(iv, text)];
    assert.deepEqual([iv, text], [new Uint8Array(16).fill(2), new Uint8Array(32).fill(3)]);
    const again = sealed.slice();
    sealed.fill(0);
    opened.fill(0);
    text.fill(3);
    assert.deepEqual(cipher.seal(iv, text), again);
  });

  it("gives the ciphertexts of RFC 3602's packets", () => {
    const cases = vectorFile<{ kind: string; key: string; iv: string; ciphertext: string }[]>(
      "rfc3602_vectors.json",
    ).filter(({ kind }) => kind === "esp");
    assert.equal(cases.length, 4);
    // Cases share keys: the second packet under a key is not the first of its context.
    const ciphers = new Map(cases.map(({ key }) => [key, packetCipher("aes-128", fromHex(key))]));
    for (const { key, iv, ciphertext } of cases) {
      const one = ciphers.get(key);
      assert.ok(one !== undefined);
      const plaintext = one.open(fromHex(iv), fromHex(ciphertext));
      assert.equal(hex(one.seal(fromHex(iv), plaintext)), ciphertext);
    }
  });

  it("named NULL changes nothing", () => {
    const text = Uint8Array.of(1, 2, 3);
    const cipher = packetCipher("null", new Uint8Array(0));
    const [sealed, opened] = [cipher.seal(new Uint8Array(0), text), cipher.open(new Uint8Array(0), text)];
    assert.deepEqual([sealed, opened], [text, text]);
    assert.notEqual(sealed, text);
    assert.throws(() => packetCipher("null", Uint8Array.of(1)), MisuseError);
  });

  it("refuses lengths that are not its own, and works on afterwards", () => {
    for (const name of CIPHER_NAMES) {
      const { keyLength, blockLength } = CIPHERS[name];
      assert.throws(() => packetCipher(name, new Uint8Array(keyLength + 1)), MisuseError);
      const [key, iv, text] = [
        new Uint8Array(keyLength),
        new Uint8Array(blockLength),
        new Uint8Array(48).fill(7),
      ];
      const cipher = packetCipher(name, key);
      const before = cipher.seal(iv, text);
      for (const work of [cipher.seal.bind(cipher), cipher.open.bind(cipher)]) {
        assert.throws(() => work(iv.slice(1), text), MisuseError);
        assert.throws(() => work(iv, text.slice(1)), MisuseError);
      }
      assert.deepEqual(cipher.seal(iv, text), before);
    }
  });
});

describe("a packet authenticator", () => {
  it("gives every packet its HMAC", () => {
    const names: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.array(fc.uint8Array({ maxLength: 100 }))),
        (name, packets) => {
          const key = new Uint8Array(HASHES[name].length).fill(5);
          const authenticator = packetAuthenticator(name, key);
          for (const parts of packets)
            assert.deepEqual(authenticator.tag(...parts), hmac(name, key, ...parts));
        },
      ),
    );
  });

  it("refuses a key that is not as long as the digest", () => {
    assert.throws(() => packetAuthenticator("sha1", new Uint8Array(16)), MisuseError);
  });
});

const CIPHER_NAMES: readonly CipherName[] = ["des", "3des", "aes-128", "aes-192", "aes-256"];

function octets(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}

/** Some packets under one key, each with a way to go; empty ones too. */
function series() {
  return fc.constantFrom(...CIPHER_NAMES).chain((cipher) => {
    const { keyLength, blockLength } = CIPHERS[cipher];
    const packet = fc.record({
      way: fc.constantFrom("seal" as const, "open" as const),
      iv: octets(blockLength),
      text: fc.nat(5).chain((blocks) => octets(blocks * blockLength)),
    });
    return fc.record({
      cipher: fc.constant(cipher),
      key: octets(keyLength),
      packets: fc.array(packet, { minLength: 1, maxLength: 10 }),
    });
  });
}

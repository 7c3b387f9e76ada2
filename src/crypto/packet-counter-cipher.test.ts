import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { vectorFile } from "../../test/support/vector-file.ts";
import { MisuseError } from "../base/errors.ts";
import { fromHex, hex } from "../base/octets.ts";
import { COUNTER_CIPHERS, type CounterCipherName, espKeyLength } from "./names.ts";
import { packetCounterCipher } from "./packet-counter-cipher.ts";

const NAMES = Object.keys(COUNTER_CIPHERS) as readonly CounterCipherName[]; // exactly these keys

describe("a packet cipher in counter mode", () => {
  it("gives the ciphertexts of RFC 3686, and their plaintexts again, packet after packet", () => {
    type Case = { [K in "key" | "nonce" | "iv" | "plaintext" | "ciphertext"]: string };
    const cases = vectorFile<Case[]>("rfc3686_vectors.json");
    assert.equal(cases.length, 9);
    for (const { key, nonce, iv, plaintext, ciphertext } of cases) {
      const name = NAMES.find((each) => COUNTER_CIPHERS[each].keyLength * 2 === key.length);
      assert.ok(name !== undefined, "a key of a length that AES has");
      const cipher = packetCounterCipher(name, fromHex(key + nonce));
      for (const _ of [1, 2]) {
        assert.equal(hex(cipher.seal(fromHex(iv), fromHex(plaintext))), ciphertext);
        assert.equal(hex(cipher.open(fromHex(iv), fromHex(ciphertext))), plaintext);
      }
    }
  });

  it("refuses a key without its nonce, and an IV of another length", () => {
    for (const name of NAMES) {
      const { keyLength } = COUNTER_CIPHERS[name];
      assert.throws(() => packetCounterCipher(name, new Uint8Array(keyLength)), MisuseError);
      const cipher = packetCounterCipher(name, new Uint8Array(espKeyLength(name)));
      assert.throws(() => cipher.seal(new Uint8Array(16), new Uint8Array(4)), MisuseError);
    }
  });
});

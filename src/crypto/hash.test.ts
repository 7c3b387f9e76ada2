import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../test/support/vector-file.ts";
import { concat, fromHex, hex, utf8 } from "../base/octets.ts";
import { hash, hmac } from "./hash.ts";
import { HASHES, type HashName } from "./names.ts";

fc.configureGlobal({ seed: 2409 });

it("HMACs are those of RFC 2202 and RFC 4231", () => {
  const cases =
    vectorFile<{ source: string; hash: HashName; key: string; data: string; mac: string }[]>(
      "rfc2202_rfc4231_hmac.json",
    );
  assert.equal(cases.length, 35);
  for (const { source, hash: name, key, data, mac } of cases) {
    const whole = hex(hmac(name, fromHex(key), fromHex(data)));
    // RFC 4231 gives no more than 128 bits of case 5.
    assert.equal(whole.slice(0, mac.length), mac, source);
  }
});

it("digests are those of RFC 1321 and FIPS 180", () => {
  const ofAbc: { readonly [N in HashName]: string } = {
    md5: "900150983cd24fb0d6963f7d28e17f72",
    sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    sha384:
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    sha512:
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  };
  for (const name of HASH_NAMES) assert.equal(hex(hash(name, utf8("abc"))), ofAbc[name]);
});

it("parts count as one text, and lengths are those of the table", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...HASH_NAMES),
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }),
      (name, key, parts) => {
        const whole = concat(...parts);
        assert.deepEqual(hash(name, ...parts), hash(name, whole));
        assert.deepEqual(hmac(name, key, ...parts), hmac(name, key, whole));
        assert.equal(hash(name, ...parts).length, HASHES[name].length);
        assert.equal(hmac(name, key, ...parts).length, HASHES[name].length);
      },
    ),
  );
});

const HASH_NAMES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];

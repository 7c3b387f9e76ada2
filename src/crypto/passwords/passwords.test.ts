import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utf8 } from "../../base/octets.ts";
import type { Random } from "../../base/random.ts";
import { md5Crypt, saltOfMd5Crypt } from "./md5-crypt.ts";
import { randomSalt } from "./salt.ts";
import { saltOfSlowHash, slowHash } from "./slow-hash.ts";
import { decryptType6, encryptType6 } from "./type-6.ts";
import { decodeType7, encodeType7 } from "./type-7.ts";

fc.configureGlobal({ seed: 2409 });

const RANDOM: Random = { bytes: (_, length) => Uint8Array.from({ length }, (_, i) => 7 * i + 3) };
const text = (octets: Uint8Array | undefined) => octets && new TextDecoder().decode(octets);
const password = () => fc.string({ unit: "binary", maxLength: 40 }).map((typed) => utf8(typed));

test("type 5 is what other implementations of md5-crypt make of the same password and salt", () => {
  const known = [
    ["cisco", "$1$abcd$2hDGYdE0UrwK2pqoiF6BB1"],
    ["dolphinsforever", "$1$mERr$A419.HL58lq743wXS4kSM1"],
    ["P@ssw0rd!1", "$1$mERr$yhf7f2RnC74CxKANvoekD."],
  ] as const;
  for (const [typed, hashed] of known)
    assert.equal(md5Crypt(utf8(typed), saltOfMd5Crypt(hashed) ?? ""), hashed, typed);
});

test("types 8 and 9 are PBKDF2 and scrypt as IOS writes them", () => {
  const known = [
    [8, "hashcat", "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"],
    [9, "hashcat", "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"],
  ] as const;
  for (const [type, typed, hashed] of known)
    assert.equal(slowHash(type, utf8(typed), saltOfSlowHash(type, hashed) ?? ""), hashed, typed);
  assert.equal(saltOfSlowHash(8, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"), undefined);
});

test("type 7 reads what routers have written, and writes it again", () => {
  const known = [
    ["cisco", "121A0C041104"],
    ["cisco", "05080F1C2243"],
    ["Cisco1234", "062506324F41584B5643"],
  ] as const;
  for (const [typed, hidden] of known) {
    assert.equal(text(decodeType7(hidden)), typed);
    assert.equal(encodeType7(utf8(typed), Number(hidden.slice(0, 2))), hidden);
  }
  for (const wrong of ["aaaaa", "1", "12zz", "0x1A"]) assert.equal(decodeType7(wrong), undefined, wrong);
});

test("type 6 reads what routers have written", () => {
  const known = [
    ["cisco123", "password", "NdUI^_YP[VEPG[MT_bfTEFNZYFCYe\\R\\M"],
    ["Cisco123", "Cisco123", "fe_a`iJYE\\DZYJhDhTP[`MYaTgRH_MAAB"],
  ] as const;
  for (const [key, typed, encrypted] of known) {
    assert.equal(text(decryptType6(encrypted, key)), typed);
    assert.equal(decryptType6(encrypted, `${key}x`), undefined);
  }
  for (const wrong of ["", "AAAA", "AAB", "iii", "NdUI^_YP[VEPG[MT_bfTEFNZYFCYe\\R\\N"])
    assert.equal(decryptType6(wrong, "cisco123"), undefined, wrong);
});

test("what is reversible is reversed", () => {
  fc.assert(
    fc.property(password(), fc.string({ maxLength: 20 }), fc.nat(15), (typed, key, start) => {
      assert.deepEqual(decodeType7(encodeType7(typed, start)), typed);
      assert.deepEqual(decryptType6(encryptType6(typed, key, RANDOM), key), typed);
    }),
  );
});

test("no text makes reading a password throw", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(..."ABCi^`_"), maxLength: 60 }),
  );
  fc.assert(
    fc.property(hostile, (typed) => {
      decodeType7(typed);
      decryptType6(typed, "key");
      saltOfMd5Crypt(typed);
      saltOfSlowHash(9, typed);
    }),
    { numRuns: 500 },
  );
});

test("a salt is of crypt's alphabet", () => {
  assert.match(randomSalt(RANDOM, 14), /^[./0-9A-Za-z]{14}$/);
});

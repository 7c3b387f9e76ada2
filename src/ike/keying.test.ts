import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ciscoHandshakes } from "../../test/support/recorded-sessions.ts";
import { vectorFile } from "../../test/support/vector-file.ts";
import { concat, fromHex, hex } from "../base/octets.ts";
import { CIPHERS, type HashName } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import {
  deriveSkeyids,
  encryptionKey,
  hashR,
  initialIv,
  keymat,
  type Phase1HashInput,
  phase2Iv,
  skeyidEncryption,
  skeyidPreShared,
  skeyidSignature,
} from "./keying.ts";

fc.configureGlobal({ seed: 2409 });

describe("SKEYID and its children", () => {
  it("are those of NIST's vectors, for pre-shared keys and signatures", () => {
    const cases = vectorFile<NistCase[]>("ikev1_kdf_subset.json");
    assert.equal(cases.length, 68);
    for (const each of cases) {
      const hash = HASH_OF_NIST[each.hash] ?? assert.fail(each.hash);
      const [Ni_b, Nr_b, gxy] = [fromHex(each.Ni), fromHex(each.Nr), fromHex(each["g^xy"])];
      const key = each["pre-shared-key"];
      const SKEYID =
        key === undefined
          ? skeyidSignature(hash, Ni_b, Nr_b, gxy)
          : skeyidPreShared(hash, fromHex(key), Ni_b, Nr_b);
      const { d, a, e } = deriveSkeyids(hash, SKEYID, gxy, fromHex(each.CKY_I), fromHex(each.CKY_R));
      assert.deepEqual(
        [SKEYID, d, a, e].map((secret) => hex(secret.reveal())),
        [each.SKEYID, each.SKEYID_d, each.SKEYID_a, each.SKEYID_e],
      );
    }
  });

  it("are those of handshakes with IOS routers, RSA-encrypted nonces included", () => {
    for (const each of ciscoHandshakes()) {
      const SKEYID =
        each.psk === undefined
          ? skeyidEncryption(each.hash, each.Ni_b, each.Nr_b, concat(each.CKY_I, each.CKY_R), "ios")
          : skeyidPreShared(each.hash, each.psk, each.Ni_b, each.Nr_b);
      const { d, a, e } = deriveSkeyids(each.hash, SKEYID, each.gxy, each.CKY_I, each.CKY_R);
      const { keyLength, blockLength } = CIPHERS[each.cipher];
      assert.deepEqual(
        [SKEYID, d, a, e, encryptionKey(each.hash, e, keyLength)].map((secret) => secret.reveal()),
        [each.SKEYID, each.SKEYID_d, each.SKEYID_a, each.SKEYID_e, each.Ka],
      );
      assert.deepEqual(initialIv(each.hash, each.KE_I, each.KE_R, blockLength), each.IV0);
    }
  });

  it("have the inner hash of RFC 2409 where that is asked for", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (Ni_b, Nr_b, cookies) => {
        const rfc = skeyidEncryption("sha1", Ni_b, Nr_b, cookies, "rfc2409");
        const inner = initialIv("sha1", Ni_b, Nr_b, 20);
        const nested = skeyidEncryption("sha1", inner, new Uint8Array(0), cookies, "ios");
        assert.deepEqual(rfc.reveal(), nested.reveal());
      }),
    );
  });
});

describe("a chain of prf blocks", () => {
  const cases = vectorFile<NssCase[]>("ikev1_appendixB.json");

  it("makes the cipher's key as in RFC 2409 App. B where SKEYID_e is too short, and cuts it where not", () => {
    const expansions = cases.filter(({ type }) => type === "ikeV1AppB");
    assert.equal(expansions.length, 12);
    for (const { hash, key, len, okm } of expansions)
      assert.equal(hex(encryptionKey(hash, new Secret(fromHex(key)), len).reveal()), okm);
  });

  it("makes KEYMAT with what it covers repeated in every block", () => {
    const expansions = cases.filter(({ type }) => type === "ikeV1AppBQuick");
    assert.equal(expansions.length, 12);
    for (const { hash, key, seed, len, okm } of expansions) {
      assert.equal(seed, "00");
      const none = new Uint8Array(0);
      const input = { protocol: 0, spi: none, Ni_b: none, Nr_b: none, gqmxy: undefined };
      assert.equal(hex(keymat(hash, new Secret(fromHex(key)), input, len)), okm);
    }
  });

  it("begins the same however long it is", () => {
    fc.assert(
      fc.property(fc.constantFrom(...HASH_NAMES), fc.nat(200), fc.nat(200), (hash, one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)];
        const octets = Uint8Array.of(1, 2, 3, 4);
        const input = { protocol: 3, spi: octets, Ni_b: octets, Nr_b: octets, gqmxy: octets };
        const whole = keymat(hash, new Secret(octets), input, long);
        assert.equal(whole.length, long);
        assert.deepEqual(keymat(hash, new Secret(octets), input, short), whole.slice(0, short));
      }),
    );
  });
});

describe("HASH_R", () => {
  it("is what hashcat's self-tests crack", () => {
    for (const each of vectorFile<HashcatCase[]>("hashcat_hash_r_kat.json")) {
      const SKEYID = skeyidPreShared(
        each.hash,
        new TextEncoder().encode(each.psk),
        fromHex(each.ni_b),
        fromHex(each.nr_b),
      );
      const input: Phase1HashInput = {
        hash: each.hash,
        SKEYID,
        gxi: fromHex(each.g_xi),
        gxr: fromHex(each.g_xr),
        initiatorCookie: fromHex(each.cky_i),
        responderCookie: fromHex(each.cky_r),
        SAi_b: fromHex(each.sai_b),
      };
      assert.equal(hex(hashR(input, fromHex(each.idir_b))), each.hash_r);
    }
  });

  it("and what follows it are those of the extracted session secrets", () => {
    for (const each of vectorFile<SecretsCase[]>("session_secrets_kat.json")) {
      const SKEYID = skeyidPreShared(
        "sha1",
        new TextEncoder().encode(each.psk),
        fromHex(each.Ni_b),
        fromHex(each.Nr_b),
      );
      const [gxi, gxr] = [fromHex(each.KE_I), fromHex(each.KE_R)];
      const [initiatorCookie, responderCookie] = [fromHex(each.CKY_I), fromHex(each.CKY_R)];
      const { d, a, e } = deriveSkeyids("sha1", SKEYID, fromHex(each.gxy), initiatorCookie, responderCookie);
      const SAi_b = fromHex(each.SAi_b);
      const input: Phase1HashInput = {
        hash: "sha1",
        SKEYID,
        gxi,
        gxr,
        initiatorCookie,
        responderCookie,
        SAi_b,
      };
      assert.deepEqual(
        [SKEYID, d, a, e].map((secret) => hex(secret.reveal())),
        [each.SKEYID, each.SKEYID_d, each.SKEYID_a, each.SKEYID_e],
      );
      assert.equal(hex(hashR(input, fromHex(each.IDir_b))), each.HASH_R);
      assert.equal(hex(initialIv("sha1", gxi, gxr, 16)), each.IV0);
      if (each.msgid !== undefined)
        assert.equal(
          hex(phase2Iv("sha1", fromHex(each.IV0), Number.parseInt(each.msgid, 16), 16)),
          each.IV_msgid,
        );
      for (const [spi, expected] of [
        [each.spi_in, each.KEYMAT_in],
        [each.spi_out, each.KEYMAT_out],
      ]) {
        if (spi === undefined || expected === undefined) continue;
        const [Ni_b, Nr_b] = [fromHex(each.qm_Ni_b ?? ""), fromHex(each.qm_Nr_b ?? "")];
        const quick = { protocol: 3, spi: fromHex(spi), Ni_b, Nr_b, gqmxy: undefined };
        assert.equal(hex(keymat("sha1", d, quick, expected.length / 2)), expected);
      }
    }
  });
});

interface NistCase {
  readonly hash: string;
  readonly CKY_I: string;
  readonly CKY_R: string;
  readonly Ni: string;
  readonly Nr: string;
  readonly "g^xy": string;
  readonly "pre-shared-key"?: string;
  readonly SKEYID: string;
  readonly SKEYID_d: string;
  readonly SKEYID_a: string;
  readonly SKEYID_e: string;
}

interface NssCase {
  readonly type: "ikeV1AppB" | "ikeV1AppBQuick";
  readonly hash: HashName;
  readonly key: string;
  readonly seed: string;
  readonly len: number;
  readonly okm: string;
}

interface HashcatCase {
  readonly psk: string;
  readonly hash: HashName;
  readonly g_xr: string;
  readonly g_xi: string;
  readonly cky_r: string;
  readonly cky_i: string;
  readonly sai_b: string;
  readonly idir_b: string;
  readonly ni_b: string;
  readonly nr_b: string;
  readonly hash_r: string;
}

interface SecretsCase {
  readonly psk: string;
  readonly CKY_I: string;
  readonly CKY_R: string;
  readonly Ni_b: string;
  readonly Nr_b: string;
  readonly KE_I: string;
  readonly KE_R: string;
  readonly gxy: string;
  readonly SAi_b: string;
  readonly IDir_b: string;
  readonly SKEYID: string;
  readonly SKEYID_d: string;
  readonly SKEYID_a: string;
  readonly SKEYID_e: string;
  readonly HASH_R: string;
  readonly IV0: string;
  readonly msgid?: string;
  readonly IV_msgid?: string;
  readonly qm_Ni_b?: string;
  readonly qm_Nr_b?: string;
  readonly spi_in?: string;
  readonly spi_out?: string;
  readonly KEYMAT_in?: string;
  readonly KEYMAT_out?: string;
}

const HASH_NAMES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];

const HASH_OF_NIST: Readonly<Record<string, HashName>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

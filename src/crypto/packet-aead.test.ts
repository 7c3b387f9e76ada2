import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../test/support/vector-file.ts";
import { MisuseError } from "../base/errors.ts";
import { concat, fromHex, hex } from "../base/octets.ts";
import { AEADS, type AeadName, espKeyLength, isGmac } from "./names.ts";
import { packetAead } from "./packet-aead.ts";

fc.configureGlobal({ seed: 2409 });

const NAMES = Object.keys(AEADS) as readonly AeadName[]; // exactly these keys

describe("a packet AEAD", () => {
  it("opens what its peer sealed, in any order, and seals the plaintext in place of itself with an ICV behind", () => {
    fc.assert(
      fc.property(sealing(), fc.array(fc.nat(9)), ({ name, key, packets }, order) => {
        const [sender, receiver] = [packetAead(name, key), packetAead(name, key)];
        const sent = packets.map((packet) => ({
          ...packet,
          sealed: sender.seal(packet.iv, packet.associated, packet.text),
        }));
        for (const { text, sealed } of sent) assert.equal(sealed.length, text.length + AEADS[name].icvLength);
        for (const index of order) {
          const packet = sent[index];
          if (packet === undefined) continue;
          assert.deepEqual(receiver.open(packet.iv, packet.associated, packet.sealed), packet.text);
        }
      }),
    );
  });

  it("opens nothing of which one bit is changed: IV, associated octets, ciphertext, ICV, salt", () => {
    fc.assert(
      fc.property(sealing(), fc.nat(), fc.nat(7), ({ name, key, packets }, place, bit) => {
        const [packet] = packets;
        if (packet === undefined) return;
        const sealed = packetAead(name, key).seal(packet.iv, packet.associated, packet.text);
        const all = concat(key, packet.iv, packet.associated, sealed);
        all[place % all.length] = (all[place % all.length] ?? 0) ^ (1 << bit);
        const cuts = [key.length, packet.iv.length, packet.associated.length, sealed.length];
        const [k, iv, associated, rest] = pieces(all, cuts);
        assert.equal(packetAead(name, k).open(iv, associated, rest), undefined);
      }),
    );
  });

  it("gives the packets of the GCM specification: test cases 4, 10 and 16 with the nonce cut in salt and IV", () => {
    const [salt, iv] = ["cafebabe", "facedbaddecaf888"];
    const associated = fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const plaintext = fromHex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    const key = "feffe9928665731c6d6a8f9467308308";
    const cases: readonly (readonly [AeadName, string, string])[] = [
      [
        "gcm-128",
        key,
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
      ],
      [
        "gcm-192",
        `${key}feffe9928665731c`,
        "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda27102519498e80f1478f37ba55bd6d27618c",
      ],
      [
        "gcm-256",
        `${key}${key}`,
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
      ],
    ];
    for (const [name, keyText, sealed] of cases) {
      const aead = packetAead(name, fromHex(keyText + salt));
      assert.equal(hex(aead.seal(fromHex(iv), associated, plaintext)), sealed);
      assert.deepEqual(aead.open(fromHex(iv), associated, fromHex(sealed)), plaintext);
    }
  });

  it("gives the ciphertexts of DPDK's ESP packets", () => {
    const cases = vectorFile<{ name: string; key: string; salt: string; iv: string; output: string }[]>(
      "dpdk_ipsec_vectors.json",
    ).filter(({ name }) => name.endsWith("gcm"));
    assert.equal(cases.length, 2);
    for (const { key, salt, iv, output } of cases) {
      const aead = packetAead(key.length === 32 ? "gcm-128" : "gcm-256", fromHex(key + salt));
      const esp = fromHex(output).subarray(20);
      const [associated, sealed] = [esp.subarray(0, 8), esp.subarray(16)];
      assert.equal(hex(esp.subarray(8, 16)), iv);
      const plaintext = aead.open(fromHex(iv), associated, sealed);
      assert.ok(plaintext !== undefined, "the recorded ICV holds");
      assert.deepEqual(aead.seal(fromHex(iv), associated, plaintext), sealed);
    }
  });

  it("gives the tags of NIST's vectors that have no plaintext, which is what GMAC is made of", () => {
    const cases = vectorFile<
      readonly { keyLength: number; key: string; iv: string; associated: string; tag: string }[]
    >("nist_cavs_gcm_without_text.json");
    const names = new Map<number, AeadName>([
      [16, "gcm-128"],
      [24, "gcm-192"],
      [32, "gcm-256"],
    ]);
    assert.equal(cases.length, 24);
    for (const { keyLength, key, iv, associated, tag } of cases) {
      const name = names.get(keyLength);
      assert.ok(name, `a cipher with keys of ${keyLength} octets`);
      const aead = packetAead(name, fromHex(key + iv.slice(0, 8)));
      const sealed = aead.seal(fromHex(iv.slice(8)), fromHex(associated), new Uint8Array());
      assert.equal(hex(sealed), tag);
    }
  });

  it("makes GMAC of that: header, IV and text are the associated octets, and the text stays (RFC 4543 §3.3)", () => {
    fc.assert(
      fc.property(sealing(), ({ name, key, packets }) => {
        if (!isGmac(name)) return;
        // Of the same key lengths.
        const gcm = packetAead(name.replace("gmac", "gcm") as AeadName, key);
        for (const { iv, associated, text } of packets) {
          const icv = gcm.seal(iv, concat(associated, iv, text), new Uint8Array());
          const sealed = packetAead(name, key).seal(iv, associated, text);
          assert.equal(hex(sealed), hex(concat(text, icv)));
        }
      }),
    );
  });

  it("opens with the shorter ICVs that others may use", () => {
    const key = new Uint8Array(20).fill(1);
    const [iv, associated, text] = [new Uint8Array(8), new Uint8Array(8), new Uint8Array(40).fill(2)];
    const whole = packetAead("gcm-128", key).seal(iv, associated, text);
    for (const icvLength of [8, 12]) {
      const sealed = whole.subarray(0, text.length + icvLength);
      assert.deepEqual(packetAead("gcm-128", key, { icvLength }).open(iv, associated, sealed), text);
    }
  });

  it("refuses lengths that are not its own, and opens nothing shorter than an ICV", () => {
    for (const name of NAMES) {
      assert.throws(() => packetAead(name, new Uint8Array(AEADS[name].keyLength)), MisuseError);
      const aead = packetAead(name, new Uint8Array(espKeyLength(name)));
      const [none, short] = [new Uint8Array(), new Uint8Array(7)];
      assert.throws(() => aead.seal(short, none, none), MisuseError);
      assert.throws(() => aead.open(short, none, new Uint8Array(16)), MisuseError);
      assert.equal(aead.open(new Uint8Array(8), none, new Uint8Array(15)), undefined);
    }
  });
});

/** The octets cut into pieces of these lengths. */
function pieces(octets: Uint8Array, lengths: readonly number[]) {
  const start = (index: number): number => lengths.slice(0, index).reduce((sum, length) => sum + length, 0);
  const [a, b, c, d] = lengths.map((_, i) => octets.slice(start(i), start(i + 1)));
  assert.ok(a && b && c && d, "four pieces");
  return [a, b, c, d] as const;
}

function sealing() {
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  return fc.constantFrom(...NAMES).chain((name) =>
    fc.record({
      name: fc.constant(name),
      key: octets(espKeyLength(name)),
      packets: fc.array(
        fc.record({ iv: octets(8), associated: octets(8), text: fc.uint8Array({ maxLength: 100 }) }),
        { minLength: 1, maxLength: 10 },
      ),
    }),
  );
}

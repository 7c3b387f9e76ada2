/** ESP packets made by others: RFC 3602 §4, DPDK's test suite, and sessions between two strongSwan. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { opened, sealed } from "../../test/support/esp-packets.ts";
import { vectorFile } from "../../test/support/vector-file.ts";
import { concat, fromHex, hex } from "../base/octets.ts";
import type { CipherName, EspSuite, HashName } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import { faultOfIpv4, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { u32At } from "../net/words.ts";
import { readEspHeader } from "./esp.ts";
import type { EspTransforms } from "./esp-transforms.ts";
import { nodeTransforms } from "./node-transforms.ts";

interface Rfc3602Case {
  readonly case: number;
  readonly kind: "cbc" | "esp";
  readonly mode: "transport" | "tunnel";
  readonly key: string;
  readonly iv: string;
  readonly original_ip: string;
  readonly original_data: string;
  readonly packet: string;
  readonly next_header: number;
}

describe("RFC 3602", () => {
  for (const vector of vectorFile<readonly Rfc3602Case[]>("rfc3602_vectors.json")) {
    if (vector.kind !== "esp") continue;
    it(`case ${vector.case}, ${vector.mode} mode, seals and opens to the octets of the RFC`, () => {
      const transforms = transformsOf({ encryption: "aes-128", integrity: undefined }, vector.key, "");
      const inner =
        vector.mode === "tunnel" ? vector.original_ip + vector.original_data : vector.original_data;
      const esp = fromHex(vector.packet).subarray(20);
      assertSealsTo(transforms, esp, fromHex(vector.iv), fromHex(inner), vector.next_header);
    });
  }
});

interface DpdkVector {
  readonly name: string;
  readonly key: string;
  readonly auth_key: string;
  readonly iv: string;
  readonly input: string;
  readonly output: string;
  readonly cipher: string | null;
  readonly auth: string | null;
  readonly aead: string | null;
  readonly salt: string;
  readonly next_header: number;
}

describe("DPDK's vector", () => {
  for (const vector of vectorFile<readonly DpdkVector[]>("dpdk_ipsec_vectors.json")) {
    const suite = suiteOf(vector);
    if (suite === undefined) {
      it(vector.name, { skip: "is XCBC, which is not built, or AH, which has a test of its own" });
      continue;
    }
    it(`${vector.name} seals and opens to the recorded octets`, () => {
      const transforms = transformsOf(suite, vector.key + vector.salt, vector.auth_key);
      // The one without integrity is written the other way round, with its trailer still on the inner packet.
      const isReversed = suite.integrity === undefined && vector.aead === null;
      const outer = fromHex(isReversed ? vector.input : vector.output);
      const inner = parsedOctets(fromHex(isReversed ? vector.output : vector.input));
      const esp = outer.subarray(outer[0] === 0x45 ? 20 : 40);
      assertSealsTo(transforms, esp, fromHex(vector.iv), inner, vector.next_header ?? 4);
    });
  }
});

interface Session {
  readonly name: string;
  readonly esp: {
    readonly cipher: CipherName;
    readonly hash: HashName;
    readonly initiatorEncryptionKey: string;
    readonly initiatorIntegrityKey: string;
    readonly responderEncryptionKey: string;
    readonly responderIntegrityKey: string;
    readonly packets: readonly { readonly from: "initiator" | "responder"; readonly packet: string }[];
  };
}

describe("a session between two strongSwan", () => {
  for (const { name, esp } of vectorFile<readonly Session[]>("strongswan_sessions.json"))
    it(`${name} opens, packet by packet, to the pings that were sent`, () => {
      const suite = { encryption: esp.cipher, integrity: esp.hash };
      const transforms = {
        initiator: transformsOf(suite, esp.initiatorEncryptionKey, esp.initiatorIntegrityKey),
        responder: transformsOf(suite, esp.responderEncryptionKey, esp.responderIntegrityKey),
      };
      assert.ok(esp.packets.length > 0);
      for (const { from, packet } of esp.packets) {
        const result = opened(transforms[from], fromHex(packet));
        assert.ok(result.kind === "opened");
        assert.equal(result.nextHeader, 4);
        assert.equal(faultOfIpv4(result.payload), undefined);
        assert.equal(result.payload[20], from === "initiator" ? 8 : 0, "echo request or reply");
      }
    });
});

function assertSealsTo(
  transforms: EspTransforms,
  esp: Uint8Array,
  iv: Uint8Array,
  inner: Uint8Array,
  nextHeader: number,
): void {
  const header = readEspHeader(esp);
  assert.ok(header);
  assert.equal(header.spi, u32At(esp, 0));
  assert.equal(hex(sealed(transforms, header, iv, inner, nextHeader)), hex(esp));
  const result = opened(transforms, esp);
  assert.ok(result.kind === "opened");
  assert.equal(hex(result.payload), hex(inner));
  assert.equal(result.nextHeader, nextHeader);
}

/** The packet without what follows its total length; IPv6 as it is. */
function parsedOctets(bytes: Uint8Array): Uint8Array {
  return parseIpv4Packet(bytes)?.bytes ?? concat(bytes);
}

function transformsOf(suite: EspSuite, key: string, integrityKey: string): EspTransforms {
  return nodeTransforms(suite, new Secret(fromHex(key)), new Secret(fromHex(integrityKey)));
}

/** Undefined for what is not built. */
function suiteOf(vector: DpdkVector): EspSuite | undefined {
  if (vector.aead === "GCM")
    return { encryption: vector.key.length === 32 ? "gcm-128" : "gcm-256", integrity: undefined };
  const ciphers = new Map<string | null, CipherName | "null">([
    ["AES_CBC", vector.key.length === 32 ? "aes-128" : "aes-256"],
    ["3DES_CBC", "3des"],
    ["DES_CBC", "des"],
    ["NULL", "null"],
  ]);
  const hashes = new Map<string | null, HashName | undefined>([
    ["NULL", undefined],
    ["MD5_HMAC", "md5"],
    ["SHA256_HMAC", "sha256"],
    ["SHA384_HMAC", "sha384"],
    ["SHA512_HMAC", "sha512"],
  ]);
  const encryption = ciphers.get(vector.cipher);
  if (encryption === undefined || !hashes.has(vector.auth)) return undefined;
  return { encryption, integrity: hashes.get(vector.auth) };
}

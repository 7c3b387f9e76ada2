import assert from "node:assert/strict";
import { test } from "node:test";
import { sealed } from "../../test/support/esp-packets.ts";
import { vectorFile } from "../../test/support/vector-file.ts";
import { concat, fromHex } from "../base/octets.ts";
import { HASHES } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import { nodeTransforms } from "../ipsec/node-transforms.ts";
import { EspExplainer } from "./explain-esp.ts";
import { formatEspSa, parseKeyFile } from "./key-file.ts";

const VECTORS = vectorFile<{ name: string; key: string; salt: string; output: string }[]>(
  "dpdk_ipsec_vectors.json",
).filter(({ name }) => name.endsWith("gcm"));

for (const { name, key, salt, output } of VECTORS) {
  const sa = { source: "192.0.2.1", destination: "192.0.2.2", spi: 0xa5f8 };
  const esp = fromHex(output).subarray(20);
  const encryption = key.length === 32 ? "gcm-128" : "gcm-256";
  const integrityKey = new Uint8Array(0);
  const line = formatEspSa({
    ...sa,
    ...{ encryption, encryptionKey: fromHex(key + salt), integrity: undefined, integrityKey },
  });

  test(`${name} of DPDK is opened with a line of Wireshark's table, whichever of its names it uses`, () => {
    for (const written of [line, line.replace(" with 16 octet ICV", "")]) {
      const entry = explained(esp, written);
      assert.deepEqual(entry.icv, { result: "verified", why: undefined });
      assert.match(entry.inner ?? "", /192\.168\.1\.2/);
    }
  });

  test(`${name} changed, cut short or with another key is not decrypted`, () => {
    const changed = esp.slice();
    changed[20] = (changed[20] ?? 0) ^ 1;
    for (const entry of [
      explained(changed, line),
      explained(esp, line.replace(`0x${key}`, `0x${"00".repeat(key.length / 2)}`)),
    ]) {
      assert.equal(entry.icv.result, "does not verify");
      assert.equal(entry.inner, undefined);
    }
    const short = explainer(line).explain(packet(esp.subarray(0, 31)));
    assert.ok(short.kind === "malformed", "15 octets are no ICV");
    assert.equal(short.problem.path, "ESP.ciphertext");
    const noKey = explained(esp, line.replace(/"0x[0-9a-f]{40,}"/, '"0x00112233"'));
    assert.match(noKey.innerProblem ?? "", /AES-GCM with 16 octet ICV \[RFC4106\] has no key of 4 octets/);
  });
}

for (const [encryption, integrity, keyLength] of [
  ["ctr-128", "sha1", 20],
  ["ctr-256", "sha256", 36],
  ["gmac-192", undefined, 28],
] as const)
  test(`what ${encryption} protects is read with the line that is written of its keys`, () => {
    const encryptionKey = new Uint8Array(keyLength).fill(5);
    const integrityKey = new Uint8Array(integrity === undefined ? 0 : HASHES[integrity].length).fill(6);
    const sa = { source: "192.0.2.1", destination: "192.0.2.2", spi: 0xa5f8 };
    const line = formatEspSa({ ...sa, encryption, encryptionKey, integrity, integrityKey });
    assert.equal(line.startsWith("# skeyid "), encryption.startsWith("gmac"), "a comment to Wireshark");
    const suite = { encryption, integrity };
    const transforms = nodeTransforms(suite, new Secret(encryptionKey), new Secret(integrityKey));
    const iv = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const inside = fromHex("4500001c0000000040018f6ec0a80102c0a801010800f7ff00000000");
    const esp = sealed(transforms, { spi: sa.spi, sequenceNumber: 1 }, iv, inside, 4);
    const entry = explained(esp, line);
    assert.deepEqual(entry.icv, { result: "verified", why: undefined });
    assert.match(entry.inner ?? "", /192\.168\.1\.2/);
    esp[12] = 9;
    assert.equal(explained(esp, line).icv.result, "does not verify");
  });

function explainer(line: string): EspExplainer {
  const { keys, problems } = parseKeyFile(line.replace(/0x[0-9a-f]{8}"/, '*"'));
  assert.deepEqual(problems, []);
  return new EspExplainer(keys);
}

function packet(bytes: Uint8Array) {
  const addresses = {
    ...{ source: "192.0.2.1", destination: "192.0.2.2" },
    ...{ sourcePort: undefined, destinationPort: undefined },
  };
  return { bytes: concat(bytes), addresses, missing: 0, frame: 1, timeMicroseconds: 0 };
}

function explained(bytes: Uint8Array, line: string) {
  const entry = explainer(line).explain(packet(bytes));
  assert.ok(entry.kind === "esp", entry.kind);
  return entry;
}

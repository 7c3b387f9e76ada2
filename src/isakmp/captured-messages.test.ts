import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { HANDSHAKES, SESSIONS, wireOf } from "../../test/support/explained.ts";
import { foreignCapture, foreignCaptures } from "../../test/support/foreign-captures.ts";
import { MalformedError } from "../base/errors.ts";
import { fromHex, hex } from "../base/octets.ts";
import type { ReadField } from "../base/reader.ts";
import { readFrames } from "../capture/capture-file.ts";
import { TrafficFinder } from "../capture/traffic.ts";
import { HEADER_LENGTH } from "./header.ts";
import { decodeMessage, encodeEncryptedMessage, encodeMessage } from "./message.ts";
import { type ChainOptions, decodePayloads, encodePayloads } from "./payload-chain.ts";

const TEST = new URL("../../test/", import.meta.url);

function messagesIn(capture: Uint8Array): readonly Uint8Array[] {
  const finder = new TrafficFinder();
  return [...readFrames(capture)].flatMap((frame) => {
    const found = finder.find(frame);
    return found?.kind === "isakmp" ? [found.bytes] : [];
  });
}

/** Decodes, encodes to the same octets, and every octet was read once. */
function assertRoundTrip(bytes: Uint8Array, options: ChainOptions = {}): "clear" | "encrypted" {
  const fields: ReadField[] = [];
  const message = decodeMessage(bytes, { ...options, record: (field) => fields.push(field) });
  const again =
    message.kind === "clear"
      ? encodeMessage(message.header, message.chain.payloads, message.chain.trailing)
      : encodeEncryptedMessage(message.header, message.ciphertext);
  assert.equal(hex(again), hex(bytes));
  let end = 0;
  for (const { path, offset, length } of fields) {
    assert.equal(offset, end, `a gap or overlap before ${path}`);
    end += length;
  }
  assert.equal(end, bytes.length);
  return message.kind;
}

function readTest(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, TEST)));
}

const OWN = readdirSync(new URL("captures/", TEST))
  .filter((name) => name.endsWith(".pcap"))
  .map((name) => [name, () => readTest(`captures/${name}`)] as const);
const RECORDED = SESSIONS.map(
  (name) => [name, () => readTest(`vectors/sessions/${name}/session.pcap`)] as const,
);
const FOREIGN = foreignCaptures().map((name) => [name, () => foreignCapture(name)] as const);

for (const [name, capture] of [...OWN, ...RECORDED, ...FOREIGN]) {
  test(`every message of ${name} is accepted, read octet by octet, and encodes to what it was`, () => {
    const kinds = messagesIn(capture()).map((message) => assertRoundTrip(message));
    if (!name.includes("esp")) assert.ok(kinds.includes("clear"));
  });
}

for (const [name, handshake] of Object.entries(HANDSHAKES)) {
  test(`every message of IOS in ${name} encodes to what it was, the decrypted ones too`, () => {
    const isSealed = name.includes("PKE");
    for (const { bytes } of wireOf(handshake)) assertRoundTrip(bytes, { sealedIdentities: isSealed });
    for (const { plaintext, payloads } of handshake.encrypted_messages) {
      const octets = fromHex(plaintext);
      const chain = decodePayloads(payloads[0] ?? 0, octets);
      assert.deepEqual(
        chain.extents.map(({ type }) => type),
        payloads,
      );
      assert.equal(hex(encodePayloads(chain.payloads).bytes) + hex(chain.trailing), plaintext);
    }
  });
}

const MALFORMED = [
  ...readdirSync(new URL("captures/malformed/", TEST)).map(
    (name) => [name, () => readTest(`captures/malformed/${name}`)] as const,
  ),
  ...foreignCaptures("malformed").map((name) => [name, () => foreignCapture(name)] as const),
];

for (const [name, capture] of MALFORMED) {
  test(`${name}: what it holds of ISAKMP is refused with a reason, its payloads alone do no harm`, () => {
    for (const message of messagesIn(capture())) {
      assert.throws(
        () => decodeMessage(message),
        (error) => error instanceof MalformedError && error.reason.length > 10,
      );
      for (let firstType = 0; firstType < 256; firstType++) {
        try {
          decodePayloads(firstType, message.subarray(HEADER_LENGTH));
        } catch (error) {
          assert.ok(error instanceof MalformedError);
        }
      }
    }
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clearHeader, octets, payloads } from "../../test/support/isakmp-arbitraries.ts";
import { MalformedError } from "../base/errors.ts";
import { fromHex, hex } from "../base/octets.ts";
import type { ReadField } from "../base/reader.ts";
import { decodeHeader, encodeHeader, HEADER_LENGTH } from "./header.ts";
import { decodeMessage, encodeEncryptedMessage, encodeMessage } from "./message.ts";

fc.configureGlobal({ seed: 2409 });

test("a clear message decodes to its header and payloads and encodes to the same octets, trailing ones too", () => {
  fc.assert(
    fc.property(clearHeader, payloads, octets(0, 9), (header, list, trailing) => {
      const bytes = encodeMessage(header, list, trailing);
      const message = decodeMessage(bytes);
      assert.equal(message.kind, "clear");
      assert.deepEqual(message.chain.payloads, list);
      assert.deepEqual(message.chain.trailing, trailing);
      assert.equal(message.header.length, bytes.length);
      assert.equal(hex(encodeMessage(message.header, message.chain.payloads, trailing)), hex(bytes));
    }),
  );
});

test("an encrypted message keeps its header and ciphertext", () => {
  fc.assert(
    fc.property(clearHeader, octets(0, 64), fc.integer({ min: 0, max: 255 }), (header, text, nextPayload) => {
      const bytes = encodeEncryptedMessage({ ...header, nextPayload }, text);
      const message = decodeMessage(bytes);
      assert.equal(message.kind, "encrypted");
      assert.deepEqual(message.ciphertext, text);
      assert.equal(message.header.nextPayload, nextPayload);
      assert.equal(hex(encodeEncryptedMessage(message.header, message.ciphertext)), hex(bytes));
    }),
  );
});

test("a recorded header covers its 28 octets field by field", () => {
  const fields: ReadField[] = [];
  decodeHeader(good, { baseOffset: 4, record: (field) => fields.push(field) });
  assert.deepEqual(
    fields.map(({ path, offset, length }) => `${path} ${offset}+${length}`),
    [
      "HDR.initiatorCookie 4+8",
      "HDR.responderCookie 12+8",
      "HDR.nextPayload 20+1",
      "HDR.version 21+1",
      "HDR.exchangeType 22+1",
      "HDR.flags 23+1",
      "HDR.messageId 24+4",
      "HDR.length 28+4",
    ],
  );
});

test("the header is laid out as figure 2 of RFC 2408 says", () => {
  const header = {
    initiatorCookie: fromHex("0102030405060708"),
    responderCookie: fromHex("1112131415161718"),
    nextPayload: 8,
    majorVersion: 1,
    minorVersion: 0,
    exchangeType: 32,
    flags: 1,
    messageId: 0xdeadbeef,
    length: 28,
  };
  const bytes = encodeHeader(header, HEADER_LENGTH);
  assert.equal(hex(bytes), "01020304050607081112131415161718" + "08102001" + "deadbeef" + "0000001c");
  assert.deepEqual(decodeHeader(bytes), header);
});

const good = fromHex(`${"11".repeat(8)} ${"00".repeat(8)} 00 10 02 00 00000000 0000001c`);

function withOctet(at: number, value: number): Uint8Array {
  const bytes = good.slice();
  bytes[at] = value;
  return bytes;
}

const REFUSED: readonly (readonly [string, Uint8Array, string])[] = [
  ["nothing at all", new Uint8Array(0), "needs 8 bytes, 0 left at HDR.initiatorCookie (offset 0)"],
  ["a header that is cut", good.slice(0, 27), "needs 4 bytes, 3 left at HDR.length (offset 24)"],
  [
    "a length larger than the datagram",
    withOctet(27, 29),
    "says 29 octets, but the message has 28 at HDR.length (offset 24)",
  ],
  [
    "a length smaller than the datagram",
    withOctet(27, 0),
    "says 0 octets, but the message has 28 at HDR.length (offset 24)",
  ],
  [
    "a length of four gigabytes",
    withOctet(24, 255),
    "says 4278190108 octets, but the message has 28 at HDR.length (offset 24)",
  ],
  ["IKEv2", withOctet(17, 0x20), "2.0 is not ISAKMP's 1.0 at HDR.version (offset 17)"],
  ["a higher minor version", withOctet(17, 0x11), "1.1 is not ISAKMP's 1.0 at HDR.version (offset 17)"],
  ["an unknown flag", withOctet(19, 8), "unknown bits in 0x8 at HDR.flags (offset 19)"],
  [
    "a payload that is announced and missing",
    withOctet(16, 1),
    "needs 1 byte, 0 left at SA.nextPayload (offset 28)",
  ],
];

for (const [what, bytes, message] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => decodeMessage(bytes),
      (error) => error instanceof MalformedError && assert.equal(error.message, message) === undefined,
    );
  });
}

test("random octets make it throw nothing but MalformedError", () => {
  fc.assert(
    fc.property(octets(0, 120), fc.boolean(), (bytes, fixLength) => {
      if (fixLength && bytes.length >= HEADER_LENGTH)
        bytes.set([0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, bytes.length], 17);
      try {
        decodeMessage(bytes);
      } catch (error) {
        assert.ok(error instanceof MalformedError);
      }
    }),
    { numRuns: 2000 },
  );
});

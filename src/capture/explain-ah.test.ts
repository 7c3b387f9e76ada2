import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sealed } from "../../test/support/esp-packets.ts";
import { concat, fromHex, u32Octets } from "../base/octets.ts";
import { Secret } from "../crypto/secret.ts";
import { nodeTransforms } from "../ipsec/node-transforms.ts";
import { AhExplainer } from "./explain-ah.ts";
import { EspExplainer } from "./explain-esp.ts";
import { formatEspSa, NO_KEYS, parseKeyFile } from "./key-file.ts";

fc.configureGlobal({ seed: 2409 });

const ENDS = { source: "192.0.2.1", destination: "192.0.2.2" };
/** An echo request from 192.168.1.2 to 192.168.1.1. */
const ECHO = fromHex("4500001c0000000040018f6ec0a80102c0a801010800f7ff00000000");
const [IPV4, ESP] = [4, 50];

test("AH alone is read with what it carries, whatever the length of its ICV", () => {
  for (const icvLength of [12, 16, 24, 32]) {
    const [entry, ...more] = explained(ah(IPV4, icvLength, ECHO));
    assert.ok(entry?.kind === "ah" && more.length === 0, "one entry");
    assert.deepEqual(
      [entry.spi, entry.sequenceNumber, entry.icvLength, entry.length],
      ["0x0000a5f8", 7, icvLength, 12 + icvLength + ECHO.length],
    );
    assert.match(entry.inner ?? "", /^192\.168\.1\.2 > 192\.168\.1\.1 {2}ICMP echo request/);
  }
});

test("ESP within AH is an entry of its own, opened where there are keys, by an SPI of its own", () => {
  const [encryptionKey, integrityKey] = [new Uint8Array(24).fill(5), new Uint8Array(20).fill(6)];
  const suite = { encryption: "3des", integrity: "sha1" } as const;
  const transforms = nodeTransforms(suite, new Secret(encryptionKey), new Secret(integrityKey));
  const header = { spi: 0xb6f9, sequenceNumber: 7 };
  const esp = sealed(transforms, header, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), ECHO, IPV4);
  const line = formatEspSa({ ...ENDS, spi: 0xb6f9, ...suite, encryptionKey, integrityKey });
  const { keys } = parseKeyFile(line);
  const [outer, inner] = explained(ah(ESP, 12, esp), keys);
  assert.ok(outer?.kind === "ah" && outer.inner === "ESP", "AH");
  assert.ok(inner?.kind === "esp", "ESP");
  assert.deepEqual([inner.spi, inner.icv.result], ["0x0000b6f9", "verified"]);
  assert.match(inner.inner ?? "", /192\.168\.1\.2/);
});

test("a length that the header does not have, and an SPI of 0, are told with their place", () => {
  const short = ah(IPV4, 12, ECHO);
  short[1] = 0;
  const zero = ah(IPV4, 12, ECHO);
  zero.set([0, 0, 0, 0], 4);
  for (const [bytes, path] of [
    [short, "AH.payloadLength"],
    [zero, "AH.spi"],
    [ah(IPV4, 12, ECHO).subarray(0, 20), "AH.icv"],
  ] as const) {
    const [entry] = explained(bytes);
    assert.ok(entry?.kind === "malformed", "malformed");
    assert.equal(entry.problem.path, path);
  }
});

test("no octets are too strange to be explained", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
      assert.ok(explained(octets).length > 0, "something is said");
    }),
  );
});

/** A packet of AH whose ICV is nobody's. */
function ah(nextHeader: number, icvLength: number, payload: Uint8Array): Uint8Array {
  const words = (12 + icvLength) / 4 - 2;
  const fixed = Uint8Array.of(nextHeader, words, 0, 0);
  return concat(fixed, u32Octets(0xa5f8), u32Octets(7), new Uint8Array(icvLength).fill(9), payload);
}

function explained(bytes: Uint8Array, keys = NO_KEYS) {
  const addresses = { ...ENDS, sourcePort: undefined, destinationPort: undefined };
  const packet = { bytes, addresses, missing: 0, frame: 1, timeMicroseconds: 0 };
  return new AhExplainer(new EspExplainer(keys)).explain(packet);
}

/** RIP's messages, ours and those of FRR's ripd. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, hex } from "../base/octets.ts";
import { ipv4, ipv4FromNumber } from "./ip-address.ts";
import { buildRip, parseRip, type RipEntry } from "./rip.ts";
import { blockOf } from "./selector.ts";

fc.configureGlobal({ seed: 2409 });

/** Sent by ripd 8.4.4 of FRR to 224.0.0.9, recorded here. */
const FRR_REQUEST = "010200000000000000000000000000000000000000000010";

const prefixes = fc
  .tuple(fc.integer({ min: 0x01000000, max: 0x7effffff }), fc.integer({ min: 8, max: 32 }))
  .map(([address, length]) => blockOf(ipv4FromNumber(address), ipv4FromNumber((-1 << (32 - length)) >>> 0)));
const entries: fc.Arbitrary<RipEntry> = fc
  .tuple(prefixes, fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 1, max: 16 }))
  .map(([prefix, nextHop, metric]) => ({ prefix, nextHop: ipv4FromNumber(nextHop), metric }));

test("what is built is parsed as it was", () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 25 }), (told) => {
      const message = { kind: "response", entries: told } as const;
      assert.deepEqual(parseRip(buildRip(message)), message);
    }),
  );
});

test("a request for everything is that of FRR, octet by octet", () => {
  const message = { kind: "request", about: "everything" } as const;
  assert.deepEqual(parseRip(fromHex(FRR_REQUEST)), message);
  assert.equal(hex(buildRip(message)), FRR_REQUEST);
});

test("whatever octets come, they are parsed or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
      const message = parseRip(octets);
      if (message?.kind === "response")
        assert.ok(message.entries.length <= 25, "no more than a message holds");
    }),
  );
});

test("entries that make no sense are left out, and authenticated messages are not read", () => {
  const good = "00020000" + "0a010200" + "ffffff00" + "00000000" + "00000001";
  const header = "02020000";
  const read = (...more: readonly string[]) => {
    const message = parseRip(fromHex(header + more.join("")));
    return message?.kind === "response" ? message.entries.length : undefined;
  };
  assert.equal(read(good), 1);
  for (const [what, bad] of [
    ["metric 0", "00020000" + "0a010200" + "ffffff00" + "00000000" + "00000000"],
    ["metric 17", "00020000" + "0a010200" + "ffffff00" + "00000000" + "00000011"],
    ["another family", "00030000" + "0a010200" + "ffffff00" + "00000000" + "00000001"],
    ["loopback", "00020000" + "7f000000" + "ff000000" + "00000000" + "00000001"],
    ["multicast", "00020000" + "e0000000" + "ff000000" + "00000000" + "00000001"],
    ["a mask with a gap", "00020000" + "0a010200" + "ff00ff00" + "00000000" + "00000001"],
  ] as const)
    assert.equal(read(bad, good), 1, what);
  assert.equal(read(`ffff0002${"00".repeat(16)}`, good), undefined);
  assert.equal(read(good.slice(2)), undefined, "cut short");
  assert.equal(parseRip(fromHex(`02010000${good}`)), undefined, "version 1");
  const all = parseRip(fromHex("02020000" + "00020000" + "00000000" + "00000000" + "00000000" + "00000001"));
  assert.deepEqual(all?.kind === "response" && all.entries[0]?.prefix.address, ipv4("0.0.0.0"));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utf8 } from "../../base/octets.ts";
import { TelnetReader } from "./telnet-reader.ts";

fc.configureGlobal({ seed: 2409 });

test("what was typed comes through, options do not, and the size of the window is told", () => {
  const reader = new TelnetReader();
  const sent = [
    255,
    253,
    1,
    ...utf8("sh"),
    255,
    250,
    31,
    0,
    132,
    0,
    50,
    255,
    240,
    ...utf8("ow"),
    13,
    10,
    13,
    0,
  ];
  const { typed, screen } = reader.take(Uint8Array.from(sent));
  assert.equal(new TextDecoder().decode(typed), "show\r\r");
  assert.deepEqual(screen, { width: 132, length: 50 });
});

test("in whatever pieces octets come, the same is read", () => {
  const octet = fc.oneof(
    fc.constantFrom(255, 250, 240, 251, 254, 31, 13, 10, 0),
    fc.integer({ min: 0, max: 255 }),
  );
  fc.assert(
    fc.property(fc.array(octet), fc.nat(20), (octets, size) => {
      const whole = new TelnetReader().take(Uint8Array.from(octets)).typed;
      const reader = new TelnetReader();
      const pieces: number[] = [];
      for (let at = 0; at < octets.length; at += size + 1)
        pieces.push(...reader.take(Uint8Array.from(octets.slice(at, at + size + 1))).typed);
      assert.deepEqual(pieces, [...whole]);
    }),
  );
});

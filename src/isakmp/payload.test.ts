import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { attribute, PAYLOADS } from "../../test/support/isakmp-arbitraries.ts";
import { hex } from "../base/octets.ts";
import { Reader } from "../base/reader.ts";
import {
  attributeNumber,
  basicAttribute,
  decodeBody,
  encodeBody,
  payloadTypeOf,
  variableAttribute,
} from "./payload.ts";

fc.configureGlobal({ seed: 2409 });

for (const [kind, arbitrary] of Object.entries(PAYLOADS)) {
  test(`${kind}: what is encoded decodes to the same payload, and that encodes to the same octets`, () => {
    fc.assert(
      fc.property(arbitrary, (payload) => {
        const bytes = encodeBody(payload);
        const decoded = decodeBody(payloadTypeOf(payload), new Reader(bytes));
        assert.deepEqual(decoded, payload);
        assert.equal(hex(encodeBody(decoded)), hex(bytes));
      }),
      { numRuns: 300 },
    );
  });
}

test("a number survives both forms of an attribute that can hold it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7fff }), fc.integer({ min: 0, max: 0xffff }), (type, value) => {
      assert.equal(attributeNumber(basicAttribute(type, value)), value);
      assert.equal(attributeNumber(variableAttribute(type, value)), value);
    }),
  );
});

test("an attribute's number is that of its octets in network order, if 48 bits hold it", () => {
  fc.assert(
    fc.property(attribute, (a) => {
      const expected = a.value.length === 0 ? undefined : BigInt(`0x${hex(a.value)}`);
      const fits = expected !== undefined && expected < 2n ** 48n;
      assert.equal(attributeNumber(a), fits ? Number(expected) : undefined);
    }),
  );
});

test("lifetimes keep the four octets that IOS sends them in", () => {
  assert.equal(hex(variableAttribute(12, 86400).value), "00015180");
  assert.equal(attributeNumber(variableAttribute(12, new Uint8Array([0, 0, 0, 0, 1, 0, 0, 0, 0]))), 2 ** 32);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contentOf, KEEPALIVE, withMarker, withoutMarker } from "./udp-encapsulation.ts";

test("a marked message is IKE, whatever it contains", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 100 }), (message) => {
      const marked = withMarker(message);
      fc.pre(marked.length >= 8);
      assert.equal(contentOf(marked, 0, marked.length), "ike");
      assert.deepEqual(withoutMarker(marked, 0, marked.length), message);
    }),
  );
});

test("a datagram that begins with an SPI is ESP", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 100 }), (bytes) => {
      fc.pre(bytes.subarray(0, 4).some((octet) => octet !== 0));
      assert.equal(contentOf(bytes, 0, bytes.length), "esp");
    }),
  );
});

test("keepalives and stumps are nothing", () => {
  assert.equal(contentOf(KEEPALIVE, 0, 1), "nothing");
  for (let length = 0; length < 8; length++)
    assert.equal(contentOf(new Uint8Array(9), 1, 1 + length), "nothing");
});

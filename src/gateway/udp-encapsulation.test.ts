import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { gatewayOf } from "../../test/support/gateway-pair.ts";
import { A, B } from "../../test/support/ike-pair.ts";
import { instant } from "../base/time.ts";
import { ipv4 } from "../net/ip-address.ts";
import { contentOf, KEEPALIVE, withMarker, withoutMarker } from "./udp-encapsulation.ts";

fc.configureGlobal({ seed: 2409 });

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

test("port 4500 without an SA holds nothing: keepalives, ESP, stumps and messages of no SA", () => {
  const gateway = gatewayOf(B, A, {});
  const messages = [
    KEEPALIVE,
    new Uint8Array(0),
    new Uint8Array(4),
    new Uint8Array(7),
    new Uint8Array(100).fill(0xff),
    withMarker(new Uint8Array(28).fill(1)),
    withMarker(new Uint8Array(3)),
  ];
  for (let i = 0; i < 1000; i++)
    for (const bytes of messages)
      for (const effect of gateway.handle(instant(i), {
        kind: "datagram",
        local: { address: B, port: 4500 },
        remote: { address: ipv4(`198.51.100.${i % 256}`), port: 1024 + i },
        bytes,
      }))
        assert.equal(effect.kind, "event", "nothing but words");
  const { ike, ipsec } = gateway.view(instant(1000));
  assert.deepEqual([ike.isakmpSas.length, ike.halfOpen, ike.jobsRunning], [0, 0, 0]);
  assert.ok(
    ipsec.flows.every(({ inbound }) => inbound.length === 0),
    "no SA",
  );
});

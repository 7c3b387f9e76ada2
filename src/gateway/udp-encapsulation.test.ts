import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ipv4 } from "../net/ip-address.ts";
import { parseIpv4Packet } from "../net/ipv4-packet.ts";
import { contentOf, espPacket, KEEPALIVE, withMarker } from "./udp-encapsulation.ts";

test("a marked message is IKE, whatever it contains", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 100 }), (message) => {
      assert.deepEqual(contentOf(withMarker(message)), { kind: "ike", bytes: message });
    }),
  );
});

test("a datagram that begins with an SPI is ESP", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 100 }), (bytes) => {
      fc.pre(bytes.subarray(0, 4).some((octet) => octet !== 0));
      assert.equal(contentOf(bytes).kind, "esp");
    }),
  );
});

test("keepalives and stumps are nothing", () => {
  assert.equal(contentOf(KEEPALIVE).kind, "nothing");
  for (let length = 0; length < 8; length++) assert.equal(contentOf(new Uint8Array(length)).kind, "nothing");
});

test("ESP taken out of UDP is the packet it would have been without", () => {
  const esp = Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 1, 9, 9);
  const packet = parseIpv4Packet(espPacket(ipv4("192.0.2.1"), ipv4("192.0.2.2"), esp));
  assert.equal(packet?.protocol, 50);
  assert.deepEqual(packet?.payload, esp);
  assert.equal(packet?.source, "192.0.2.1");
});

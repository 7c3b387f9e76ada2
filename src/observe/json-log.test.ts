import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayPair } from "../../test/support/gateway-pair.ts";
import { utf8 } from "../base/octets.ts";
import { instant } from "../base/time.ts";
import { Secret } from "../crypto/secret.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { jsonLine } from "./json-log.ts";

test("every event of a negotiation is one line of JSON that says when, where and what", () => {
  const pair = new GatewayPair();
  const header = { source: ipv4("10.1.1.1"), destination: ipv4("10.1.2.1"), protocol: 1, timeToLive: 254 };
  pair.triggerFromA(buildIpv4Packet({ ...header, identification: 1 }, new Uint8Array(80)));
  assert.ok(pair.events.A.length > 30);
  for (const event of pair.events.A) {
    const line = jsonLine(event, "Initiator");
    assert.ok(!line.includes("\n"));
    const value: unknown = JSON.parse(line);
    assert.ok(typeof value === "object" && value !== null);
    assert.deepEqual(Object.keys(value).slice(0, 3), ["at", "router", "kind"]);
    assert.ok("kind" in value && value.kind === event.kind);
  }
});

test("octets are hexadecimal", () => {
  const line = jsonLine({
    at: instant(1500),
    kind: "notify-received",
    sa: {
      connId: 1,
      role: "initiator",
      local: { address: ipv4("192.0.2.1"), port: 500 },
      remote: { address: ipv4("192.0.2.2"), port: 500 },
      initiatorCookie: "0102030405060708",
      responderCookie: "0000000000000000",
    },
    notifyType: 14,
    isProtected: false,
    spi: Uint8Array.of(1, 0xab),
  });
  assert.match(line, /^\{"at":1500,"kind":"notify-received",/);
  assert.match(line, /"spi":"01ab"\}$/);
});

test("neither a secret nor the key of a quoted line is written", () => {
  const event = {
    at: instant(0),
    kind: "bug",
    detail: "crypto isakmp key jw4ep9846804ijl address 1.2.3.4",
    // An event has no secrets; should one slip in, it stays one.
    leaked: { key: new Secret(utf8("jw4ep9846804ijl")) },
  } as const;
  const line = jsonLine(event);
  assert.ok(!line.includes("jw4ep"));
  assert.match(line, /"leaked":\{"key":"\[secret\]"\}/);
});

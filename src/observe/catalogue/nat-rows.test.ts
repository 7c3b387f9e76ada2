import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../../base/time.ts";
import type { GatewayEvent } from "../../gateway/contract.ts";
import type { SaReference } from "../../ike/events.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { IosDebug } from "../ios-debug.ts";

const SA: SaReference = {
  connId: 1,
  role: "responder",
  initiatorCookie: "01".repeat(8),
  responderCookie: "02".repeat(8),
  local: { address: ipv4("192.0.2.2"), port: 4500 },
  remote: { address: ipv4("198.51.100.7"), port: 5500 },
};

for (const [localBehindNat, remoteBehindNat, verdict] of [
  [false, false, "No NAT Found for self or peer"],
  [true, false, "My hash no match -  this node inside NAT"],
  [false, true, "His hash no match - this node outside NAT"],
  [true, true, "NAT found, both nodes inside NAT"],
] as const)
  test(`debug crypto isakmp: ${verdict}`, () => {
    const found = { method: "RFC 3947", payloadType: 20, localBehindNat, remoteBehindNat };
    const lines = new IosDebug().read({ at: instant(1), kind: "nat-discovered", sa: SA, ...found });
    assert.deepEqual(
      lines.flatMap((message) => message.lines),
      ["ISAKMP: received payload type 20", "ISAKMP: received payload type 20", `ISAKMP (0:1): ${verdict}`],
    );
  });

for (const [ownPort, own] of [
  [4500, ""],
  [500, ", and we at our port 4500"],
] as const)
  test(`debug crypto isakmp says where a peer has gone that we spoke with on port ${ownPort}`, () => {
    const from = {
      local: { ...SA.local, port: ownPort },
      remote: { address: ipv4("198.51.100.9"), port: 1024 },
    };
    const [message] = new IosDebug().read({ at: instant(1), kind: "peer-moved", sa: SA, from });
    assert.deepEqual(message?.lines, [
      `ISAKMP (0:1): peer is now at 198.51.100.7 port 5500${own}; it was at 198.51.100.9 port 1024`,
    ]);
  });

test("where ports are not IKE's own, debug crypto isakmp shows them beside each packet", () => {
  const message = { at: instant(1), sa: SA, exchange: "informational", step: "INFO", messageId: 7 } as const;
  const lines = (event: GatewayEvent) => new IosDebug().read(event).flatMap((each) => each.lines);
  assert.deepEqual(lines({ ...message, kind: "message-received", length: 84 }), [
    "ISAKMP (0:1): received packet from 198.51.100.7 dport 4500 sport 5500 (R) QM_IDLE",
  ]);
  assert.deepEqual(lines({ ...message, kind: "message-sent", length: 84, retransmission: 0 }), [
    "ISAKMP (0:1): sending packet to 198.51.100.7 my_port 4500 peer_port 5500 (R) QM_IDLE",
  ]);
});

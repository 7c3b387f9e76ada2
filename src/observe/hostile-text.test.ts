/** Whatever a peer or a file writes into an event, every reader of events gives single lines of visible characters. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instant } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import type { SaReference } from "../ike/events.ts";
import { ipv4 } from "../net/ip-address.ts";
import { explanation } from "./explanation.ts";
import { IosDebug } from "./ios-debug.ts";
import { jsonLine } from "./json-log.ts";
import { Ladder } from "./ladder.ts";
import { Syslog } from "./syslog.ts";

fc.configureGlobal({ seed: 2409 });

const SA: SaReference = {
  connId: 1,
  role: "responder",
  local: { address: ipv4("192.0.2.1"), port: 500 },
  remote: { address: ipv4("192.0.2.2"), port: 500 },
  initiatorCookie: "0102030405060708",
  responderCookie: "0807060504030201",
};

/** An event of every kind that carries text of others. */
function eventsWith(text: string, octets: Uint8Array): GatewayEvent[] {
  const at = instant(0);
  const { local, remote } = SA;
  const origin = { file: text, line: 1, text };
  const attribute = { type: 65535, value: octets, encoding: "variable" } as const;
  const mismatch = { attribute: "group", offered: text, accepted: text, origin } as const;
  const quick = { at, sa: SA, messageId: 5 } as const;
  return [
    { at, kind: "pre-shared-key-found", sa: SA, peer: text, origin },
    { at, kind: "vendor-id-received", sa: SA, vendorId: octets, name: text },
    { at, kind: "peer-authenticated", sa: SA, identity: text },
    { at, kind: "message-dropped", sa: SA, local, remote, reason: "malformed", detail: text },
    { at, kind: "message-dropped", sa: undefined, local, remote, reason: "limit", detail: text },
    { at, kind: "delete-received", sa: SA, protocol: "esp", spis: Array.from({ length: 20 }, () => text) },
    {
      ...quick,
      kind: "ipsec-transform-checked",
      proposalNumber: 1,
      transformNumber: 1,
      transform: text,
      attributes: [attribute],
      accepted: false,
      mismatches: [mismatch],
    },
    {
      at,
      kind: "negotiation-failed",
      sa: SA,
      peer: remote.address,
      exchange: "main",
      role: "responder",
      reason: "no proposal chosen",
      mismatches: [mismatch],
      origin,
      explanation: text,
    },
    {
      at,
      kind: "packet-dropped",
      reason: "malformed",
      source: remote.address,
      destination: local.address,
      protocol: 50,
      spi: undefined,
      sequenceNumber: undefined,
      flow: undefined,
      detail: text,
      notTold: 0,
    },
    { at, kind: "bug", detail: text },
  ];
}

test("no reader of events lets a control character or a line end through", () => {
  const bad = fc.constantFrom(
    "\u0000",
    "\n",
    "\r",
    "\u001b",
    "\u007f",
    "\u009b",
    "\u2028",
    "\u2029",
    '"',
    "key ",
  );
  const texts = fc
    .array(fc.oneof(bad, fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 12 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, fc.uint8Array({ maxLength: 100 }), (text, octets) => {
      const debug = new IosDebug();
      const syslog = new Syslog();
      const ladder = new Ladder();
      const lines: string[] = [];
      for (const event of eventsWith(text, octets)) {
        lines.push(...debug.read(event).flatMap((message) => message.lines));
        lines.push(...syslog.read(event).flat());
        lines.push(explanation(event) ?? "", jsonLine(event, "router"));
        ladder.add(event);
      }
      lines.push(...ladder.lines());
      for (const line of lines) assert.match(line, /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u);
    }),
  );
});

test("what a peer sends in bulk is shown in part", () => {
  const long = eventsWith("x".repeat(100_000), new Uint8Array(60_000));
  const debug = new IosDebug();
  for (const event of long)
    for (const { lines } of debug.read(event))
      for (const line of lines) assert.ok(line.length < 3000, `${event.kind}: ${line.length}`);
});

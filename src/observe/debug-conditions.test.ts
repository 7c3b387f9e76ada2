/** Debugging about some peers alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { ipv4 } from "../net/ip-address.ts";
import { blockOf, host } from "../net/selector.ts";
import { admits, type DebugConditions, NO_CONDITIONS } from "./debug-conditions.ts";
import { DebugFilter } from "./debug-filter.ts";

const PEER = ipv4("192.0.2.2");
const OTHER = ipv4("198.51.100.9");
const AT = instant(0);

function established(peer = PEER, connId = 1): GatewayEvent {
  return {
    at: AT,
    kind: "peer-authenticated",
    identity: "somebody",
    sa: {
      connId,
      role: "initiator",
      local: { address: ipv4("192.0.2.1"), port: 500 },
      remote: { address: peer, port: 500 },
      initiatorCookie: "0102030405060708",
      responderCookie: "0807060504030201",
    },
  };
}

const REMOVED: GatewayEvent = {
  at: AT,
  kind: "sa-removed",
  direction: "inbound",
  spi: 0x1000,
  connId: 2001,
  destination: ipv4("192.0.2.1"),
  peer: PEER,
  suite: { encryption: "des", integrity: "sha1" },
  reason: "cleared",
};

const LOST: GatewayEvent = {
  at: AT,
  kind: "packet-dropped",
  reason: "unknown spi",
  source: PEER,
  destination: ipv4("192.0.2.1"),
  protocol: 50,
  spi: 0x1000,
  sequenceNumber: 1,
  flow: undefined,
  detail: "",
  notTold: 0,
};

const MISTAKE: GatewayEvent = { at: AT, kind: "bug", detail: "none" };

test("without conditions everything is told", () => {
  for (const event of [established(), REMOVED, LOST, MISTAKE])
    assert.ok(admits(NO_CONDITIONS, event), event.kind);
});

test("a condition on a peer leaves what is about it", () => {
  for (const block of [host(PEER), blockOf(ipv4("192.0.2.0"), ipv4("255.255.255.0"))]) {
    const conditions: DebugConditions = { ...NO_CONDITIONS, peers: [block] };
    for (const event of [established(), REMOVED, LOST]) assert.ok(admits(conditions, event), event.kind);
    assert.ok(!admits(conditions, established(OTHER)), "another peer");
  }
});

test("a condition on a connection id leaves that SA", () => {
  const conditions: DebugConditions = { ...NO_CONDITIONS, connIds: [1, 2001] };
  assert.ok(admits(conditions, established(OTHER, 1)), "its ISAKMP SA");
  assert.ok(admits(conditions, REMOVED), "its IPsec SA");
  assert.ok(!admits(conditions, established(PEER, 2)), "another SA");
});

test("what is about nobody is told where that is asked for", () => {
  const conditions: DebugConditions = { ...NO_CONDITIONS, peers: [host(PEER)] };
  assert.ok(!admits(conditions, MISTAKE), "not by default");
  assert.ok(admits({ ...conditions, unmatched: true }, MISTAKE), "unmatched");
});

test("a filter tells what its flags and its conditions let through", () => {
  const filter = new DebugFilter(new Set());
  assert.deepEqual(filter.read(established()), [], "nothing is on");
  filter.set("isakmp", true);
  assert.equal(filter.read(established()).length, 1, "it is on");
  assert.deepEqual(filter.read(REMOVED), [], "another subsystem");
  filter.conditions = { ...NO_CONDITIONS, peers: [host(OTHER)] };
  assert.deepEqual(filter.read(established()), [], "another peer");
});

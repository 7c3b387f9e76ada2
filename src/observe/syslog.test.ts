import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayPair } from "../../test/support/gateway-pair.ts";
import { type Instant, instant } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import type { EventOf } from "./entry.ts";
import { isakmpOnOff, Syslog } from "./syslog.ts";

const A = ipv4("172.16.172.10");
const B = ipv4("172.16.172.20");

test("a negotiation that succeeds is not logged", () => {
  const { events } = run({}, {});
  assert.deepEqual(logged(events.A.concat(events.B)), []);
});

test("keys that differ end in IKMP_BAD_MESSAGE where the proof came, and in a mode failure where it was given", () => {
  const { events } = run({}, { key: "another key" });
  assert.equal(
    logged(events.B)[0],
    `%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from ${A} failed its sanity check or is malformed`,
  );
  assert.deepEqual(logged(events.A), [
    `%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at ${B}`,
  ]);
});

test("policies that do not match end in a failure of main mode, and of informational mode at the initiator", () => {
  const suite = {
    priority: 1,
    encryption: "des",
    hash: "md5",
    authentication: "pre-share",
    group: 2,
  } as const;
  const { events } = run({}, { suites: [{ ...suite, lifetimeSeconds: 86400, origin: undefined }] });
  assert.equal(
    logged(events.B)[0],
    `%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at ${A}`,
  );
  assert.equal(
    logged(events.A)[0],
    `%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Informational mode failed with peer at ${B}`,
  );
});

test("access lists that do not mirror each other end in a failure of quick mode", () => {
  const block = (text: string) => ({ address: ipv4(text), wildcard: ipv4("0.0.0.255") });
  const ports = { low: 0, high: 65535 };
  const selector = {
    protocol: 0,
    local: block("10.1.3.0"),
    localPorts: ports,
    remote: block("10.1.1.0"),
    remotePorts: ports,
  };
  const { events } = run({}, { selector });
  assert.deepEqual(logged(events.B), [
    `%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at ${A}`,
  ]);
  assert.deepEqual(logged(events.A), [
    `%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Informational mode failed with peer at ${B}`,
  ]);
});

test("messages without an SA, in clear or too early have their own lines", () => {
  const lines = (reason: EventOf<"message-dropped">["reason"]) => logged([dropped(instant(0), reason)]);
  assert.deepEqual(lines("unknown cookies"), [
    `%CRYPTO-4-IKMP_NO_SA: IKE message from ${B} has no SA and is not an initialization offer`,
  ]);
  assert.deepEqual(lines("not encrypted"), [
    `%CRYPTO-6-IKMP_NOT_ENCRYPTED: IKE packet from ${B} was not encrypted and it should've been.`,
  ]);
  assert.deepEqual(lines("not authenticated"), [
    `%CRYPTO-6-IKMP_SA_NOT_AUTH: Cannot accept Quick Mode exchange from ${B} if SA is not authenticated!`,
  ]);
  assert.deepEqual(lines("busy"), []);
});

test("packets that IPsec does not let through are logged as IOS logs them", () => {
  const packet: EventOf<"packet-dropped"> = {
    at: instant(0),
    kind: "packet-dropped",
    reason: "unknown spi",
    source: B,
    destination: A,
    protocol: 50,
    spi: 0x8eab0b22,
    sequenceNumber: 17,
    flow: undefined,
    detail: "",
    notTold: 0,
  };
  assert.deepEqual(logged([packet]), [
    `%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=${A}, prot=50, spi=0x8EAB0B22(2393574178), srcaddr=${B}`,
  ]);
  assert.deepEqual(logged([{ ...packet, reason: "replayed", connId: 2029 }]), [
    "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed connection id=2029, sequence number=17",
  ]);
  assert.deepEqual(logged([{ ...packet, reason: "bad icv", notTold: 3 }]), [
    "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for spi=0x8EAB0B22(2393574178) (3 more like it)",
  ]);
  assert.deepEqual(logged([{ ...packet, reason: "not protected", protocol: 1 }]), [
    "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet.",
    `        (ip) dest_addr= ${A}, src_addr= ${B}, prot= 1`,
  ]);
});

test("how long packets may be is told with who said it, and when that is forgotten", () => {
  const shorter = { kind: "path-mtu-changed", local: A, peer: B, before: 1500, mtu: 1400 } as const;
  const longer = { ...shorter, before: 1400, mtu: 1500, reporter: undefined };
  assert.deepEqual(
    logged([
      { at: instant(0), ...shorter, reporter: ipv4("192.0.2.1") },
      { at: instant(600_000), ...longer },
    ]),
    [
      `%SKEYID-6-PATH_MTU: packets to ${B} may be 1400 bytes long, says 192.0.2.1`,
      `%SKEYID-6-PATH_MTU: packets to ${B} may be as long as 1500 bytes again, until a router says otherwise`,
    ],
  );
});

test("a peer of a dynamic map with the inner addresses of another is logged", () => {
  const block = { address: ipv4("10.1.2.0"), wildcard: ipv4("0.0.0.255") };
  const ports = { low: 0, high: 65_535 };
  const selector = { protocol: 0, local: block, localPorts: ports, remote: block, remotePorts: ports };
  assert.deepEqual(
    logged([
      { at: instant(0), kind: "flow-taken-over", localAddress: A, selector, from: B, to: ipv4("192.0.2.7") },
    ]),
    [
      `%SKEYID-5-FLOW_TAKEN_OVER: 192.0.2.7 has SAs for the addresses that ${B} has them for: packets to 10.1.2.0/255.255.255.0/0/0 go to 192.0.2.7 now`,
    ],
  );
});

test("switching ISAKMP on and off is logged", () => {
  assert.deepEqual(isakmpOnOff(true), ["%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"]);
  assert.deepEqual(isakmpOnOff(false), ["%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"]);
});

test("a peer's rubbish fills no log: five lines of a kind in a minute, then the next minute's", () => {
  const flood = Array.from({ length: 600 }, (_, i) => dropped(instant(i * 100), "malformed"));
  assert.equal(logged(flood).length, 5);
  const next = dropped(instant(60_000), "malformed");
  assert.equal(logged([...flood, next]).length, 6);
  const other = {
    ...dropped(instant(59_000), "malformed"),
    remote: { address: ipv4("192.0.2.7"), port: 500 },
  };
  assert.equal(logged([...flood, other]).length, 6);
});

test("a bug of ours is logged as ours", () => {
  const [line] = logged([{ at: instant(0), kind: "bug", detail: "unexpected\nvalue" }]);
  assert.equal(line, "%SKEYID-2-BUG: unexpected\\x0avalue");
});

function dropped(at: Instant, reason: EventOf<"message-dropped">["reason"]): EventOf<"message-dropped"> {
  const local = { address: A, port: 500 };
  const remote = { address: B, port: 500 };
  return { at, kind: "message-dropped", sa: undefined, local, remote, reason, detail: "" };
}

type Changes = ConstructorParameters<typeof GatewayPair>[0];

function run(a: Changes, b: Changes): GatewayPair {
  const pair = new GatewayPair(a, b);
  const header = { source: ipv4("10.1.1.1"), destination: ipv4("10.1.2.1"), protocol: 1, timeToLive: 254 };
  pair.triggerFromA(buildIpv4Packet({ ...header, identification: 1 }, new Uint8Array(80)));
  pair.runFor(120);
  return pair;
}

function logged(events: readonly GatewayEvent[]): string[] {
  const syslog = new Syslog();
  return events.flatMap((event) => syslog.read(event)).flat();
}

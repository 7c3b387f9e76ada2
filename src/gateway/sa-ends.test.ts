/** How SAs end at both gateways: by being idle, by being cleared in each of the ways there are, and by what a peer has lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayPair } from "../../test/support/gateway-pair.ts";
import { A, B } from "../../test/support/ike-pair.ts";
import { concat, u32Octets } from "../base/octets.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import type { GatewayRequest } from "./contract.ts";

const PACKET = buildIpv4Packet(
  {
    source: ipv4("10.1.1.1"),
    destination: ipv4("10.1.2.1"),
    protocol: 17,
    timeToLive: 64,
    identification: 1,
  },
  new Uint8Array(8),
);

function up(...changes: ConstructorParameters<typeof GatewayPair>): GatewayPair {
  const pair = new GatewayPair(...changes);
  pair.triggerFromA(PACKET);
  assert.deepEqual(counts(pair), { A: [1, 1], B: [1, 1] });
  return pair;
}

/** ISAKMP SAs and pairs of IPsec SAs. */
function counts(pair: GatewayPair): { A: number[]; B: number[] } {
  const of = (name: "A" | "B") => {
    const { ike, ipsec } = pair.gateways[name].view(pair.now);
    return [ike.isakmpSas.length, ipsec.flows.reduce((sum, flow) => sum + flow.inbound.length, 0)];
  };
  return { A: of("A"), B: of("B") };
}

test("a pair that carries nothing for the idle time goes, at both ends; one that is used stays", () => {
  const pair = up({ idleTime: { seconds: 60, returnsToFirstPeer: false } });
  for (let i = 0; i < 6; i++) {
    pair.runFor(30);
    pair.triggerFromA(PACKET);
  }
  assert.deepEqual(counts(pair), { A: [1, 1], B: [1, 1] });
  pair.runFor(55);
  assert.deepEqual(counts(pair), { A: [1, 1], B: [1, 1] });
  pair.runFor(25);
  assert.deepEqual(counts(pair), { A: [1, 0], B: [1, 0] });
  const removed = pair.events.A.filter((event) => event.kind === "sa-removed").map(({ reason }) => reason);
  assert.deepEqual(removed, ["idle", "idle"]);
});

test("without an idle time an unused pair stays for its lifetime", () => {
  const pair = up();
  pair.runFor(3000);
  assert.deepEqual(counts(pair), { A: [1, 1], B: [1, 1] });
});

const spiAt = (pair: GatewayPair, direction: "inbound" | "outbound"): number =>
  pair.gateways.A.view(pair.now).ipsec.flows[0]?.[direction][0]?.spi ?? 0;

const CLEARED: readonly [string, (pair: GatewayPair) => GatewayRequest, number[]][] = [
  ["all", () => ({ kind: "clear-ipsec-sas" }), [1, 0]],
  ["those of the peer", () => ({ kind: "clear-ipsec-sas", peer: B }), [1, 0]],
  ["those of another peer", () => ({ kind: "clear-ipsec-sas", peer: A }), [1, 1]],
  ["those of the map", () => ({ kind: "clear-ipsec-sas", mapName: "vpn" }), [1, 0]],
  ["those of another map", () => ({ kind: "clear-ipsec-sas", mapName: "other" }), [1, 1]],
  [
    "the inbound SA",
    (pair) => ({
      kind: "clear-ipsec-sas",
      entry: { destination: A, protocol: "esp", spi: spiAt(pair, "inbound") },
    }),
    [1, 0],
  ],
  [
    "the outbound SA",
    (pair) => ({
      kind: "clear-ipsec-sas",
      entry: { destination: B, protocol: "esp", spi: spiAt(pair, "outbound") },
    }),
    [1, 0],
  ],
  [
    "an SPI that goes elsewhere",
    (pair) => ({
      kind: "clear-ipsec-sas",
      entry: { destination: B, protocol: "esp", spi: spiAt(pair, "inbound") },
    }),
    [1, 1],
  ],
  ["the session with the peer", () => ({ kind: "clear-sessions", peer: B }), [0, 0]],
  ["the sessions of our address", () => ({ kind: "clear-sessions", localAddress: A }), [0, 0]],
  ["the sessions of another address", () => ({ kind: "clear-sessions", localAddress: B }), [1, 1]],
];

for (const [what, request, left] of CLEARED)
  test(`clearing ${what} leaves ${left.join(" and ")}, at both ends`, () => {
    const pair = up();
    pair.input("A", { kind: "request", request: request(pair) });
    assert.deepEqual(counts(pair), { A: left, B: left });
  });

test("a gateway that has lost its SAs tells its peer so when its ESP comes, and the peer takes them down", () => {
  const pair = up({ invalidSpiRecovery: true });
  const theirs = spiAt(pair, "inbound");
  // As after a restart: nothing is known here, and nothing was said.
  const fresh = new GatewayPair({ invalidSpiRecovery: true });
  Object.assign(pair.gateways, { A: fresh.gateways.A });
  assert.deepEqual(counts(pair), { A: [0, 0], B: [1, 1] });
  const esp = concat(u32Octets(theirs), u32Octets(7), new Uint8Array(40));
  const outer = { source: B, destination: A, protocol: 50, timeToLive: 64, identification: 1 };
  pair.input("A", { kind: "esp", interfaceName: "Ethernet1/0", bytes: buildIpv4Packet(outer, esp) });
  assert.equal(counts(pair).B[1], 0, "no pair is left that nobody receives on");
});

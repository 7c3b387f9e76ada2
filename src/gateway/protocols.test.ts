/** Whatever a transform set says, from the request to the packet: AH alone, ESP alone and both, each SA by an SPI of its own. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HOST_A, HOST_B, udpPacket } from "../../test/support/data-plane-fixtures.ts";
import { GatewayPair } from "../../test/support/gateway-pair.ts";
import { A, B, SELECTOR, TRANSFORM_SET } from "../../test/support/ike-pair.ts";
import { hex } from "../base/octets.ts";
import { type HashName, protocolOf, type SaProtocol } from "../crypto/names.ts";
import { describeTransformSet, type TransformSet } from "../crypto/transform-set.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { host, mirror } from "../net/selector.ts";
import { u16At } from "../net/words.ts";

const HASHES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
const AH_ALONE: readonly TransformSet[] = HASHES.map((ah) => ({ ...TRANSFORM_SET, esp: undefined, ah }));
const BUNDLES: readonly TransformSet[] = HASHES.map((ah) => ({ ...TRANSFORM_SET, ah }));
const SETS = [TRANSFORM_SET, ...AH_ALONE, ...BUNDLES];
const BETWEEN_PEERS = { ...SELECTOR, local: host(A), remote: host(B) };

describe("two gateways", () => {
  for (const set of SETS)
    it(`protect by ${describeTransformSet(set)}, in both modes, with PFS and without`, () => {
      for (const mode of ["tunnel", "transport"] as const)
        for (const pfs of [{}, { pfsGroup: 2 as const }]) {
          const selector = mode === "tunnel" ? SELECTOR : BETWEEN_PEERS;
          const changes = { transformSets: [{ ...set, mode }], ...pfs };
          const pair = new GatewayPair({ ...changes, selector }, { ...changes, selector: mirror(selector) });
          const ends = mode === "tunnel" ? {} : { source: A, destination: B };
          const there = udpPacket(60, ends);
          const back = udpPacket(
            60,
            mode === "tunnel"
              ? { source: ipv4("10.1.2.1"), destination: ipv4("10.1.1.1") }
              : { source: B, destination: A },
          );
          pair.send("A", there);
          pair.send("A", there);
          pair.send("B", back);
          assert.deepEqual(pair.received.B.map(hex), [hex(there)]);
          assert.deepEqual(pair.received.A.map(hex), [hex(back)]);
          const [a, b] = [sasOf(pair, "A"), sasOf(pair, "B")];
          assert.deepEqual([a.inbound, a.outbound], [b.outbound, b.inbound]);
          const protocols = [
            ...(set.ah === undefined ? [] : ["ah"]),
            ...(set.esp === undefined ? [] : ["esp"]),
          ];
          assert.deepEqual(
            a.inbound.map(({ protocol }) => protocol),
            protocols,
          );
          assert.equal(
            new Set([...a.inbound, ...b.inbound].map(({ spi }) => spi)).size,
            protocols.length * 2,
          );
        }
    });

  it("lower what TCP connections announce if they are to, and never otherwise", () => {
    const segment = Uint8Array.of(
      ...[4, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 16, 0, 0, 0, 0, 0],
      ...[2, 4, 5, 0xb4],
    );
    const begins = { source: HOST_A, destination: HOST_B, protocol: 6, timeToLive: 64, identification: 1 };
    for (const [lowersMss, announced] of [
      [true, 1406],
      [false, 1460],
    ] as const) {
      const pair = new GatewayPair({}, {}, undefined, { lowersMss, holdPackets: true });
      pair.send("A", buildIpv4Packet(begins, segment));
      const [received] = pair.received.B;
      assert.ok(received, "the packet came");
      assert.equal(u16At(received, 42), announced);
    }
  });

  it("lose both protocols' SAs where one end clears either, and tell each other of both", () => {
    for (const protocol of ["ah", "esp"] as const) {
      const pair = upWith(BUNDLES[1]);
      const spi = sasOf(pair, "A").inbound.find((sa) => sa.protocol === protocol)?.spi ?? 0;
      const { inbound } = sasOf(pair, "A");
      pair.input("A", {
        kind: "request",
        request: { kind: "clear-ipsec-sas", entry: { destination: A, protocol, spi } },
      });
      for (const end of ["A", "B"] as const)
        assert.deepEqual(sasOf(pair, end), { inbound: [], outbound: [] });
      const told = pair.events.B.flatMap((event) =>
        event.kind === "delete-received"
          ? [{ protocol: event.protocol, spi: Number.parseInt(event.spis[0] ?? "", 16) }]
          : [],
      );
      assert.deepEqual(told, inbound);
    }
  });

  it("recover where one has lost its bundle: AH with an SPI of nobody's ends it at its sender", () => {
    const recovering = { transformSets: [BUNDLES[1] ?? TRANSFORM_SET], invalidSpiRecovery: true };
    const pair = new GatewayPair(recovering, recovering);
    pair.send("A", udpPacket(60));
    const forged = buildIpv4Packet(
      { source: B, destination: A, protocol: 51, timeToLive: 64, identification: 1 },
      new Uint8Array(24).fill(7),
    );
    pair.input("A", { kind: "ah", interfaceName: "Ethernet1/0", bytes: forged });
    assert.equal(sasOf(pair, "B").inbound.length, 2, "an SPI that B never used takes nothing away");
    // What B sends by, A has no more, and has not said so.
    pair.runFor(61);
    pair.gateways.A.handle(pair.now, { kind: "request", request: { kind: "clear-ipsec-sas" } });
    pair.send("B", udpPacket(60, { source: ipv4("10.1.2.1"), destination: ipv4("10.1.1.1") }));
    assert.deepEqual(sasOf(pair, "B"), { inbound: [], outbound: [] });
  });
});

function upWith(set: TransformSet = TRANSFORM_SET): GatewayPair {
  const pair = new GatewayPair({ transformSets: [set] }, { transformSets: [set] });
  pair.send("A", udpPacket(60));
  return pair;
}

interface Sas {
  readonly inbound: readonly { readonly protocol: SaProtocol; readonly spi: number }[];
  readonly outbound: Sas["inbound"];
}

function sasOf(pair: GatewayPair, end: "A" | "B"): Sas {
  const { flows } = pair.gateways[end].view(pair.now).ipsec;
  const of = (direction: "inbound" | "outbound") =>
    flows.flatMap((flow) => flow[direction].map(({ suite, spi }) => ({ protocol: protocolOf(suite), spi })));
  return { inbound: of("inbound"), outbound: of("outbound") };
}

/** ESP or AH for which there is no SA: its sender is told under an ISAKMP SA, and one is made for that only where it is configured. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, IkePair } from "../../test/support/ike-pair.ts";
import { Insider, notification } from "../../test/support/insider.ts";
import { u32Octets } from "../base/octets.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { type IpAddress, ipv4 } from "../net/ip-address.ts";
import type { IkeOutput } from "./engine-contract.ts";

const SPI = 0xabcdef12;

function lost(pair: IkePair, peer: IpAddress = B, protocol: "ah" | "esp" = "esp"): void {
  pair.input("A", { kind: "invalid-spi", protocol, localAddress: A, peer, spi: SPI });
}

function removed(pair: IkePair): Extract<IkeOutput, { kind: "remove-ipsec-sa" }>[] {
  return pair.outputs.B.filter((output) => output.kind === "remove-ipsec-sa");
}

for (const protocol of ["ah", "esp"] as const)
  test(`under an ISAKMP SA that is there the peer is told of ${protocol}, and takes its pair down`, () => {
    const pair = new IkePair();
    pair.negotiate("A");
    lost(pair, B, protocol);
    assert.deepEqual(removed(pair), [
      { kind: "remove-ipsec-sa", peer: A, direction: "outbound", protocol, spi: SPI, reason: "peer deleted" },
    ]);
  });

test("without one nothing is sent, unless recovery is configured", () => {
  const pair = new IkePair();
  lost(pair);
  assert.equal(pair.wire.length, 0);
});

test("with recovery one is made, and the peer is told under it", () => {
  const pair = new IkePair({ changes: { invalidSpiRecovery: true } });
  lost(pair);
  assert.equal(pair.engines.A.view().isakmpSas[0]?.state, "QM_IDLE");
  assert.equal(removed(pair)[0]?.spi, SPI);
  lost(pair);
  assert.equal(pair.engines.A.view().isakmpSas.length, 1, "the next is told under the same");
});

test("with recovery a stranger is not answered, and a peer that does not answer is not asked twice at a time", () => {
  const pair = new IkePair({ changes: { invalidSpiRecovery: true } });
  pair.network = () => [];
  lost(pair, ipv4("198.51.100.9"));
  assert.equal(pair.wire.length, 0, "a stranger");
  for (let i = 0; i < 20; i++) lost(pair);
  assert.equal(pair.engines.A.view().isakmpSas.length, 1);
  assert.equal(pair.wire.length, 1);
});

test("a peer's INVALID-SPI counts under protection, with an SPI of four octets in its field or its data", () => {
  for (const [fields, expected] of [
    [{ spi: u32Octets(SPI) }, 1],
    [{ data: u32Octets(SPI) }, 1],
    [{ spi: new Uint8Array(16) }, 0],
    [{}, 0],
  ] as const) {
    const insider = Insider.ofNew();
    insider.inform("A", notification(NOTIFY_TYPE["INVALID-SPI"], { protocolId: 3, ...fields }));
    assert.equal(removed(insider.pair).length, expected, JSON.stringify(fields));
  }
});

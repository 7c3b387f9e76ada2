/** Two clients behind one NAT have one address and are two peers all the same (RFC 3947 §6, RFC 3948 §5). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { behindNat, UPPER_HALF } from "../../test/support/clients-behind-nat.ts";
import { B, type IkePair, NAT, SELECTOR } from "../../test/support/ike-pair.ts";
import { Insider } from "../../test/support/insider.ts";
import { u32Octets } from "../base/octets.ts";
import { DOI, PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { ipv4 } from "../net/ip-address.ts";
import { mirror, type TrafficSelector } from "../net/selector.ts";
import type { KeyedSa } from "./engine-contract.ts";

test("a second client that wants the inner addresses of the first is refused, and both are told why (RFC 3948 §5.1)", () => {
  const { one, two } = twoClients(SELECTOR);
  const failed = two.event("B", "negotiation-failed");
  assert.equal(failed?.reason, "traffic of another peer");
  assert.match(
    failed?.explanation ?? "",
    /second peer behind the NAT 198\.51\.100\.7 .* which client1 there has/,
  );
  assert.equal(two.event("A", "negotiation-failed")?.reason, "peer refused");
  assert.deepEqual([one.installed("B").length, two.installed("B").length], [2, 0]);
  assert.deepEqual(removals(two), []);
  const [remembered] = two.engines.B.view().failures;
  assert.equal(remembered?.failure, failed);
});

test("each has the inner addresses of its own, and a client that comes back has those it had", () => {
  const { one, two } = twoClients(UPPER_HALF);
  assert.equal(two.installed("B").length, 2);
  const again = behindNat("client1", "second start", one.engines.B);
  again.runUntil(60_000);
  again.negotiate("A");
  assert.equal(again.installed("B").length, 2);
  assert.equal(again.event("B", "negotiation-failed"), undefined);
});

test("a client that comes after the first has left may have its inner addresses", () => {
  const { one, two } = twoClients(SELECTOR);
  const [inbound] = one.installed("B");
  one.engines.B.releaseSpi(inbound?.spi ?? 0);
  two.negotiate("A");
  assert.equal(two.installed("B").length, 2);
});

test("a pair is renewed, and its end told, with the client it is with", () => {
  const { one, two } = twoClients(UPPER_HALF);
  const clients: readonly (readonly [IkePair, TrafficSelector])[] = [
    [one, SELECTOR],
    [two, UPPER_HALF],
  ];
  for (const [client, selector] of clients) {
    const inbound = inboundOf(client);
    client.input("B", {
      kind: "negotiate",
      connectionId: "vpn 10 Ethernet1/0",
      peer: NAT,
      selector: mirror(selector),
      replaces: inbound.spi,
    });
    assert.equal(client.installed("B").length, 4, "the renewal has reached the client that understands it");
    client.input("B", {
      kind: "ipsec-sa-removed",
      peer: NAT,
      localAddress: B,
      inbound: [{ protocol: "esp", spi: inbound.spi }],
    });
    assert.deepEqual(client.event("A", "delete-received")?.spis, [inbound.spi.toString(16).padStart(8, "0")]);
  }
});

test("one client's Delete or INVALID-SPI does not reach the other's SAs", () => {
  const { one, two } = twoClients(UPPER_HALF);
  const insider = new Insider(two);
  const isakmp = new Insider(one).ownSpi;
  const { pairSpi } = inboundOf(one);
  insider.inform("A", {
    kind: "DELETE",
    doi: DOI.IPSEC,
    protocolId: PROTOCOL_ID.PROTO_IPSEC_ESP,
    spiSize: 4,
    spis: [u32Octets(pairSpi)],
  });
  insider.inform("A", {
    kind: "DELETE",
    doi: DOI.IPSEC,
    protocolId: PROTOCOL_ID.PROTO_ISAKMP,
    spiSize: 16,
    spis: [isakmp],
  });
  insider.inform("A", {
    kind: "NOTIFY",
    doi: DOI.IPSEC,
    protocolId: PROTOCOL_ID.PROTO_IPSEC_ESP,
    spi: u32Octets(pairSpi),
    notifyType: NOTIFY_TYPE["INVALID-SPI"],
    data: u32Octets(pairSpi),
  });
  assert.deepEqual(removals(two), []);
  assert.equal(two.engines.B.view().isakmpSas.length, 2);
  const dropped = two.events.B.filter((event) => event.kind === "message-dropped");
  assert.deepEqual(
    dropped.map(({ detail }) => detail),
    Array(3).fill("the end of what another peer behind its NAT has"),
  );
});

test("whether one client is there is told by its own traffic, also after it has moved", () => {
  const { one, two } = twoClients(UPPER_HALF, true);
  for (const client of [one, two]) {
    client.input("B", {
      kind: "peer-moved",
      localAddress: B,
      from: { address: NAT, port: 5500 },
      to: { address: ipv4("198.51.100.8"), port: 7777 },
    });
    client.runUntil(client.now + 30_000);
  }
  const asked = [...one.outputs.B, ...two.outputs.B].flatMap((output) =>
    output.kind === "ask-traffic" ? [output.inboundSpis ?? []] : [],
  );
  assert.ok(asked.length > 0, "traffic is asked for");
  for (const spis of asked)
    assert.ok(
      spis.length === 1 && [one, two].some((client) => inboundOf(client).spi === spis[0]),
      "by the one pair of the client",
    );
});

/** The gateway is theirs both. The second asks for what is given. */
function twoClients(
  selector: TrafficSelector,
  withDpd = false,
): { readonly one: IkePair; readonly two: IkePair } {
  const changes = withDpd
    ? { deadPeerDetection: { seconds: 10, retrySeconds: 2, mode: "periodic" } as const }
    : undefined;
  const one = behindNat("client1", "only start", undefined, changes);
  one.negotiate("A");
  const two = behindNat("client2", "only start", one.engines.B, changes);
  two.negotiate("A", selector);
  return { one, two };
}

/** The gateway's first from the client. */
function inboundOf(client: IkePair): KeyedSa {
  const inbound = client.installed("B").find(({ direction }) => direction === "inbound");
  assert.ok(inbound, "an inbound SA");
  return inbound;
}

function removals(client: IkePair): readonly number[] {
  return client.outputs.B.flatMap((output) => (output.kind === "remove-ipsec-sa" ? [output.spi] : []));
}

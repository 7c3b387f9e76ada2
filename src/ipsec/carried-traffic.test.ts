/** The data plane keeps the books where another carries the packets. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A,
  AES_SHA,
  at,
  B,
  CONNECTION,
  HOST_A,
  HOST_B,
  keyedPair,
  keysFor,
  mapEntry,
  NET_A,
  NET_B,
  POLICY_A,
  policyOf,
  rule,
  SELECTOR_A,
  seededRandom,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { NotedCarrier, UNUSED } from "../../test/support/noted-carrier.ts";
import { ipv4, ipv4ToNumber } from "../net/ip-address.ts";
import { host } from "../net/selector.ts";
import { DataPlane } from "./data-plane.ts";

const IN = 0x1000;
const OUT = 0x1001;
const hosts = { source: ipv4ToNumber(HOST_A), destination: ipv4ToNumber(HOST_B) };
const WANTED = { kind: "sa wanted", connectionId: CONNECTION, selector: SELECTOR_A, hosts } as const;

describe("a data plane whose packets another carries", () => {
  it("asks IKE once when an SA is wanted, and hands both directions over", () => {
    const { plane, carrier } = begun();
    carrier.news = [WANTED, WANTED];
    plane.wake(at(1));
    const [request, ...more] = outputsOf(plane.drain(), "negotiate");
    assert.deepEqual([request?.selector, request?.reason, more], [SELECTOR_A, "traffic", []]);
    install(plane);
    assert.deepEqual(carrier.spis, [IN, OUT]);
    assert.equal(eventsOf(plane.drain(), "sa-installed").length, 2);
  });

  it("does not ask for what there is by now, or what is on its way", () => {
    const { plane, carrier } = begun();
    const { inboundA, outboundA } = keyedPair({ spiOfA: IN });
    for (const half of [inboundA, outboundA]) {
      plane.install(at(0), half);
      carrier.news = [WANTED];
      plane.wake(at(1));
      assert.deepEqual(outputsOf(plane.drain(), "negotiate"), []);
    }
    plane.remove(at(2), B, OUT, "outbound", "peer deleted");
    carrier.news = [WANTED];
    plane.wake(at(3));
    assert.equal(outputsOf(plane.drain(), "negotiate").length, 1);
  });

  it("asks for each pair of hosts, where the entry is of level per-host", () => {
    const { plane, carrier } = begun(
      policyOf([mapEntry([rule("permit", NET_A, NET_B)], { isPerHost: true })]),
    );
    const others = { source: ipv4ToNumber(HOST_A) + 1, destination: ipv4ToNumber(HOST_B) };
    carrier.news = [WANTED, WANTED, { ...WANTED, hosts: others }];
    plane.wake(at(1));
    const asked = outputsOf(plane.drain(), "negotiate").map(({ selector }) => selector);
    assert.deepEqual(
      asked.map(({ local, remote }) => [local, remote]),
      [
        [host(HOST_A), host(HOST_B)],
        [host(ipv4("10.1.1.2")), host(HOST_B)],
      ],
    );
    const [selector = SELECTOR_A] = asked;
    install(plane, { selector });
    plane.drain();
    carrier.news = [WANTED];
    plane.wake(at(2));
    assert.deepEqual(outputsOf(plane.drain(), "negotiate"), []);
  });

  it("hands over its policy before what is keyed by hand", () => {
    const keys = (spi: number) => ({ suite: AES_SHA, spi, ...keysFor(AES_SHA, spi), ah: undefined });
    const manual = { inbound: keys(1001), outbound: keys(1002) };
    const policy = policyOf([mapEntry([rule("permit", NET_A, NET_B)], { manual })]);
    const { carrier } = begun(policy);
    assert.deepEqual([carrier.policies, carrier.spis], [[policy], [1001, 1002]]);
  });

  it("does not ask for what no line protects any more", () => {
    const { plane, carrier } = begun();
    carrier.news = [{ ...WANTED, connectionId: "vpn 20 Ethernet1/0" }];
    plane.wake(at(1));
    assert.deepEqual(plane.drain(), []);
  });

  it("shows what the carrier counts, and from zero after the counters are cleared", () => {
    const { plane, carrier } = begun();
    install(plane);
    carrier.usage.set(IN, { octets: 500, packets: 5, sequenceNumber: 9, replayErrors: 2, icvErrors: 1 });
    carrier.usage.set(OUT, { ...UNUSED, octets: 700, packets: 7, sequenceNumber: 7 });
    const [flow] = plane.view(at(2)).flows;
    assert.deepEqual(flow?.counters, {
      ...{ encapsulated: 7, encrypted: 7, digested: 7, decapsulated: 5, decrypted: 5, verified: 5 },
      ...{ sendErrors: 0, receiveErrors: 3, drops: { replayed: 2, "bad icv": 1 } },
    });
    const [inbound] = flow?.inbound ?? [];
    assert.deepEqual(
      [inbound?.packets, inbound?.octets, inbound?.sequenceNumber, inbound?.replayErrors, inbound?.icvErrors],
      [5, 500, 9, 2, 1],
    );
    carrier.usage.set(IN, { octets: 600, packets: 6, sequenceNumber: 10, replayErrors: 2, icvErrors: 1 });
    plane.clearCounters();
    carrier.usage.set(IN, { octets: 700, packets: 7, sequenceNumber: 11, replayErrors: 2, icvErrors: 1 });
    const [cleared] = plane.view(at(3)).flows;
    assert.deepEqual([cleared?.counters.decapsulated, cleared?.counters.receiveErrors], [1, 0]);
    assert.deepEqual([cleared?.inbound[0]?.packets, cleared?.inbound[0]?.octets], [1, 700]);
  });

  it("renews at a soft limit of volume, and ends the pair at a hard one", () => {
    const { plane, carrier } = begun();
    install(plane, { lifetimeKilobytes: 1000 });
    plane.drain();
    const reached = (octets: number) =>
      ({
        kind: "limit reached",
        direction: "inbound",
        destination: A,
        protocol: "esp",
        spi: IN,
        usage: { ...UNUSED, octets, packets: 1 },
      }) as const;
    carrier.usage.set(IN, { ...UNUSED, octets: 990 * 1024, packets: 1 });
    carrier.news = [reached(990 * 1024)];
    plane.wake(at(1));
    assert.equal(outputsOf(plane.drain(), "negotiate")[0]?.reason, "volume");
    carrier.usage.delete(IN);
    carrier.news = [reached(1000 * 1024)];
    plane.wake(at(2));
    const ended = plane.drain();
    assert.equal(outputsOf(ended, "pair-expired").length, 1);
    assert.deepEqual(
      eventsOf(ended, "sa-removed").map(({ spi, reason }) => [spi, reason]),
      [
        [IN, "expired"],
        [OUT, "expired"],
      ],
    );
    assert.deepEqual(carrier.spis, []);
  });

  it("looks again whether an idle SA in its last seconds has come to use, and then renews it", () => {
    const { plane, carrier } = begun();
    install(plane);
    plane.drain();
    const softAt = plane.nextDeadline()?.at ?? at(0);
    plane.wake(softAt);
    const lookAt = plane.nextDeadline()?.at ?? at(0);
    assert.deepEqual([plane.drain(), lookAt > softAt, lookAt < at(3600)], [[], true, true]);
    carrier.usage.set(OUT, { ...UNUSED, octets: 100, packets: 1, sequenceNumber: 1 });
    for (let now = lookAt; now < at(3600) && carrier.news.length === 0; ) {
      plane.wake(now);
      if (outputsOf(plane.drain(), "negotiate")[0]?.reason === "lifetime") return;
      now = plane.nextDeadline()?.at ?? at(3600);
    }
    assert.fail("it is not renewed");
  });

  it("has no SA that the carrier refuses, and tells the peer", () => {
    for (const refused of [IN, OUT]) {
      const { plane, carrier } = begun();
      carrier.refused.add(refused);
      install(plane);
      const outputs = plane.drain();
      assert.equal(outputsOf(outputs, "pair-expired").length, 1);
      assert.deepEqual(carrier.spis, []);
      const [flow] = plane.view(at(1)).flows;
      assert.deepEqual([flow?.inbound, flow?.outbound, plane.nextDeadline()], [[], [], undefined]);
    }
  });

  it("follows a peer to another port, where the carrier has seen it, and IKE is told", () => {
    const { plane, carrier } = begun();
    const { inboundA, outboundA } = keyedPair({ spiOfA: IN });
    for (const sa of [inboundA, outboundA]) {
      const udpEncapsulation = { localPort: 4500, remotePort: 20_000 };
      plane.install(at(0), { ...sa, peerMayMove: true, udpEncapsulation });
    }
    plane.drain();
    const elsewhere = { kind: "peer elsewhere", local: A, spi: IN } as const;
    carrier.news = [
      { ...elsewhere, at: { address: B, port: 30_000 } },
      { ...elsewhere, at: { address: HOST_B, port: 40_000 } },
    ];
    plane.wake(at(1));
    assert.deepEqual(carrier.moves, [
      [OUT, 30_000],
      [IN, 30_000],
    ]);
    const from = { address: B, port: 20_000 };
    const move = { localAddress: A, from, to: { address: B, port: 30_000 } };
    assert.deepEqual(outputsOf(plane.drain(), "peer-moved"), [{ kind: "peer-moved", ...move }]);
  });

  it("takes down at the carrier what it removes, and puts a new policy in force there", () => {
    const { plane, carrier } = begun();
    install(plane);
    plane.setPolicy(at(1), policyOf([]));
    assert.deepEqual([carrier.spis, carrier.policies], [[], [POLICY_A, policyOf([])]]);
  });
});

function begun(policy = POLICY_A): { readonly plane: DataPlane; readonly carrier: NotedCarrier } {
  const carrier = new NotedCarrier();
  const options = { policy, random: seededRandom(5), holdPackets: false };
  return { plane: new DataPlane({ ...options, carrier }), carrier };
}

function install(plane: DataPlane, options: Parameters<typeof keyedPair>[0] = {}): void {
  const { inboundA, outboundA } = keyedPair({ ...options, spiOfA: IN });
  plane.install(at(0), inboundA);
  plane.install(at(0), outboundA);
}

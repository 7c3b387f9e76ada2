/** Dynamic maps where the kernel carries the packets: held against our own data plane, packet by packet. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  A,
  at,
  HOST_A,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  seededRandom,
  udpPacket,
  WAN,
} from "../../../../test/support/data-plane-fixtures.ts";
import { outputsOf } from "../../../../test/support/data-plane-outputs.ts";
import { type Fate, ModelKernel } from "../../../../test/support/model-kernel.ts";
import { DataPlane } from "../../../ipsec/data-plane.ts";
import type { IpsecPolicy } from "../../../ipsec/policy.ts";
import { type IpAddress, ipv4, ipv4FromNumber, ipv4ToNumber } from "../../../net/ip-address.ts";
import { parseIpv4Packet } from "../../../net/ipv4-packet.ts";
import { ANY_ADDRESS, blockOf, selectorOfRule } from "../../../net/selector.ts";
import { osError } from "../os-error.ts";
import { XfrmCarrier } from "./xfrm-carrier.ts";

fc.configureGlobal({ seed: 2409 });

const PEERS = [ipv4("172.16.172.20"), ipv4("172.16.172.30"), ipv4("172.16.172.40")];
const TEMPLATE = { mapName: "dyn", sequence: 10 };

describe("dynamic maps in the kernel", () => {
  // Few addresses, so that flows meet and packets match.
  const address = fc.nat(15).map((n) => ipv4FromNumber(0x0a000000 + n));
  const block = fc.tuple(address, fc.integer({ min: 28, max: 32 })).map(([base, length]) => {
    return blockOf(base, ipv4FromNumber(2 ** 32 - 2 ** (32 - length)));
  });
  const permit = fc.tuple(block, block).map(([source, destination]) => rule("permit", source, destination));
  const policies = fc
    .record({ own: fc.array(permit, { maxLength: 2 }), list: fc.array(permit, { maxLength: 2 }) })
    .map(({ own, list }) =>
      policyOf([
        ...(own.length > 0 ? [mapEntry(own, { id: "vpn 10", peers: [PEERS[0] ?? A] })] : []),
        mapEntry(list, { id: "vpn 20", sequence: 20, peers: [], template: TEMPLATE }),
      ]),
    );
  const action = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ peer: fc.constantFrom(...PEERS), source: block, destination: block }),
    },
    { weight: 1, arbitrary: fc.record({ removed: fc.nat(10) }) },
  );
  const packet = fc.record({ source: address, destination: address });

  it("make of every packet what our own data plane makes of it, whatever peers ask for and give up", () => {
    fc.assert(
      fc.property(
        policies,
        fc.array(action, { maxLength: 12 }),
        fc.array(packet, { minLength: 1, maxLength: 12 }),
        (policy, actions, packets) => {
          const pair = new Pair(policy);
          for (const [i, each] of actions.entries())
            if ("peer" in each) pair.install(i, each.peer, each);
            else pair.remove(each.removed);
          for (const each of packets) pair.compare(each);
          pair.carrier.clear();
          assert.ok(pair.kernel.isEmpty, "nothing is left");
        },
      ),
      { numRuns: 300 },
    );
  });

  it("take no flow of ports from a network, whose fragments would pass in clear", () => {
    const pair = new Pair(policyOf([mapEntry([], { id: "vpn 20", peers: [], template: TEMPLATE })]));
    const ports = { protocol: 17, destinationPorts: { low: 53, high: 53 } };
    const selector = selectorOfRule(rule("permit", NET_A, NET_B, ports));
    const { inboundA } = keyedPair({ connectionId: "vpn 20", selector });
    assert.equal(pair.carrier.install(inboundA, { softOctets: 1, hardOctets: 2 }), false);
    assert.match(pair.notices[0] ?? "", /cannot select what the peer wants/);
  });

  it("let through in clear what no list permits and nobody has asked for, and drop what a list permits", () => {
    const open = new Pair(policyOf([mapEntry([], { id: "vpn 20", peers: [], template: TEMPLATE })]));
    const flow = {
      source: HOST_A,
      destination: ipv4("10.1.2.1"),
      protocol: 17,
      sourcePort: 1,
      destinationPort: 2,
    };
    assert.equal(open.kernel.fateOf(flow), "clear");
    const list = [rule("permit", NET_A, ANY_ADDRESS)];
    const guarded = new Pair(policyOf([mapEntry(list, { id: "vpn 20", peers: [], template: TEMPLATE })]));
    assert.equal(guarded.kernel.fateOf(flow), "dropped");
  });
});

/** The same SAs in our own data plane and in the model of the kernel. */
class Pair {
  readonly kernel = new ModelKernel();
  readonly notices: string[] = [];
  readonly carrier: XfrmCarrier;
  readonly #own: DataPlane;
  readonly #carried: DataPlane;
  readonly #installed: { readonly peer: IpAddress; readonly spi: number }[] = [];

  constructor(policy: IpsecPolicy) {
    this.carrier = new XfrmCarrier({
      kernel: { do: (request) => this.kernel.do(request), get: (_request, what) => osError(what, 3) },
      deviceOf: () => 7,
      onError: (error) => assert.fail(JSON.stringify(error)),
      onNotice: (line) => this.notices.push(line),
    });
    const options = { policy, holdPackets: false };
    this.#own = new DataPlane({ ...options, random: seededRandom(1) });
    this.#carried = new DataPlane({ ...options, random: seededRandom(1), carrier: this.carrier });
  }

  install(
    i: number,
    peer: IpAddress,
    traffic: Pick<ReturnType<typeof rule>, "source" | "destination">,
  ): void {
    const selector = selectorOfRule(rule("permit", traffic.source, traffic.destination));
    const { inboundA, outboundA } = keyedPair({
      ...{ connectionId: "vpn 20", selector, spiOfA: 0x1000 + 2 * i, initiator: "b" },
    });
    for (const plane of [this.#own, this.#carried])
      for (const half of [inboundA, outboundA]) plane.install(at(i), { ...half, peer });
    this.#installed.push({ peer, spi: outboundA.spi });
  }

  remove(which: number): void {
    const [gone] = this.#installed.splice(which % Math.max(1, this.#installed.length), 1);
    if (gone === undefined) return;
    for (const plane of [this.#own, this.#carried])
      plane.remove(at(100), gone.peer, gone.spi, "outbound", "peer deleted");
  }

  compare({ source, destination }: { readonly source: IpAddress; readonly destination: IpAddress }): void {
    const flow = { source, destination, protocol: 17, sourcePort: 1024, destinationPort: 7 };
    const fate = this.kernel.fateOf(flow);
    if (fate !== undefined) assert.equal(fate, this.#ownFate(source, destination));
  }

  #ownFate(source: IpAddress, destination: IpAddress): Fate {
    this.#own.drain();
    this.#own.outbound(at(200), WAN, udpPacket(8, { source, destination }));
    const [sent] = outputsOf(this.#own.drain(), "transmit");
    const header = sent && parseIpv4Packet(sent.bytes);
    if (header === undefined) return "dropped";
    return ipv4ToNumber(header.destination) === ipv4ToNumber(destination)
      ? "clear"
      : `to ${header.destination}`;
  }
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  A,
  HOST_A,
  HOST_B,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  transformSet,
} from "../../../../test/support/data-plane-fixtures.ts";
import { compileSelector } from "../../../ipsec/packet-flow.ts";
import { Spd } from "../../../ipsec/spd.ts";
import { type IpAddress, ipv4, ipv4FromNumber, ipv4ToNumber } from "../../../net/ip-address.ts";
import {
  type AccessRule,
  blockContains,
  blockOf,
  host,
  selectorOfRule,
  selectorsEqual,
} from "../../../net/selector.ts";
import { type PlannedPolicy, type PlannedTraffic, policyPlan, portBlocks } from "./policy-plan.ts";
import type { PortBlock } from "./xfrm-layout.ts";

fc.configureGlobal({ seed: 2409 });

describe("the plan of the kernel's policies", () => {
  // Few addresses and ports, so that rules meet and packets match.
  const address = fc.nat(15).map((n) => ipv4FromNumber(0x0a000000 + n));
  const block = fc.tuple(address, fc.integer({ min: 28, max: 32 })).map(([base, length]) => {
    return blockOf(base, ipv4FromNumber(2 ** 32 - 2 ** (32 - length)));
  });
  const range = fc
    .tuple(fc.nat(20), fc.nat(20))
    .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
  const portless = fc.record({
    action: fc.constantFrom("permit" as const, "deny" as const),
    protocol: fc.constantFrom(0, 6, 17),
    source: block,
    destination: block,
  });
  const portedRule = fc.record({ sourcePorts: range, destinationPorts: range }).map((ports) => ({
    ...rule("permit", host(A), NET_B, { ...ports, protocol: 17 }),
  }));
  const anyRule = fc.oneof(
    { weight: 4, arbitrary: portless.map((fields) => ({ ...rule("permit", NET_A, NET_B), ...fields })) },
    { weight: 1, arbitrary: portedRule },
  );
  const entries = fc.array(fc.array(anyRule, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
  const packet = fc.record({
    source: fc.oneof(address, fc.constant(A)),
    destination: fc.oneof(address, fc.constant(HOST_B)),
    protocol: fc.constantFrom(1, 6, 17),
    sourcePort: fc.nat(25),
    destinationPort: fc.nat(25),
  });

  it("decides of every packet as the crypto map does", () => {
    fc.assert(
      fc.property(entries, fc.array(packet, { minLength: 1, maxLength: 20 }), (rules, packets) => {
        const planned = planOf(rules);
        const spd = new Spd(
          rules.map((lines) =>
            lines.map((line) => ({
              action: line.action,
              selector: compileSelector(selectorOfRule(line)),
              target: line,
            })),
          ),
        );
        for (const each of packets) {
          const flow = {
            ...each,
            source: ipv4ToNumber(each.source) | 0,
            destination: ipv4ToNumber(each.destination) | 0,
            isLaterFragment: false,
          };
          const decided = planned.find(({ traffic }) => matches(traffic, each))?.line?.selector;
          const wanted = spd.lookUp(flow);
          if (wanted === undefined) assert.equal(decided, undefined);
          else assert.ok(decided && selectorsEqual(decided, selectorOfRule(wanted)), "the same permit line");
        }
      }),
    );
  });

  it("begins with IKE in clear, and ends with what is protected", () => {
    const [ike, nat, ...others] = planOf([
      [rule("deny", host(HOST_A), NET_B), rule("permit", NET_A, NET_B), rule("deny", NET_A, host(A))],
    ]);
    assert.deepEqual(
      [ike, nat].map((each) => [each?.line, each?.traffic.source.address, each?.traffic.sourcePorts.port]),
      [
        [undefined, A, 500],
        [undefined, A, 4500],
      ],
    );
    assert.deepEqual(
      others.map(({ line }) => line?.entry.sequence),
      [undefined, 10],
    );
  });

  it("is none where the kernel's policies cannot say it", () => {
    const wild = { address: ipv4("10.1.0.1"), wildcard: ipv4("0.0.255.0") };
    const ports = { protocol: 17, destinationPorts: { low: 53, high: 53 } };
    for (const [policy, reason] of [
      [policyOf([mapEntry([rule("permit", wild, NET_B)])]), /a wildcard that is no prefix/],
      [policyOf([mapEntry([rule("permit", NET_A, NET_B, ports)])]), /selects by port/],
      [policyOf([mapEntry([rule("permit", NET_A, NET_B)], { peers: [] })]), /names no peer/],
      [policyOf([mapEntry([rule("permit", NET_A, NET_B)])], { dfBit: "set" }), /DF bit/],
      [
        policyOf([mapEntry([rule("permit", NET_A, NET_B)], { isPerHost: true, transformSets: [BETWEEN] })]),
        /transport mode for each pair of hosts/,
      ],
      [
        policyOf([
          mapEntry([rule("deny", host(HOST_A), NET_B), rule("permit", NET_A, NET_B)]),
          mapEntry([], { sequence: 20, peers: [], template: { mapName: "dyn", sequence: 10 } }),
        ]),
        /a dynamic map behind deny lines/,
      ],
    ] as const) {
      const plan = policyPlan(policy);
      assert.match(plan.kind === "impossible" ? plan.reason : "it has a plan", reason);
    }
  });
});

describe("the blocks of a range of ports", () => {
  it("hold its ports, each once, and no others", () => {
    const port = fc.nat(65_535);
    fc.assert(
      fc.property(port, port, port, (a, b, probe) => {
        const range = { low: Math.min(a, b), high: Math.max(a, b) };
        const blocks = portBlocks(range);
        assert.ok(blocks.length <= 30, `${blocks.length} blocks`);
        for (const each of [probe, range.low, range.high]) {
          const isWithin = each >= range.low && each <= range.high;
          assert.equal(blocks.filter((one) => holds(one, each)).length, isWithin ? 1 : 0);
        }
      }),
    );
  });
});

const BETWEEN = { ...transformSet({ encryption: "3des", integrity: "md5" }), mode: "transport" as const };

function planOf(entries: readonly (readonly AccessRule[])[]): readonly PlannedPolicy[] {
  const map = entries.map((rules, i) => mapEntry(rules, { id: `vpn ${i}`, sequence: 10 * (i + 1) }));
  const plan = policyPlan(policyOf(map));
  return plan.kind === "plan" ? plan.policies : assert.fail(plan.reason);
}

interface Packet {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

function matches(traffic: PlannedTraffic, packet: Packet): boolean {
  const hasPorts = packet.protocol !== 1;
  return (
    (traffic.protocol === 0 || traffic.protocol === packet.protocol) &&
    blockContains(traffic.source, packet.source) &&
    blockContains(traffic.destination, packet.destination) &&
    holds(traffic.sourcePorts, hasPorts ? packet.sourcePort : 0) &&
    holds(traffic.destinationPorts, hasPorts ? packet.destinationPort : 0)
  );
}

function holds({ port, mask }: PortBlock, one: number): boolean {
  return ((one ^ port) & mask) === 0;
}

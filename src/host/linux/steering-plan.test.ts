import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DATA_PLANE_LIMITS } from "../../ipsec/limits.ts";
import { compileBlock, type PacketFlow } from "../../ipsec/packet-flow.ts";
import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "../../ipsec/policy.ts";
import { decide, ProtectedPolicy } from "../../ipsec/protected-policy.ts";
import { ipv4, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { type AccessRule, type AddressBlock, ANY_PORT, maskOf, selectorOfRule } from "../../net/selector.ts";
import { prefixText, ruleText } from "./ip-command.ts";
import {
  OWN_MARK,
  type SteeringMatch,
  type SteeringRule,
  steeringPlan,
  TABLES,
  THE_END,
} from "./steering-plan.ts";

fc.configureGlobal({ seed: 2409 });

const OUTSIDE = "eth1";
const RANGE = { first: 6000, last: 18_999 };

describe("what policy routing hands over", () => {
  it("is at least what the crypto access lists permit on the way out", () => {
    fc.assert(
      fc.property(policies(anyRule()), packets(), (policy, packet) => {
        if (protects(policy, packet)) assert.equal(tableOf(policy, { packet }), TABLES.protect);
      }),
      { numRuns: 500 },
    );
  });

  it("is exactly that where they name no ports and whole subnets", () => {
    fc.assert(
      fc.property(policies(plainRule()), packets(), (policy, packet) => {
        const expected = protects(policy, packet) ? TABLES.protect : undefined;
        assert.equal(tableOf(policy, { packet }), expected);
      }),
      { numRuns: 500 },
    );
  });

  it("is what answers that and comes in by the map's interface in clear", () => {
    fc.assert(
      fc.property(policies(plainRule(), 1), packets(), (policy, packet) => {
        const { source, destination } = packet;
        const answer = { ...packet, source: destination, destination: source };
        const table = tableOf(policy, { packet: answer, device: OUTSIDE });
        if (protects(policy, packet)) assert.equal(table, TABLES.check);
        else assert.notEqual(table, TABLES.check);
      }),
      { numRuns: 500 },
    );
  });

  it("is never what we send ourselves, nor IKE and IPsec of our addresses", () => {
    const everything = policyOf([{ ...ANYTHING, action: "permit" }]);
    const packet = packetOf("172.16.172.10", "10.1.2.1", 6);
    assert.equal(tableOf(everything, { packet }), TABLES.protect);
    assert.equal(tableOf(everything, { packet, mark: OWN_MARK }), undefined);
    assert.equal(tableOf(everything, { packet: { ...packet, protocol: 50 } }), undefined);
    assert.equal(tableOf(everything, { packet: { ...packet, protocol: 51 } }), undefined);
    const udp = { ...packet, protocol: 17 };
    assert.equal(tableOf(everything, { packet: { ...udp, sourcePort: 500 } }), undefined);
    assert.equal(tableOf(everything, { packet: { ...udp, sourcePort: 4500 } }), undefined);
    assert.equal(tableOf(everything, { packet: { ...udp, sourcePort: 501 } }), TABLES.protect);
  });

  it("is what this machine sends from no address that it names, where the usual one is protected", () => {
    const permit = { ...ANYTHING, action: "permit" as const, destination: block("10.1.2.1", "0.0.0.0") };
    const own = { ...permit, source: block("172.16.172.10", "0.0.0.0") };
    const packet = packetOf("0.0.0.0", "10.1.2.1", 6);
    assert.equal(tableOf(policyOf([own]), { packet }), TABLES.protect);
    assert.equal(tableOf(policyOf([permit]), { packet }), TABLES.protect);
    assert.equal(tableOf(policyOf([{ ...own, action: "deny" }, permit]), { packet }), undefined);
    assert.equal(
      tableOf(policyOf([{ ...own, source: block("10.1.1.0", "0.0.0.255") }]), { packet }),
      undefined,
    );
    const elsewhere = packetOf("0.0.0.0", "10.1.2.2", 6);
    assert.equal(tableOf(policyOf([own]), { packet: elsewhere }), undefined);
  });

  it("has rules with ascending priorities whose jumps lead forward to a rule that is there", () => {
    fc.assert(
      fc.property(policies(anyRule()), (policy) => {
        const plan = planOf(policy);
        plan.forEach(({ priority, action }, i) => {
          assert.ok(i === 0 || priority > (plan[i - 1]?.priority ?? 0));
          if (action.kind !== "goto") return;
          assert.ok(action.priority > priority);
          assert.ok(plan.some((rule) => rule.priority === action.priority));
        });
      }),
    );
  });

  it("is nothing where there are more lines than priorities", () => {
    const line = { ...ANYTHING, action: "permit" as const };
    assert.equal(
      steeringPlan(policyOf(new Array(15_000).fill(line)), () => OUTSIDE, RANGE),
      undefined,
    );
  });

  it("is written as iproute2 reads it", () => {
    const [mark, ...rest] = planOf(
      policyOf([
        { ...ANYTHING, action: "deny", protocol: 1, source: block("10.1.1.9", "0.0.0.0") },
        { ...ANYTHING, action: "permit", source: block("10.1.1.0", "0.0.0.255") },
      ]),
    );
    assert.ok(mark !== undefined);
    assert.deepEqual([mark, ...rest.slice(0, 1), ...rest.slice(4)].map(ruleText), [
      "priority 6000 from all fwmark 0x736b protocol 115 goto 32600",
      "priority 6001 from all fwmark 0x736c protocol 115 lookup 29547",
      "priority 6005 from 172.16.172.10/32 ipproto 17 sport 4500 protocol 115 goto 32600",
      "priority 6006 from 0.0.0.0/0 to 10.1.1.9/32 iif eth1 ipproto 1 protocol 115 goto 6008",
      "priority 6007 from 0.0.0.0/0 to 10.1.1.0/24 iif eth1 protocol 115 lookup 29548",
      "priority 6008 from 10.1.1.9/32 to 0.0.0.0/0 ipproto 1 protocol 115 goto 6010",
      "priority 6009 from 10.1.1.0/24 to 0.0.0.0/0 protocol 115 lookup 29547",
      "priority 6010 from all protocol 115 nop",
      "priority 32600 from all protocol 115 nop",
    ]);
  });

  it("names every prefix length", () => {
    for (let length = 0; length <= 32; length++) {
      const wildcard = ipv4FromNumber(2 ** (32 - length) - 1);
      assert.equal(prefixText({ address: ipv4("0.0.0.0"), wildcard }), `0.0.0.0/${length}`);
    }
  });
});

interface Arrival {
  readonly packet: PacketFlow;
  readonly mark?: number;
  readonly device?: string;
}

/** As the kernel goes through the rules. A table of ours always has a route. */
function tableOf(policy: IpsecPolicy, arrival: Arrival): number | undefined {
  const plan = planOf(policy);
  for (let i = 0; i < plan.length; i++) {
    const { match, action } = plan[i] ?? assert.fail();
    if (!matches(match, arrival)) continue;
    if (action.kind === "table") return action.table;
    if (action.kind === "goto") i = plan.findIndex(({ priority }) => priority === action.priority) - 1;
  }
  return undefined;
}

function matches(match: SteeringMatch, { packet, mark = 0, device }: Arrival): boolean {
  return (
    (match.mark === undefined || match.mark === mark) &&
    (match.device === undefined || match.device === device) &&
    (match.from === undefined || holds(match.from, packet.source)) &&
    (match.to === undefined || holds(match.to, packet.destination)) &&
    (match.protocol === undefined || match.protocol === packet.protocol) &&
    (match.sourcePort === undefined || (!packet.isLaterFragment && match.sourcePort === packet.sourcePort))
  );
}

function holds(of: AddressBlock, address: number): boolean {
  assert.notEqual(maskOf(of), undefined, "rules know prefixes alone");
  const { care, bits } = compileBlock(of);
  return (address & care) === bits;
}

function protects(policy: IpsecPolicy, packet: PacketFlow): boolean {
  return [...new ProtectedPolicy(policy, DATA_PLANE_LIMITS).interfaces.values()].some(
    (each) => decide(each, packet).line !== undefined,
  );
}

function planOf(policy: IpsecPolicy): readonly SteeringRule[] {
  const plan = steeringPlan(policy, () => OUTSIDE, RANGE);
  assert.ok(plan !== undefined);
  return [...plan, THE_END];
}

const ANYTHING = {
  protocol: 0,
  source: block("0.0.0.0", "255.255.255.255"),
  destination: block("0.0.0.0", "255.255.255.255"),
  sourcePorts: ANY_PORT,
  destinationPorts: ANY_PORT,
};

function block(address: string, wildcard: string): AddressBlock {
  return { address: ipv4(address), wildcard: ipv4(wildcard) };
}

function packetOf(source: string, destination: string, protocol: number): PacketFlow {
  return {
    ...{ source: ipv4ToNumber(ipv4(source)), destination: ipv4ToNumber(ipv4(destination)), protocol },
    ...{ sourcePort: 0, destinationPort: 0, isLaterFragment: false },
  };
}

function policyOf(...entries: readonly (readonly AccessRule[])[]): IpsecPolicy {
  return { interfaces: [interfaceOf("Ethernet1/0", entries)] };
}

function interfaceOf(name: string, entries: readonly (readonly AccessRule[])[]): ProtectedInterface {
  return {
    ...{ name, mapName: `vpn ${name}`, localAddress: ipv4("172.16.172.10"), mtu: 1500 },
    ...{ dfBit: "copy", fragmentation: "before-encryption" },
    entries: entries.map(
      (rules, i): CryptoMapEntry => ({
        ...{ id: `vpn ${i} ${name}`, sequence: i, accessListName: "101", peers: [], transformSets: [] },
        ...{
          lifetimeSeconds: 3600,
          lifetimeKilobytes: 4608000,
          idleTime: undefined,
          replayWindow: 64,
          origin: undefined,
        },
        rules: rules.map((rule) => ({
          action: rule.action,
          selector: selectorOfRule(rule),
          origin: undefined,
        })),
      }),
    ),
  };
}

// Few addresses, so that lines and packets meet.

function policies(rule: fc.Arbitrary<AccessRule>, interfacesMax = 2): fc.Arbitrary<IpsecPolicy> {
  const entries = fc.array(fc.array(rule, { maxLength: 4 }), { maxLength: 3 });
  return fc
    .array(entries, { minLength: 1, maxLength: interfacesMax })
    .map((maps) => ({ interfaces: maps.map((map, i) => interfaceOf(`Ethernet${i}/0`, map)) }));
}

function addresses(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1), fc.constantFrom(0, 1))
    .map(([a, b, c]) => `10.${a}.${b}.${c}`);
}

function packets(): fc.Arbitrary<PacketFlow> {
  return fc
    .tuple(addresses(), addresses(), fc.constantFrom(1, 6, 17), fc.nat(2), fc.nat(2), fc.boolean())
    .map(([source, destination, protocol, sourcePort, destinationPort, isLaterFragment]) => ({
      ...packetOf(source, destination, protocol),
      ...(isLaterFragment || protocol === 1 ? {} : { sourcePort, destinationPort }),
      isLaterFragment,
    }));
}

function plainRule(): fc.Arbitrary<AccessRule> {
  const wildcard = fc.constantFrom("0.0.0.0", "0.0.0.255", "0.0.255.255", "255.255.255.255");
  const blocks = fc.tuple(addresses(), wildcard).map(([address, bits]) => block(address, bits));
  return fc
    .tuple(fc.constantFrom("permit" as const, "deny" as const), fc.constantFrom(0, 1, 6, 17), blocks, blocks)
    .map(([action, protocol, source, destination]) => ({
      ...ANYTHING,
      ...{ action, protocol, source, destination },
    }));
}

/** Wildcards with gaps, and ports, besides. */
function anyRule(): fc.Arbitrary<AccessRule> {
  const ports = fc.constantFrom(ANY_PORT, { low: 1, high: 1 }, { low: 0, high: 1 });
  const wildcard = fc.constantFrom("0.0.255.0", "0.255.0.1", "0.0.0.255");
  return fc.tuple(plainRule(), ports, ports, wildcard, fc.boolean()).map(([rule, a, b, bits, isPorted]) => {
    const source = rule.action === "deny" ? { ...rule.source, wildcard: ipv4(bits) } : rule.source;
    const isOfPorts = isPorted && (rule.protocol === 6 || rule.protocol === 17);
    return { ...rule, source, ...(isOfPorts ? { sourcePorts: a, destinationPorts: b } : {}) };
  });
}

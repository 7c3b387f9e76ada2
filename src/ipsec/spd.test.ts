import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { NET_A, NET_B, rule } from "../../test/support/data-plane-fixtures.ts";
import { ipv4, ipv4FromNumber, ipv4ToNumber } from "../net/ip-address.ts";
import {
  type AccessRule,
  type AddressBlock,
  ANY_ADDRESS,
  ANY_PORT,
  blockOf,
  type Flow,
  host,
  type PortRange,
  selectorMatchesOutbound,
  selectorOfRule,
} from "../net/selector.ts";
import { compileSelector, type PacketFlow } from "./packet-flow.ts";
import { Spd } from "./spd.ts";

fc.configureGlobal({ seed: 2409 });

describe("the SPD", () => {
  it("decides as reading the access lists line by line does", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(rules(), { maxLength: 6 }), { maxLength: 6 }),
        flows(),
        (entries, flow) => {
          assert.equal(spdOf(entries).lookUp(packetFlow(flow)), readLineByLine(entries, flow));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("sends a denied packet on to the next entry, not to the next line", () => {
    const entries = [
      [rule("deny", NET_A, NET_B), rule("permit", NET_A, NET_B)],
      [rule("permit", NET_A, ANY_ADDRESS)],
    ];
    assert.equal(spdOf(entries).lookUp(flowAB), "1.0");
    assert.equal(spdOf(entries.slice(0, 1)).lookUp(flowAB), undefined);
  });

  it("protects later fragments by addresses and protocol, and lets no deny line with ports take them out", () => {
    const http = { protocol: 6, destinationPorts: { low: 80, high: 80 } };
    const fragment = { ...flowAB, protocol: 6, isLaterFragment: true };
    assert.equal(spdOf([[rule("permit", NET_A, NET_B, http)]]).lookUp(fragment), "0.0");
    const denied = [rule("deny", NET_A, NET_B, http), rule("permit", NET_A, NET_B)];
    assert.equal(spdOf([denied]).lookUp(fragment), "0.1");
    assert.equal(
      spdOf([[rule("permit", NET_A, NET_B, http)]]).lookUp({ ...fragment, protocol: 17 }),
      undefined,
    );
  });

  it("finds each of 20,000 lines", () => {
    const entries = Array.from({ length: 20_000 }, (_, i) => [
      rule("permit", NET_A, blockOf(ipv4FromNumber(0x0b000000 + i * 256), ipv4("255.255.255.0"))),
    ]);
    const spd = spdOf(entries);
    for (let i = 0; i < 20_000; i++)
      assert.equal(spd.lookUp({ ...flowAB, destination: 0x0b000001 + i * 256 }), `${i}.0`);
  });
});

const flowAB: PacketFlow = {
  source: ipv4ToNumber(ipv4("10.1.1.1")),
  destination: ipv4ToNumber(ipv4("10.1.2.1")),
  protocol: 1,
  sourcePort: 0,
  destinationPort: 0,
  isLaterFragment: false,
};

/** Permit lines lead to `entry.line`. */
function spdOf(entries: readonly (readonly AccessRule[])[]): Spd<string> {
  return new Spd(
    entries.map((lines, i) =>
      lines.map((one, j) => ({
        action: one.action,
        selector: compileSelector(selectorOfRule(one)),
        target: `${i}.${j}`,
      })),
    ),
  );
}

function readLineByLine(entries: readonly (readonly AccessRule[])[], flow: Flow): string | undefined {
  for (const [i, lines] of entries.entries())
    for (const [j, line] of lines.entries()) {
      if (!selectorMatchesOutbound(selectorOfRule(line), flow)) continue;
      if (line.action === "permit") return `${i}.${j}`;
      break;
    }
  return undefined;
}

function packetFlow(flow: Flow): PacketFlow {
  const source = ipv4ToNumber(flow.source);
  return { ...flow, source, destination: ipv4ToNumber(flow.destination), isLaterFragment: false };
}

/** Few addresses and many overlapping blocks, odd wildcards among them. */
function rules(): fc.Arbitrary<AccessRule> {
  return fc
    .record({
      action: fc.constantFrom("permit" as const, "deny" as const),
      source: blocks(),
      destination: blocks(),
      protocol: fc.constantFrom(0, 0, 1, 6, 17),
      sourcePorts: portRanges(),
      destinationPorts: portRanges(),
    })
    .map((given) => {
      const hasPorts = given.protocol === 6 || given.protocol === 17;
      const more = hasPorts ? given : { protocol: given.protocol };
      return rule(given.action, given.source, given.destination, more);
    });
}

function blocks(): fc.Arbitrary<AddressBlock> {
  const wildcard = fc
    .constantFrom("0.0.0.0", "0.0.0.1", "0.0.0.255", "0.0.1.0", "0.0.255.0", "0.0.3.3")
    .map(ipv4);
  const block = fc.record({ address: addresses(), wildcard }, { noNullPrototype: true });
  return fc.oneof({ weight: 5, arbitrary: block }, fc.constant(ANY_ADDRESS), addresses().map(host));
}

function addresses() {
  return fc.tuple(fc.nat(2), fc.nat(2)).map(([c, d]) => ipv4(`10.0.${c}.${d}`));
}

function portRanges(): fc.Arbitrary<PortRange> {
  return fc.constantFrom(
    ANY_PORT,
    ANY_PORT,
    { low: 1, high: 1 },
    { low: 1, high: 2 },
    { low: 2, high: 0xffff },
  );
}

function flows(): fc.Arbitrary<Flow> {
  return fc
    .record({
      source: addresses(),
      destination: addresses(),
      protocol: fc.constantFrom(1, 6, 17),
      sourcePort: fc.nat(3),
      destinationPort: fc.nat(3),
    })
    .map((flow) => (flow.protocol === 1 ? { ...flow, sourcePort: 0, destinationPort: 0 } : flow));
}

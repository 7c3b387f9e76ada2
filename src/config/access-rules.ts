/** The lines of an extended access list as rules on packets, and what of them can be negotiated as proxy identities. */
import {
  type AccessRule,
  type AddressBlock,
  ANY_ADDRESS,
  ANY_PORT,
  maskOf,
  type PortRange,
} from "../net/selector.ts";
import type { AccessListRule, AccessListSettings, PortCondition } from "./configuration.ts";

/** The rules of a list in order, remarks left out. */
export function rulesOf(list: AccessListSettings): readonly AccessListRule[] {
  return list.entries.filter((entry) => entry.kind === "rule");
}

/** A line as rules: one, or several that do the same each where `neq` leaves a gap in the ports. */
export function expandRule(rule: AccessListRule): AccessRule[] {
  const { action, protocol, source, destination } = rule;
  return portRanges(rule.sourcePorts).flatMap((sourcePorts) =>
    portRanges(rule.destinationPorts).map((destinationPorts) => ({
      action,
      protocol,
      source,
      sourcePorts,
      destination,
      destinationPorts,
    })),
  );
}

/**
 * Why a line cannot decide about IPsec: what it says has no place in a proxy identity, which is two addresses or
 * subnets, a protocol and at most one port for each end (RFC 2407 §4.6.2). Undefined if it can.
 */
export function whyNotNegotiable(rule: AccessListRule): string | undefined {
  if (rule.conditions.length > 0)
    return `\`${rule.conditions.join(" ")}\` looks at more than addresses, protocol and ports`;
  if (rule.action === "deny") return undefined;
  for (const block of [rule.source, rule.destination])
    if (maskOf(block) === undefined) return `the wildcard ${block.wildcard} is not that of a subnet`;
  for (const ports of [rule.sourcePorts, rule.destinationPorts])
    if (ports !== undefined && ports.operator !== "eq")
      return `\`${ports.operator}\` is more than one port, and a proxy identity holds one`;
  return undefined;
}

/** `permit ip any any`. */
export function protectsEverything(rule: AccessListRule): boolean {
  return (
    rule.action === "permit" &&
    rule.protocol === 0 &&
    rule.sourcePorts === undefined &&
    rule.destinationPorts === undefined &&
    isAny(rule.source) &&
    isAny(rule.destination)
  );
}

export function isAny(block: AddressBlock): boolean {
  return block.wildcard === ANY_ADDRESS.wildcard;
}

function portRanges(condition: PortCondition | undefined): PortRange[] {
  if (condition === undefined) return [ANY_PORT];
  switch (condition.operator) {
    case "eq":
      return [{ low: condition.port, high: condition.port }];
    case "gt":
      return ranges([condition.port + 1, PORT_MAX]);
    case "lt":
      return ranges([0, condition.port - 1]);
    case "neq":
      return ranges([0, condition.port - 1], [condition.port + 1, PORT_MAX]);
    case "range":
      return ranges([condition.low, condition.high]);
  }
}

function ranges(...bounds: readonly (readonly [number, number])[]): PortRange[] {
  return bounds.filter(([low, high]) => low <= high).map(([low, high]) => ({ low, high }));
}

const PORT_MAX = 65_535;

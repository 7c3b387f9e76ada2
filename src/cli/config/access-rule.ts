/** Lines of extended access lists: from what is written to settings, and back. */
import type { AccessListEntry, AccessListRule, PortCondition } from "../../config/configuration.ts";
import { ICMP_KINDS } from "../../net/icmp-names.ts";
import { ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { type AddressBlock, ANY_ADDRESS, host } from "../../net/selector.ts";
import { printParts } from "../print.ts";
import {
  type AddressArguments,
  ENTRY,
  type EntryArguments,
  type Narrowing,
  type PortArguments,
  type RuleArguments,
} from "./access-rule-sentence.ts";

/** The line as IOS prints it: `permit ip host 10.1.1.1 any`. */
export function printEntry(entry: AccessListEntry): string {
  const known = PRINTED.get(entry);
  if (known !== undefined) return known;
  const text = printParts([ENTRY], { entry: argumentsOfEntry(entry) });
  PRINTED.set(entry, text);
  return text;
}

/** Each new line is compared with all lines of its list. */
const PRINTED = new WeakMap<AccessListEntry, string>();

export function argumentsOfEntry(entry: AccessListEntry): EntryArguments {
  return entry.kind === "remark"
    ? { kind: "remark", text: entry.text }
    : { kind: "rule", action: entry.action, rule: argumentsOfRule(entry) };
}

function argumentsOfRule(rule: AccessListRule): RuleArguments {
  const addresses = { source: blockArguments(rule.source), destination: blockArguments(rule.destination) };
  const narrow = narrowingOf(rule);
  const ports = {
    sourcePorts: portArguments(rule.sourcePorts),
    destinationPorts: portArguments(rule.destinationPorts),
  };
  const { conditions } = rule;
  switch (rule.protocol) {
    case PROTOCOL.TCP:
      return {
        kind: "tcp",
        ...addresses,
        ...ports,
        established: conditions.includes("established") ? true : undefined,
        ...narrow,
      };
    case PROTOCOL.UDP:
      return { kind: "udp", ...addresses, ...ports, ...narrow };
    case PROTOCOL.ICMP:
      return {
        kind: "icmp",
        ...addresses,
        message: conditions.find((condition) => ICMP_KINDS.has(condition)),
        ...narrow,
      };
    default:
      return { kind: "other", protocol: rule.protocol, ...addresses, ...narrow };
  }
}

function narrowingOf({ conditions, log }: AccessListRule): Narrowing {
  const after = (word: string) =>
    conditions.find((condition) => condition.startsWith(`${word} `))?.slice(word.length + 1);
  const numberAfter = (word: string) => {
    const text = after(word);
    return text === undefined ? undefined : Number(text);
  };
  return {
    precedence: numberAfter("precedence"),
    tos: numberAfter("tos"),
    dscp: after("dscp"),
    timeRange: after("time-range"),
    fragments: conditions.includes("fragments") ? true : undefined,
    log,
  };
}

export function ruleOf(
  action: "permit" | "deny",
  rule: RuleArguments,
): Omit<AccessListRule, "sequence" | "origin"> {
  const hasPorts = rule.kind === "tcp" || rule.kind === "udp";
  return {
    kind: "rule",
    action,
    protocol: protocolOf(rule),
    source: blockOf(rule.source),
    sourcePorts: hasPorts ? conditionOf(rule.sourcePorts) : undefined,
    destination: blockOf(rule.destination),
    destinationPorts: hasPorts ? conditionOf(rule.destinationPorts) : undefined,
    conditions: conditionsOf(rule),
    log: rule.log,
  };
}

function protocolOf(rule: RuleArguments): number {
  switch (rule.kind) {
    case "tcp":
      return PROTOCOL.TCP;
    case "udp":
      return PROTOCOL.UDP;
    case "icmp":
      return PROTOCOL.ICMP;
    case "other":
      return rule.protocol;
  }
}

function conditionsOf(rule: RuleArguments): string[] {
  return [
    ...(rule.kind === "tcp" && rule.established ? ["established"] : []),
    ...(rule.kind === "icmp" && rule.message !== undefined ? [rule.message] : []),
    ...(rule.precedence === undefined ? [] : [`precedence ${rule.precedence}`]),
    ...(rule.tos === undefined ? [] : [`tos ${rule.tos}`]),
    ...(rule.dscp === undefined ? [] : [`dscp ${rule.dscp}`]),
    ...(rule.timeRange === undefined ? [] : [`time-range ${rule.timeRange}`]),
    ...(rule.fragments ? ["fragments"] : []),
  ];
}

/** Bits that the wildcard leaves open are zero, as IOS stores them. */
function blockOf(written: AddressArguments): AddressBlock {
  switch (written.kind) {
    case "any":
      return ANY_ADDRESS;
    case "host":
      return host(written.address);
    case "block": {
      const open = ipv4ToNumber(written.wildcard);
      return {
        address: ipv4FromNumber((ipv4ToNumber(written.address) & ~open) >>> 0),
        wildcard: written.wildcard,
      };
    }
  }
}

function blockArguments({ address, wildcard }: AddressBlock): AddressArguments {
  if (wildcard === ANY_ADDRESS.wildcard) return { kind: "any" };
  return ipv4ToNumber(wildcard) === 0 ? { kind: "host", address } : { kind: "block", address, wildcard };
}

function conditionOf(written: PortArguments | undefined): PortCondition | undefined {
  if (written === undefined) return undefined;
  if (written.kind !== "range") return { operator: written.kind, port: written.port };
  const { low, high } = written;
  return { operator: "range", low: Math.min(low, high), high: Math.max(low, high) };
}

function portArguments(condition: PortCondition | undefined): PortArguments | undefined {
  if (condition === undefined) return undefined;
  return condition.operator === "range"
    ? { kind: "range", low: condition.low, high: condition.high }
    : { kind: condition.operator, port: condition.port };
}

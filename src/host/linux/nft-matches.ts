/** Lines of access lists in the words of nft(8). */
import type { AccessLine, PacketTest } from "../../net/access-list.ts";
import { ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import {
  type AccessRule,
  type AddressBlock,
  ANY_ADDRESS,
  ANY_PORT,
  type PortRange,
} from "../../net/selector.ts";

/** What a line matches: one text for each of its rules, empty for a line that matches everything. */
export function matchesOf({ rules, tests }: Pick<AccessLine, "rules" | "tests">): string[] {
  return rules.map((rule) => [...wordsOf(rule), ...tests.map(testText)].join(" "));
}

/** What a rule alone matches. */
export function ruleMatch(rule: AccessRule): string {
  return wordsOf(rule).join(" ");
}

/** `{ "eth0", "eth1" }`. */
export function setOf(devices: readonly string[]): string {
  return `{ ${devices.map((device) => JSON.stringify(device)).join(", ")} }`;
}

/** Of a protocol with ports. */
export function portedName(protocol: number): string {
  return protocol === PROTOCOL.TCP ? "tcp" : "udp";
}

function wordsOf({ protocol, source, sourcePorts, destination, destinationPorts }: AccessRule): string[] {
  return [
    ...(protocol === 0 ? [] : [`ip protocol ${protocol}`]),
    ...addressText("saddr", source),
    ...addressText("daddr", destination),
    ...portText(protocol, "sport", sourcePorts),
    ...portText(protocol, "dport", destinationPorts),
  ];
}

function addressText(field: string, { address, wildcard }: AddressBlock): string[] {
  if (wildcard === ANY_ADDRESS.wildcard) return [];
  const care = ipv4FromNumber(~ipv4ToNumber(wildcard) >>> 0);
  return [`ip ${field} & ${care} == ${address}`];
}

function portText(protocol: number, field: string, { low, high }: PortRange): string[] {
  if (low === ANY_PORT.low && high === ANY_PORT.high) return [];
  return [`${portedName(protocol)} ${field} ${low === high ? low : `${low}-${high}`}`];
}

function testText(test: PacketTest): string {
  switch (test.kind) {
    case "established":
      return "tcp flags & (ack | rst) != 0";
    case "fragments":
      return "ip frag-off & 0x1fff != 0";
    case "type of service":
      // The second octet of the header, as it is.
      return `@nh,8,8 & ${test.mask} == ${test.value}`;
    case "icmp":
      return `icmp type ${test.type}${test.code === undefined ? "" : ` icmp code ${test.code}`}`;
  }
}

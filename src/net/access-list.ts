/**
 * Access lists as packet filters, as IOS has them: lines in order, the first that matches decides, and what none matches is
 * denied; a list without lines lets everything pass.
 */
import { flowOf } from "./flow.ts";
import type { IcmpKind } from "./icmp-names.ts";
import type { Ipv4Packet } from "./ipv4-packet.ts";
import { PROTOCOL } from "./protocols.ts";
import { type AccessRule, ANY_PORT, type Flow, selectorMatchesOutbound, selectorOfRule } from "./selector.ts";

export interface AccessList {
  /** A name, or the digits of a number. */
  readonly name: string;
  readonly lines: readonly AccessLine[];
}

export interface AccessLine {
  readonly action: AccessRule["action"];
  /** One of them is to match; they are several where `neq` leaves a gap in the ports. */
  readonly rules: readonly AccessRule[];
  /** All of them are to hold. */
  readonly tests: readonly PacketTest[];
  /** What is told of packets that match. */
  readonly log: "source" | "flow" | "flow and input" | undefined;
  /** What the line was made from: matches are counted for it, by identity. */
  readonly source: object;
}

/** What a line asks of a packet beyond addresses, protocol and ports. */
export type PacketTest =
  /** A TCP segment of a connection that is there: ACK or RST. */
  | { readonly kind: "established" }
  /** A fragment that is not the first. */
  | { readonly kind: "fragments" }
  /** Bits of the type of service octet. */
  | { readonly kind: "type of service"; readonly mask: number; readonly value: number }
  | ({ readonly kind: "icmp" } & IcmpKind);

/** What lines that log tell. */
export type AccessListEvent =
  | {
      readonly kind: "access-list-matched";
      readonly list: string;
      readonly permitted: boolean;
      readonly flow: Flow;
      /** The list looks at sources alone: the rest is that of the first packet. */
      readonly isAboutSource: boolean;
      /** The interface that it came in by, where it is asked for. */
      readonly arrivedBy?: string;
      readonly icmp?: { readonly type: number; readonly code: number };
      /** Since the flow was last told. */
      readonly packets: number;
    }
  /** Packets of so many flows that not all could be told apart. */
  | { readonly kind: "access-list-log-missed"; readonly packets: number };

export type Verdict =
  | { readonly permitted: boolean; readonly line: AccessLine }
  /** No line said so. */
  | { readonly permitted: boolean; readonly line: undefined };

export function verdict({ lines }: AccessList, packet: Ipv4Packet): Verdict {
  const flow = flowOf(packet);
  const line = lines.find((each) => isAbout(each, packet, flow));
  if (line === undefined) return { permitted: lines.length === 0, line };
  return { permitted: line.action === "permit", line };
}

/**
 * A later fragment shows nothing but its IP header: a permit line then matches by that alone, and a deny line that asks for
 * more does not match.
 */
function isAbout({ action, rules, tests }: AccessLine, packet: Ipv4Packet, flow: Flow): boolean {
  const isLater = packet.fragmentOffset > 0;
  const matches = (rule: AccessRule) => {
    if (!isLater || !hasPorts(rule)) return selectorMatchesOutbound(selectorOfRule(rule), flow);
    const portless = { ...rule, sourcePorts: ANY_PORT, destinationPorts: ANY_PORT };
    return action === "permit" && selectorMatchesOutbound(selectorOfRule(portless), flow);
  };
  return rules.some(matches) && tests.every((test) => holds(test, packet, action === "permit"));
}

/** `unseen`: what holds for a later fragment, which does not show it. */
function holds(test: PacketTest, packet: Ipv4Packet, unseen: boolean): boolean {
  const { payload, fragmentOffset, typeOfService } = packet;
  switch (test.kind) {
    case "fragments":
      return fragmentOffset > 0;
    case "type of service":
      return (typeOfService & test.mask) === test.value;
    case "established":
      if (fragmentOffset > 0) return unseen;
      return packet.protocol === PROTOCOL.TCP && ((payload[TCP_FLAGS_AT] ?? 0) & (ACK | RST)) !== 0;
    case "icmp":
      if (fragmentOffset > 0) return unseen;
      return payload[0] === test.type && (test.code === undefined || payload[1] === test.code);
  }
}

function hasPorts({ sourcePorts, destinationPorts }: AccessRule): boolean {
  return [sourcePorts, destinationPorts].some(({ low, high }) => low > ANY_PORT.low || high < ANY_PORT.high);
}

const TCP_FLAGS_AT = 13;
const ACK = 0x10;
const RST = 0x04;

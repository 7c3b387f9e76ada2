/** How a line of an extended access list is written, from `permit` on. */

import { ICMP_KINDS } from "../../net/icmp-names.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { PROTOCOL_NAMES } from "../../net/protocols.ts";
import { anyOrder, choice, flag, oneOf, optional, type Part, value, word } from "../sentence.ts";
import { ADDRESS, integer, LINE, NAME } from "../value-types.ts";
import { PROTOCOL_HELP, TCP_PORTS, UDP_PORTS } from "./protocol-words.ts";

/** A line after the number or below the name of its list. */
export const ENTRY = oneOf("entry", {
  rule: [
    choice("action", {
      deny: ["deny", "Specify packets to reject"],
      permit: ["permit", "Specify packets to forward"],
    }),
    ruleForms(),
  ],
  remark: [word("remark", "Access list entry comment"), value("text", LINE, "Comment up to 100 characters")],
});

export type EntryArguments =
  | { readonly kind: "rule"; readonly action: "permit" | "deny"; readonly rule: RuleArguments }
  | { readonly kind: "remark"; readonly text: string };

export type RuleArguments =
  | ({ readonly kind: "tcp" } & Addresses & Ports & Narrowing & { readonly established: true | undefined })
  | ({ readonly kind: "udp" } & Addresses & Ports & Narrowing)
  | ({ readonly kind: "icmp" } & Addresses & Narrowing & { readonly message: string | undefined })
  | ({ readonly kind: "other"; readonly protocol: number } & Addresses & Narrowing);

interface Addresses {
  readonly source: AddressArguments;
  readonly destination: AddressArguments;
}

export type AddressArguments =
  | { readonly kind: "any" }
  | { readonly kind: "host"; readonly address: IpAddress }
  | { readonly kind: "block"; readonly address: IpAddress; readonly wildcard: IpAddress };

interface Ports {
  readonly sourcePorts: PortArguments | undefined;
  readonly destinationPorts: PortArguments | undefined;
}

export type PortArguments =
  | { readonly kind: "eq" | "neq" | "gt" | "lt"; readonly port: number }
  | { readonly kind: "range"; readonly low: number; readonly high: number };

export interface Narrowing {
  readonly precedence: number | undefined;
  readonly tos: number | undefined;
  readonly dscp: string | undefined;
  readonly timeRange: string | undefined;
  readonly fragments: true | undefined;
  readonly log: "log" | "log-input" | undefined;
}

function ruleForms(): Part<{ readonly rule: RuleArguments }> {
  return oneOf("rule", {
    tcp: [
      word("tcp", "Transmission Control Protocol"),
      address("source", "Source"),
      ports("sourcePorts", TCP_PORTS),
      address("destination", "Destination"),
      ports("destinationPorts", TCP_PORTS),
      flag("established", "established", "Match established connections"),
      narrowing(),
    ],
    udp: [
      word("udp", "User Datagram Protocol"),
      address("source", "Source"),
      ports("sourcePorts", UDP_PORTS),
      address("destination", "Destination"),
      ports("destinationPorts", UDP_PORTS),
      narrowing(),
    ],
    icmp: [
      word("icmp", "Internet Control Message Protocol"),
      address("source", "Source"),
      address("destination", "Destination"),
      optional(choice("message", icmpMessages())),
      narrowing(),
    ],
    other: [
      choice("protocol", otherProtocols(), { type: integer(0, 255), help: "An IP protocol number" }),
      address("source", "Source"),
      address("destination", "Destination"),
      narrowing(),
    ],
  });
}

export function otherProtocols(): Readonly<Record<string, readonly [number, string]>> {
  const own = [...PROTOCOL_NAMES].filter(([name]) => !["tcp", "udp", "icmp"].includes(name));
  return Object.fromEntries(own.map(([name, number]) => [name, [number, PROTOCOL_HELP[name] ?? name]]));
}

export function icmpMessages(): Readonly<Record<string, readonly [string, string]>> {
  return Object.fromEntries(
    [...ICMP_KINDS.keys()].map((name) => [name, [name, `ICMP ${name.replaceAll("-", " ")}`]]),
  );
}

function address<const N extends string>(name: N, which: string) {
  return oneOf(name, {
    any: [word("any", "Any host")],
    host: [word("host", "A single host"), value("address", ADDRESS, `${which} address`)],
    block: [
      value("address", ADDRESS, `${which} address`),
      value("wildcard", ADDRESS, `${which} wildcard bits`),
    ],
  });
}

export function ports<const N extends string>(name: N, names: Readonly<Record<string, number>>) {
  const words = Object.fromEntries(
    Object.entries(names).map(([text, port]) => [text, [port, `Port ${port}`] as const]),
  );
  const port = { type: integer(0, 65_535), help: "Port number" };
  return optional(
    oneOf(name, {
      eq: [word("eq", "Match only packets on a given port number"), choice("port", words, port, "PORT")],
      gt: [word("gt", "Match only packets with a greater port number"), choice("port", words, port, "PORT")],
      lt: [word("lt", "Match only packets with a lower port number"), choice("port", words, port, "PORT")],
      neq: [
        word("neq", "Match only packets not on a given port number"),
        choice("port", words, port, "PORT"),
      ],
      range: [
        word("range", "Match only packets in the range of port numbers"),
        choice("low", words, port, "PORT"),
        choice("high", words, port, "PORT"),
      ],
    }),
  );
}

function narrowing() {
  return anyOrder(
    0,
    [
      word("precedence", "Match packets with given precedence value"),
      value("precedence", integer(0, 7), "Precedence value"),
    ],
    [
      word("tos", "Match packets with given TOS value"),
      value("tos", integer(0, 15), "Type of service value"),
    ],
    [
      word("dscp", "Match packets with given dscp value"),
      value("dscp", NAME, "Differentiated services codepoint"),
    ],
    [word("time-range", "Specify a time-range"), value("timeRange", NAME, "Time-range entry name")],
    [flag("fragments", "fragments", "Check non-initial fragments")],
    [
      choice("log", {
        log: ["log", "Log matches against this entry"],
        "log-input": ["log-input", "Log matches against this entry, including input interface"],
      }),
    ],
  );
}

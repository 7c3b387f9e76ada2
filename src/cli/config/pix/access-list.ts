/** Access lists of a PIX: named or numbered, extended, with subnet masks where IOS has wildcards. */
import type {
  AccessListEntry,
  AccessListRule,
  AccessListSettings,
  Configuration,
} from "../../../config/configuration.ts";
import { ipv4FromNumber, ipv4ToNumber } from "../../../net/ip-address.ts";
import { globalSetting } from "../../mode.ts";
import { printParts } from "../../print.ts";
import { replaced } from "../../replaced.ts";
import { choice, oneOf, optional, value, word } from "../../sentence.ts";
import { ADDRESS, integer, NAME } from "../../value-types.ts";
import { phrase } from "../../vocabulary.ts";
import { argumentsOfEntry, ruleOf } from "../access-rule.ts";
import {
  type AddressArguments,
  icmpMessages,
  otherProtocols,
  ports,
  type RuleArguments,
} from "../access-rule-sentence.ts";
import { TCP_PORTS, UDP_PORTS } from "../protocol-words.ts";
import { PIX_MASK } from "./interfaces.ts";

const RULE = oneOf("rule", {
  tcp: [
    word("tcp", "Transmission Control Protocol"),
    address("source", "Source"),
    ports("sourcePorts", TCP_PORTS),
    address("destination", "Destination"),
    ports("destinationPorts", TCP_PORTS),
  ],
  udp: [
    word("udp", "User Datagram Protocol"),
    address("source", "Source"),
    ports("sourcePorts", UDP_PORTS),
    address("destination", "Destination"),
    ports("destinationPorts", UDP_PORTS),
  ],
  icmp: [
    word("icmp", "Internet Control Message Protocol"),
    address("source", "Source"),
    address("destination", "Destination"),
    optional(choice("message", icmpMessages())),
  ],
  other: [
    choice("protocol", otherProtocols(), { type: integer(0, 255), help: "An IP protocol number" }),
    address("source", "Source"),
    address("destination", "Destination"),
  ],
});

const LINE_PARTS = [
  choice("action", {
    deny: ["deny" as Action, "Specify packets to reject"], // one of both
    permit: ["permit" as Action, "Specify packets to forward"], // one of both
  }),
  RULE,
] as const;

type Action = AccessListRule["action"];
type PixRule = Extract<Parameters<typeof printParts<typeof LINE_PARTS>>[1], object>["rule"];
type PixAddress = PixRule["source"];

export const PIX_ACCESS_LIST = globalSetting(
  [
    ...phrase("access-list", "Add a line to an access list"),
    value("name", NAME, "Access list name"),
    ...LINE_PARTS,
  ],
  {
    // `no` with the name alone removes the list, with a line that line.
    key: 2,
    set: (configuration, { name, action, rule }, origin) => {
      const list = listNamed(configuration, name) ?? { kind: "extended", name, entries: [], origin };
      const entry = { ...entryOf(action, rule), sequence: undefined, origin };
      return list.entries.some((other) => printed(other) === printed(entry))
        ? configuration
        : withList(configuration, { ...list, entries: [...list.entries, entry] });
    },
    unset: (configuration, { name, action, rule }) => {
      const list = listNamed(configuration, name ?? "");
      if (list === undefined) return configuration;
      const entries =
        action === undefined || rule === undefined
          ? []
          : list.entries.filter((other) => printed(other) !== printed(entryOf(action, rule)));
      return withList(configuration, { ...list, entries });
    },
    get: ({ accessLists }) =>
      accessLists.flatMap(({ name, entries }) =>
        entries.flatMap((entry) => {
          const written = argumentsOf(entry);
          return written === undefined ? [] : [{ name, ...written }];
        }),
      ),
  },
);

function address<const N extends string>(name: N, which: string) {
  return oneOf(name, {
    any: [word("any", "Any host")],
    host: [word("host", "A single host"), value("address", ADDRESS, `${which} address`)],
    block: [value("address", ADDRESS, `${which} address`), value("mask", PIX_MASK, `${which} subnet mask`)],
  });
}

function listNamed({ accessLists }: Configuration, name: string): AccessListSettings | undefined {
  return accessLists.find((list) => list.name === name);
}

/** A list without lines is not there. */
function withList(configuration: Configuration, list: AccessListSettings): Configuration {
  const accessLists = replaced(configuration.accessLists, list, ({ name }) => name === list.name);
  return { ...configuration, accessLists: accessLists.filter(({ entries }) => entries.length > 0) };
}

function entryOf(action: Action, rule: PixRule): Omit<AccessListRule, "sequence" | "origin"> {
  return ruleOf(action, { ...NARROWED_BY_NOTHING, ...rule, ...withWildcards(rule) } as RuleArguments); // forms are alike but for addresses
}

function withWildcards({ source, destination }: PixRule) {
  return { source: withWildcard(source), destination: withWildcard(destination) };
}

const NARROWED_BY_NOTHING = {
  precedence: undefined,
  tos: undefined,
  dscp: undefined,
  timeRange: undefined,
  fragments: undefined,
  log: undefined,
  established: undefined,
};

function withWildcard(written: PixAddress): AddressArguments {
  return written.kind === "block"
    ? { kind: "block", address: written.address, wildcard: inverted(written.mask) }
    : written;
}

function withMask(written: AddressArguments): PixAddress {
  return written.kind === "block"
    ? { kind: "block", address: written.address, mask: inverted(written.wildcard) }
    : written;
}

function inverted(bits: Parameters<typeof ipv4ToNumber>[0]) {
  return ipv4FromNumber(~ipv4ToNumber(bits) >>> 0);
}

function argumentsOf(entry: AccessListEntry | Omit<AccessListRule, "sequence" | "origin">) {
  const written = argumentsOfEntry({ sequence: undefined, origin: undefined, ...entry });
  if (written.kind === "remark") return undefined;
  const { source, destination } = written.rule;
  const rule = { ...written.rule, source: withMask(source), destination: withMask(destination) };
  return { action: written.action, rule };
}

/** Lines that print alike are one. */
function printed(entry: AccessListEntry | Omit<AccessListRule, "sequence" | "origin">): string {
  const written = argumentsOf(entry);
  return written === undefined ? "" : printParts(LINE_PARTS, written);
}

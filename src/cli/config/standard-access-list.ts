/** Standard access lists, numbered and named: lines that look at the source alone. */
import { ListIndex } from "../../base/list-index.ts";
import type { AccessListEntry } from "../../config/configuration.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { type AddressBlock, ANY_ADDRESS, host } from "../../net/selector.ts";
import { globalSetting, type Mode, opening, statementsAt } from "../mode.ts";
import { printParts } from "../print.ts";
import { choice, flag, oneOf, optional, value, word } from "../sentence.ts";
import { ACCESS_LIST_NAME, ADDRESS, integer, LINE } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type EntryForm, entryLens, listPlace, namedLens, numberedLens } from "./access-list-lenses.ts";

const NUMBER_FORMS = {
  standard: [value("number", integer(1, 99), "IP standard access list")],
  expanded: [value("number", integer(1300, 1999), "IP standard access list (expanded range)")],
} as const;

const ENTRY = oneOf("entry", {
  rule: [
    choice("action", {
      deny: ["deny", "Specify packets to reject"],
      permit: ["permit", "Specify packets to forward"],
    }),
    oneOf("source", {
      any: [word("any", "Any source host")],
      host: [word("host", "A single host address"), value("address", ADDRESS, "Host address")],
      block: [
        value("address", ADDRESS, "Address to match"),
        optional(value("wildcard", ADDRESS, "Wildcard bits")),
      ],
    }),
    flag("log", "log", "Log matches against this entry"),
  ],
  remark: [word("remark", "Access list entry comment"), value("text", LINE, "Comment up to 100 characters")],
});

type EntryArguments =
  | {
      readonly kind: "rule";
      readonly action: "permit" | "deny";
      readonly source: SourceArguments;
      readonly log: true | undefined;
    }
  | { readonly kind: "remark"; readonly text: string };

type SourceArguments =
  | { readonly kind: "any" }
  | { readonly kind: "host"; readonly address: IpAddress }
  | { readonly kind: "block"; readonly address: IpAddress; readonly wildcard: IpAddress | undefined };

const STANDARD: EntryForm<EntryArguments> = {
  kind: "standard",
  toEntry: (entry, sequence, origin) =>
    entry.kind === "remark"
      ? { kind: "remark", text: entry.text, sequence, origin }
      : {
          kind: "rule",
          action: entry.action,
          protocol: 0,
          source: blockOf(entry.source),
          sourcePorts: undefined,
          destination: ANY_ADDRESS,
          destinationPorts: undefined,
          conditions: [],
          log: entry.log ? "log" : undefined,
          sequence,
          origin,
        },
  toArguments: argumentsOf,
  print: printEntry,
  lines: new ListIndex(printEntry),
};

function printEntry(entry: AccessListEntry): string {
  return printParts([ENTRY], { entry: argumentsOf(entry) });
}

function argumentsOf(entry: AccessListEntry): EntryArguments {
  if (entry.kind === "remark") return { kind: "remark", text: entry.text };
  const { action, source, log } = entry;
  return { kind: "rule", action, source: sourceArguments(source), log: log === undefined ? undefined : true };
}

function blockOf(source: SourceArguments): AddressBlock {
  if (source.kind === "any") return ANY_ADDRESS;
  if (source.kind === "host" || source.wildcard === undefined) return host(source.address);
  const open = ipv4ToNumber(source.wildcard);
  // Bits that the wildcard leaves open are zero, as IOS stores them.
  const address = ipv4FromNumber((ipv4ToNumber(source.address) & ~open) >>> 0);
  return { address, wildcard: source.wildcard };
}

/** A host prints without a wildcard. */
function sourceArguments({ address, wildcard }: AddressBlock): SourceArguments {
  if (wildcard === ANY_ADDRESS.wildcard) return { kind: "any" };
  return { kind: "block", address, wildcard: ipv4ToNumber(wildcard) === 0 ? undefined : wildcard };
}

export const NUMBERED_STANDARD_LIST = globalSetting(
  [...phrase("access-list", "Add an access list entry"), oneOf("list", NUMBER_FORMS), ENTRY],
  numberedLens(STANDARD),
);

const LIST_MODE: Mode = {
  title: "Standard access list",
  prompt: "config-std-nacl",
  statements: [
    statementsAt(listPlace("standard"))(
      [optional(value("sequence", integer(1, 2_147_483_647), "Sequence Number")), ENTRY],
      entryLens(STANDARD),
    ),
  ],
};

export const NAMED_STANDARD_LIST = opening(
  globalSetting(
    [
      ...phrase("ip access-list standard", "Standard Access List"),
      oneOf("list", { ...NUMBER_FORMS, named: [value("name", ACCESS_LIST_NAME, "Access-list name")] }),
    ],
    namedLens("standard"),
  ),
  LIST_MODE,
);

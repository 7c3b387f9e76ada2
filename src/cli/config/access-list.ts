/** Extended access lists, numbered and named. Standard ones and those of other protocols are kept without effect. */

import type { Origin } from "../../base/origin.ts";
import type { AccessListEntry, AccessListSettings, Configuration } from "../../config/configuration.ts";
import { keeping, keptIn } from "../keeping.ts";
import {
  type Change,
  GLOBAL_PLACE,
  globalSetting,
  isRefusal,
  type Mode,
  opening,
  type Place,
  statementsAt,
} from "../mode.ts";
import { oneOf, optional, value } from "../sentence.ts";
import { ACCESS_LIST_NAME, integer, LINE } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { argumentsOfEntry, printEntry, ruleOf } from "./access-rule.ts";
import { ENTRY, type EntryArguments } from "./access-rule-sentence.ts";

const NUMBER_FORMS = {
  standard: [value("number", integer(100, 199), "IP extended access list")],
  expanded: [value("number", integer(2000, 2699), "IP extended access list (expanded range)")],
} as const;

export const NUMBERED_ACCESS_LIST = globalSetting(
  [...phrase("access-list", "Add an access list entry"), oneOf("list", NUMBER_FORMS), ENTRY],
  {
    // As on IOS, `no` with any line of a numbered list removes the whole list.
    key: 2,
    set: (configuration, { list, entry }, origin) => {
      const old = listNamed(configuration, String(list.number), origin);
      const changed = withEntry(old, entryOf(entry, undefined, origin));
      return isRefusal(changed) ? changed : withList(configuration, changed);
    },
    unset: (configuration, { list }) => ({
      ...configuration,
      accessLists: configuration.accessLists.filter(({ name }) => name !== String(list?.number)),
    }),
    get: ({ accessLists }) =>
      accessLists
        .filter(({ name }) => isNumber(name))
        .flatMap(({ name, entries }) =>
          entries.map((entry) => ({ list: numberArguments(name), entry: argumentsOfEntry(entry) })),
        ),
  },
);

/** Standard lists, and lists of protocols other than IP. */
export const OTHER_ACCESS_LISTS = keeping(
  [
    ...phrase("access-list", "Add an access list entry"),
    oneOf("list", {
      standard: [value("number", integer(1, 99), "IP standard access list")],
      others: [value("number", integer(200, 1299), "Access list of another protocol")],
      expanded: [value("number", integer(1300, 1999), "IP standard access list (expanded range)")],
    }),
    value("rest", LINE, "The rest of the line, kept as it is"),
  ],
  { replaces: "line", keepsNo: false, effect: "none", block: undefined },
  keptIn(GLOBAL_PLACE),
  2,
);

type ListArguments =
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "standard" | "expanded"; readonly number: number };

const LIST_PLACE: Place<AccessListSettings, { readonly list: ListArguments }> = {
  read: (configuration, { list }) => listNamed(configuration, nameOf(list), undefined),
  write: (configuration, _place, list) => withList(configuration, list),
};

const LIST_ENTRY = statementsAt(LIST_PLACE)(
  [optional(value("sequence", integer(1, 2_147_483_647), "Sequence Number")), ENTRY],
  {
    key: 1,
    set: (list, { sequence, entry }, origin) =>
      withEntry(list, entryOf(entry, isNumber(list.name) ? undefined : sequence, origin)),
    unset: (list, { sequence, entry }) => {
      if (entry === undefined && sequence === undefined) return { refused: "% Incomplete command." };
      const text = entry === undefined ? undefined : printEntry(entryOf(entry, undefined, undefined));
      const numbers = sequenceNumbers(list.entries);
      const isMeant = (other: AccessListEntry, i: number) =>
        text === undefined ? numbers[i] === sequence : printEntry(other) === text;
      return { ...list, entries: list.entries.filter((other, i) => !isMeant(other, i)) };
    },
    get: ({ entries }) =>
      entries.map((entry) => ({ sequence: entry.sequence, entry: argumentsOfEntry(entry) })),
  },
);

const LIST_MODE: Mode = {
  title: "Extended access list",
  prompt: "config-ext-nacl",
  statements: [LIST_ENTRY],
};

export const NAMED_ACCESS_LIST = opening(
  globalSetting(
    [
      ...phrase("ip access-list extended", "Extended Access List"),
      oneOf("list", { ...NUMBER_FORMS, named: [value("name", ACCESS_LIST_NAME, "Access-list name")] }),
    ],
    {
      set: (configuration, { list }, origin) =>
        // A numbered list begins with its first line: without one there is nothing to print.
        list.kind !== "named"
          ? configuration
          : withList(configuration, listNamed(configuration, list.name, origin)),
      unset: (configuration, { list }) => ({
        ...configuration,
        accessLists: configuration.accessLists.filter(
          ({ name }) => list === undefined || name !== nameOf(list),
        ),
      }),
      get: ({ accessLists }) =>
        accessLists
          .filter(({ name }) => !isNumber(name))
          .map(({ name }) => ({ list: { kind: "named" as const, name } })),
    },
  ),
  LIST_MODE,
);

function nameOf(list: ListArguments): string {
  return list.kind === "named" ? list.name : String(list.number);
}

function isNumber(name: string): boolean {
  return /^\d/.test(name);
}

function numberArguments(name: string) {
  const number = Number(name);
  return number < 200 ? { kind: "standard" as const, number } : { kind: "expanded" as const, number };
}

function listNamed(
  { accessLists }: Configuration,
  name: string,
  origin: Origin | undefined,
): AccessListSettings {
  return accessLists.find((list) => list.name === name) ?? { name, entries: [], origin };
}

/** The configuration with one list changed, in IOS's order; a numbered list without lines is not there. */
function withList(configuration: Configuration, list: AccessListSettings): Configuration {
  const { accessLists } = configuration;
  const isThere = accessLists.some(({ name }) => name === list.name);
  const all = isThere
    ? accessLists.map((other) => (other.name === list.name ? list : other))
    : [...accessLists, list];
  const kept = all.filter(({ name, entries }) => entries.length > 0 || !isNumber(name));
  return { ...configuration, accessLists: kept.toSorted((a, b) => rank(a.name) - rank(b.name)) };
}

/** Named lists as they were made, then numbers ascending. */
function rank(name: string): number {
  return isNumber(name) ? Number(name) : 0;
}

function entryOf(
  entry: EntryArguments,
  sequence: number | undefined,
  origin: Origin | undefined,
): AccessListEntry {
  return entry.kind === "remark"
    ? { kind: "remark", text: entry.text, sequence, origin }
    : { ...ruleOf(entry.action, entry.rule), sequence, origin };
}

/** A line is added where its number says, else at the end; one that is there already adds nothing. */
function withEntry(list: AccessListSettings, entry: AccessListEntry): Change<AccessListSettings> {
  const text = printEntry(entry);
  if (list.entries.some((other) => printEntry(other) === text)) return list;
  const numbers = sequenceNumbers(list.entries);
  const { sequence } = entry;
  if (sequence !== undefined && numbers.includes(sequence)) return { refused: "% Duplicate sequence number" };
  const at = sequence === undefined ? -1 : numbers.findIndex((number) => number > sequence);
  return { ...list, entries: list.entries.toSpliced(at < 0 ? numbers.length : at, 0, entry) };
}

/** Lines without a number count on in tens. */
function sequenceNumbers(entries: readonly AccessListEntry[]): number[] {
  let last = 0;
  return entries.map(({ sequence }) => {
    last = sequence ?? last + SEQUENCE_STEP;
    return last;
  });
}

const SEQUENCE_STEP = 10;

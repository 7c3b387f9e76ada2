/** What standard and extended access lists have in common: how their lines are added, found, numbered and removed. */
import type { ListIndex } from "../../base/list-index.ts";
import type { Origin } from "../../base/origin.ts";
import { ACCESS_LISTS } from "../../config/access-list-settings.ts";
import type { AccessListEntry, AccessListSettings, Configuration } from "../../config/configuration.ts";
import { type Change, isRefusal, type Lens, type Place } from "../mode.ts";

type Kind = AccessListSettings["kind"];

/** How a line of one kind of list is written. */
export interface EntryForm<E> {
  readonly kind: Kind;
  toEntry(written: E, sequence: number | undefined, origin: Origin | undefined): AccessListEntry;
  toArguments(entry: AccessListEntry): E;
  /** As IOS prints it: `permit ip host 10.1.1.1 any`. */
  print(entry: AccessListEntry): string;
  /** The lines of a list by what `print` says of them. */
  readonly lines: ListIndex<AccessListEntry>;
}

export type ListNumber = { readonly kind: "standard" | "expanded"; readonly number: number };
export type ListName = ListNumber | { readonly kind: "named"; readonly name: string };

/** `access-list NUMBER …`. */
export function numberedLens<E>(
  form: EntryForm<E>,
): Lens<Configuration, { readonly list: ListNumber; readonly entry: E }> {
  return {
    // As on IOS, `no` with any line of a numbered list removes the whole list.
    key: 2,
    set: (configuration, { list, entry }, origin) => {
      const old = listNamed(configuration, form.kind, String(list.number), origin);
      const changed = withEntry(form, old, form.toEntry(entry, undefined, origin));
      return isRefusal(changed) ? changed : withList(configuration, changed);
    },
    unset: (configuration, { list }) => ({
      ...configuration,
      accessLists: configuration.accessLists.filter(({ name }) => name !== String(list?.number)),
    }),
    get: ({ accessLists }) =>
      accessLists
        .filter(({ kind, name }) => kind === form.kind && isNumber(name))
        .flatMap(({ name, entries }) =>
          entries.map((entry) => ({ list: numberArguments(name), entry: form.toArguments(entry) })),
        ),
  };
}

/** `ip access-list standard NAME`, `ip access-list extended NAME`. */
export function namedLens(kind: Kind): Lens<Configuration, { readonly list: ListName }> {
  return {
    set: (configuration, { list }, origin) => {
      const other = ACCESS_LISTS.find(configuration.accessLists, nameOf(list));
      if (other !== undefined && other.kind !== kind)
        return { refused: `% A named ${other.kind} IP access list with this name already exists` };
      // A numbered list begins with its first line: without one there is nothing to print.
      return other === undefined && list.kind === "named"
        ? withNewList(configuration, { kind, name: list.name, entries: [], origin })
        : configuration;
    },
    unset: (configuration, { list }) => ({
      ...configuration,
      accessLists: configuration.accessLists.filter(
        (other) => list === undefined || other.kind !== kind || other.name !== nameOf(list),
      ),
    }),
    get: ({ accessLists }) =>
      accessLists
        .filter((list) => list.kind === kind && !isNumber(list.name))
        .map(({ name }) => ({ list: { kind: "named", name } })),
  };
}

export function listPlace(kind: Kind): Place<AccessListSettings, { readonly list: ListName }> {
  return {
    read: (configuration, { list }) => listNamed(configuration, kind, nameOf(list), undefined),
    write: (configuration, _place, list) => withList(configuration, list),
  };
}

/** A line below the name of its list. */
export function entryLens<E>(
  form: EntryForm<E>,
): Lens<AccessListSettings, { readonly sequence: number | undefined; readonly entry: E }> {
  return {
    key: 1,
    set: (list, { sequence, entry }, origin) => withEntry(form, list, form.toEntry(entry, sequence, origin)),
    unset: (list, { sequence, entry }) => {
      if (entry === undefined && sequence === undefined) return { refused: "% Incomplete command." };
      const text = entry === undefined ? undefined : form.print(form.toEntry(entry, undefined, undefined));
      const numbers = sequenceNumbers(list.entries);
      const isMeant = (other: AccessListEntry, i: number) =>
        text === undefined ? numbers[i] === sequence : form.print(other) === text;
      return { ...list, entries: list.entries.filter((other, i) => !isMeant(other, i)) };
    },
    get: ({ entries }) =>
      entries.map((entry) => ({ sequence: entry.sequence, entry: form.toArguments(entry) })),
  };
}

function nameOf(list: ListName): string {
  return list.kind === "named" ? list.name : String(list.number);
}

function isNumber(name: string): boolean {
  return /^\d/.test(name);
}

function numberArguments(name: string): ListNumber {
  const number = Number(name);
  return { kind: number < 200 ? "standard" : "expanded", number };
}

function listNamed(
  { accessLists }: Configuration,
  kind: Kind,
  name: string,
  origin: Origin | undefined,
): AccessListSettings {
  return ACCESS_LISTS.find(accessLists, name) ?? { kind, name, entries: [], origin };
}

/** The configuration with one list changed, in IOS's order; a numbered list without lines is not there. */
function withList(configuration: Configuration, list: AccessListSettings): Configuration {
  const { accessLists } = configuration;
  const at = ACCESS_LISTS.placeOf(accessLists, list.name);
  const isSaid = list.entries.length > 0 || !isNumber(list.name);
  if (at >= 0)
    return {
      ...configuration,
      accessLists: isSaid ? ACCESS_LISTS.with(accessLists, at, list) : accessLists.toSpliced(at, 1),
    };
  return isSaid ? withNewList(configuration, list) : configuration;
}

function withNewList(configuration: Configuration, list: AccessListSettings): Configuration {
  const { accessLists } = configuration;
  const before = accessLists.findLastIndex((other) => rank(other) <= rank(list));
  return { ...configuration, accessLists: ACCESS_LISTS.inserted(accessLists, before + 1, list) };
}

/** Named lists as they were made, standard ones first, then numbers ascending, standard ones first. */
function rank({ kind, name }: AccessListSettings): number {
  const base = kind === "standard" ? 0 : 10_000;
  return isNumber(name) ? 20_000 + base + Number(name) : base;
}

/**
 * A line is added where its number says, else at the end; one that is there already adds nothing. The lines of a numbered
 * list are printed without their numbers, and so keep none: they go on in tens.
 */
function withEntry<E>(
  form: EntryForm<E>,
  list: AccessListSettings,
  entry: AccessListEntry,
): Change<AccessListSettings> {
  const { entries } = list;
  if (form.lines.placeOf(entries, form.print(entry)) >= 0) return list;
  const { sequence } = entry;
  if (sequence === undefined)
    return { ...list, entries: form.lines.inserted(entries, entries.length, entry) };
  const numbers = sequenceNumbers(entries);
  if (numbers.includes(sequence)) return { refused: "% Duplicate sequence number" };
  const at = numbers.findIndex((number) => number > sequence);
  const kept = isNumber(list.name) ? { ...entry, sequence: undefined } : entry;
  return { ...list, entries: form.lines.inserted(entries, at < 0 ? numbers.length : at, kept) };
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

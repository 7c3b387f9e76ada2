/** The terminal lines that `line vty 0 4` means: what is entered for several goes to each of them. */
import type { Configuration, KeptLines } from "../../config/configuration.ts";
import { type LineKind, type LineSettings, lineSettings } from "../../config/line-settings.ts";
import type { KeptPlace } from "../keeping.ts";
import { isRefusal, type Lens, type Place } from "../mode.ts";
import { typed } from "../sentence.ts";

/** The arguments of the line that leads to the mode; without `last` it means one line. */
export interface LinePlace {
  readonly line: { readonly kind: LineKind; readonly first: number; readonly last?: number | undefined };
}

/** At least one, ascending. */
type Lines = readonly LineSettings[];

export const LINE_PLACE: Place<Lines, LinePlace> = {
  read: ({ lines }, place) => numbersOf(place).map((number) => lineSettings(lines, place.line.kind, number)),
  write: (configuration, place, lines) => ({
    ...configuration,
    lines: [...configuration.lines.filter((other) => !isMeant(other, place)), ...lines].toSorted(inOrder),
  }),
};

/** IOS wants the first line first. */
export function isBackwards({ line: { first, last = first } }: LinePlace): boolean {
  return last < first;
}

export function numbersOf({ line: { first, last = first } }: LinePlace): readonly number[] {
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, i) => first + i);
}

export function isMeant({ kind, number }: LineSettings, { line }: LinePlace): boolean {
  return kind === line.kind && number >= line.first && number <= (line.last ?? line.first);
}

/** A setting of one line as one of several; what the first says is what prints. */
export function ofEach<A>(lens: Lens<LineSettings, A>): Lens<Lines, A> {
  const [get, negations] = [lens.get, lens.negations];
  const change = (lines: Lines, one: (line: LineSettings) => ReturnType<typeof lens.set>) => {
    const changed: LineSettings[] = [];
    for (const line of lines) {
      const next = one(line);
      if (isRefusal(next)) return next;
      changed.push(next);
    }
    return changed;
  };
  return {
    ...(lens.key === undefined ? {} : { key: lens.key }),
    set: (lines, args, origin) => change(lines, (line) => lens.set(line, args, origin)),
    unset: (lines, args, origin) => change(lines, (line) => lens.unset(line, args, origin)),
    get: (lines, all) => lines.slice(0, 1).flatMap((line) => get(line, all)),
    ...(negations === undefined
      ? {}
      : {
          negations: (lines: Lines, all: boolean) =>
            lines.slice(0, 1).flatMap((line) => negations(line, all)),
        }),
  };
}

/** Lines of a terminal line that have no effect here. */
export const KEPT_OF_LINES: KeptPlace = {
  read: keptOfFirst,
  all: keptOfFirst,
  write: (configuration, place, _args, kept) => {
    const here = typed<LinePlace>(place);
    const lines = LINE_PLACE.read(configuration, here).map((line) => ({ ...line, kept }));
    return LINE_PLACE.write(configuration, here, lines);
  },
};

function keptOfFirst(configuration: Configuration, place: object): KeptLines {
  return LINE_PLACE.read(configuration, typed<LinePlace>({ ...place }))[0]?.kept ?? [];
}

function inOrder(a: LineSettings, b: LineSettings): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.number - b.number;
}

/** As IOS prints them. */
const KINDS: readonly LineKind[] = ["con", "aux", "vty"];

/** `line`: terminal lines, by kind and number; neighbours that say the same print together. */
import type { Configuration } from "../../config/configuration.ts";
import { type LineSettings, newLine } from "../../config/line-settings.ts";
import { keeping, keptIn } from "../keeping.ts";
import { GLOBAL_PLACE, globalSetting, type Mode, opening, type Statement } from "../mode.ts";
import { oneOf, optional, value, word } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { LINE_BLOCK } from "./kept-blocks.ts";
import { isBackwards, isMeant, LINE_PLACE, numbersOf } from "./line-place.ts";
import { LINE_STATEMENTS } from "./line-settings.ts";

const LINE_MODE: Mode = { title: "Terminal line", prompt: "config-line", statements: LINE_STATEMENTS };

/** More than any IOS has. */
const VTY_MAX = 98;

export const LINE = opening(
  globalSetting(
    [
      ...phrase("line"),
      oneOf("line", {
        con: [
          word("console", "Primary terminal line", { printed: "con" }),
          value("first", integer(0, 0), "First Line number"),
        ],
        aux: [word("aux", "Auxiliary line"), value("first", integer(0, 0), "First Line number")],
        vty: [
          word("vty", "Virtual terminal"),
          value("first", integer(0, VTY_MAX), "First Line number"),
          optional(value("last", integer(0, VTY_MAX), "Last Line number")),
        ],
      }),
    ],
    {
      set: (configuration, place, origin) => {
        if (isBackwards(place)) return BACKWARDS;
        const isThere = (number: number) =>
          configuration.lines.some((other) => other.kind === place.line.kind && other.number === number);
        if (numbersOf(place).every(isThere)) return configuration;
        const lines = numbersOf(place).map(
          (number) =>
            configuration.lines.find((other) => other.kind === place.line.kind && other.number === number) ??
            newLine(place.line.kind, number, origin),
        );
        return LINE_PLACE.write(configuration, place, lines);
      },
      unset: (configuration, { line }) => {
        if (line === undefined) return configuration;
        if (isBackwards({ line })) return BACKWARDS;
        return { ...configuration, lines: configuration.lines.filter((other) => !isMeant(other, { line })) };
      },
      get: (configuration) =>
        groupsOf(configuration).map((group) => {
          const { kind, number: first } = group[0];
          const last = group.at(-1)?.number;
          return kind === "vty"
            ? { line: { kind, first, last: last === first ? undefined : last } }
            : { line: { kind, first } };
        }),
    },
  ),
  LINE_MODE,
);

const BACKWARDS = { refused: "% Bad line number: the last line comes before the first" };

type Group = readonly [LineSettings, ...LineSettings[]];

/** Neighbours that say the same. */
function groupsOf(configuration: Configuration): readonly Group[] {
  const groups: [LineSettings, ...LineSettings[]][] = [];
  let before = "";
  for (const line of configuration.lines) {
    const said = saidOf(configuration, line);
    const last = groups.at(-1)?.at(-1);
    if (last?.kind === line.kind && last.number === line.number - 1 && said === before)
      groups.at(-1)?.push(line);
    else groups.push([line]);
    before = said;
  }
  return groups;
}

function saidOf(configuration: Configuration, { kind, number }: LineSettings): string {
  const place = { line: { kind, first: number } };
  return JSON.stringify(LINE_STATEMENTS.map((statement) => statement.written(configuration, place, false)));
}

/** Lines of asynchronous ports, which a gateway does not have. */
export const OTHER_LINES: readonly Statement[] = [
  keeping(
    [
      ...phrase("line"),
      oneOf("port", {
        tty: [
          word("tty", "Terminal controller"),
          value("first", integer(0, 4095), "First Line number"),
          optional(value("last", integer(0, 4095), "Last Line number")),
        ],
        absolute: [
          value("first", integer(0, 4095), "First Line number"),
          optional(value("last", integer(0, 4095), "Last Line number")),
        ],
      }),
    ],
    { replaces: "line", keepsNo: false, effect: "none", block: LINE_BLOCK },
    keptIn(GLOBAL_PLACE),
  ),
];

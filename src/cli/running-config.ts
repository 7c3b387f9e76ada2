/** The configuration as IOS prints it: read again, it is the same configuration. */
import { hex } from "../base/octets.ts";
import type { Configuration } from "../config/configuration.ts";
import { SECTIONS } from "./config/global-mode.ts";
import { PIX_SECTIONS } from "./config/pix/pix-mode.ts";
import type { Arguments } from "./grammar.ts";
import type { Statement, Written } from "./mode.ts";
import { printNegated, printSentence } from "./print.ts";

/** Lines without `Current configuration`, `!` between sections, `end` last; of a PIX in its own dialect. `all`: what has its default value too. */
export function runningConfig(configuration: Configuration, options: { all?: boolean } = {}): string[] {
  if (configuration.pix !== undefined) return pixLines(configuration, options.all ?? false);
  const lines: string[] = ["!"];
  for (const section of SECTIONS) {
    for (const statement of section)
      for (const written of statement.written(configuration, {}, options.all ?? false)) {
        const block = blockOf(configuration, statement, written, options.all ?? false);
        // A line with a mode below it stands apart from the one before.
        if (block.length > 0 && lines.at(-1) !== "!" && statement.opens !== undefined) lines.push("!");
        lines.push(lineOf(statement, written), ...block);
      }
    if (lines.at(-1) !== "!") lines.push("!");
  }
  return [...lines, "end"];
}

/** A PIX has no modes, and says itself where its configuration ends. */
function pixLines(configuration: Configuration, all: boolean): string[] {
  return [": Saved", ":", ...PIX_SECTIONS.flatMap(({ lines }) => lines(configuration, all)), ": end"];
}

/** What stands below a line, indented by one more for each mode. */
function blockOf(
  configuration: Configuration,
  { opens }: Statement,
  written: Written,
  all: boolean,
  above: Arguments = {},
): readonly string[] {
  if (written.kind === "kept") return written.block;
  if (written.kind === "negated") return [];
  if (written.octets !== undefined) return octetLines(written.octets);
  const place: Arguments = { ...above, ...written.args };
  return (opens?.statements ?? []).flatMap((statement) =>
    statement
      .written(configuration, place, all)
      .flatMap((inner) => [
        ` ${lineOf(statement, inner)}`,
        ...blockOf(configuration, statement, inner, all, place).map((line) => ` ${line}`),
      ]),
  );
}

/** Eight groups of four octets a line, as IOS shows them. */
export function octetRows(octets: Uint8Array): string[] {
  const groups =
    hex(octets)
      .toUpperCase()
      .match(/.{1,8}/g) ?? [];
  return Array.from({ length: Math.ceil(groups.length / GROUPS) }, (_, row) =>
    groups.slice(row * GROUPS, (row + 1) * GROUPS).join(" "),
  );
}

const GROUPS = 8;

function octetLines(octets: Uint8Array): string[] {
  return [...octetRows(octets), "quit"].map((line) => ` ${line}`);
}

function lineOf({ sentence }: Statement, written: Written): string {
  switch (written.kind) {
    case "said":
      return printSentence(sentence, written.args);
    case "negated":
      return printNegated(sentence, written.args);
    case "kept":
      return written.text;
  }
}

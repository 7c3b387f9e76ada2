/** The configuration as IOS prints it: read again, it is the same configuration. */
import type { Configuration } from "../config/configuration.ts";
import { SECTIONS } from "./config/global-mode.ts";
import type { Arguments } from "./grammar.ts";
import type { Statement, Written } from "./mode.ts";
import { printNegated, printSentence } from "./print.ts";

/** Lines without `Current configuration`, `!` between sections, `end` last. `all`: what has its default value too. */
export function runningConfig(configuration: Configuration, options: { all?: boolean } = {}): string[] {
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

function blockOf(
  configuration: Configuration,
  { opens }: Statement,
  written: Written,
  all: boolean,
): readonly string[] {
  if (written.kind === "kept") return written.block;
  if (opens === undefined || written.kind === "negated") return [];
  const place: Arguments = written.args;
  return opens.statements.flatMap((statement) =>
    statement.written(configuration, place, all).map((inner) => ` ${lineOf(statement, inner)}`),
  );
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

/** The reference of the command language, made from the sentences themselves. */
import { SECTIONS } from "./config/global-mode.ts";
import { PIX_MODE } from "./config/pix/pix-mode.ts";
import { COMMANDS } from "./exec/commands.ts";
import { CONFIGURATION_COMMANDS } from "./exec/configuration-commands.ts";
import type { Node } from "./grammar.ts";
import { isWithoutEffect, openedModes, type Statement } from "./mode.ts";
import type { Sentence } from "./sentence.ts";
import { meanings, syntax, syntaxLines } from "./syntax.ts";

/** Markdown: exec commands, settings by mode, and at the end the lines that are kept without effect. */
export function commandReference(): string {
  const statements = SECTIONS.flat();
  return `${[
    "# Commands",
    "",
    "Made by `scripts/generate-commands.ts` from the definitions that also parse, complete and print.",
    "",
    "Words may be cut short as long as they stay unambiguous. `A.B.C.D` is an address or a mask, `WORD` a word of your own,",
    "`LINE` the rest of the line, `<1-9>` a number. `[ ]` may be left out, of `{ | }` one is written.",
    "",
    "## Exec",
    "",
    ...COMMANDS.flatMap(({ sentence, isPrivileged, isInEffect }) =>
      entry(sentence, isPrivileged ? "Needs `enable`." : undefined, isInEffect ? undefined : LATER),
    ),
    ...modeLines("## Global configuration", statements),
    "Also here, but done at once and no part of the configuration:",
    "",
    ...CONFIGURATION_COMMANDS.flatMap(({ sentence, isInEffect }) =>
      entry(sentence, isInEffect ? undefined : LATER),
    ),
    ...openedModes(statements).flatMap((mode) =>
      modeLines(`## ${mode.title}: \`(${mode.prompt})\``, mode.statements),
    ),
    ...modeLines(`## ${PIX_MODE.title}: \`(${PIX_MODE.prompt})\``, PIX_MODE.statements, PIX_INTRODUCTION),
    ...keptLines(statements),
  ].join("\n")}\n`;
}

const LATER = "Not in effect yet, and says so.";

const PIX_INTRODUCTION = [
  "A configuration that begins with `PIX Version` is read and printed back in the dialect of the PIX 5.2.",
  "",
];

function modeLines(
  heading: string,
  statements: readonly Statement[],
  introduction: readonly string[] = [],
): string[] {
  const settings = statements.filter((statement) => !isWithoutEffect(statement));
  return [
    heading,
    "",
    ...introduction,
    ...settings.flatMap(({ sentence, opens, octets }) =>
      entry(
        sentence,
        opens === undefined ? undefined : `Leads into \`(${opens.prompt})\`.`,
        octets === undefined ? undefined : FOLLOWING[octets.form],
        sentence.key === sentence.nodes.length
          ? "Taken back by `no` before it."
          : `Taken back by \`no ${syntax(sentence.nodes.slice(0, sentence.key))}\`.`,
      ),
    ),
  ];
}

const FOLLOWING = {
  hexadecimal: "Octets in hexadecimal follow, up to `quit`.",
  base64: "Octets in base64 follow, up to `exit`.",
} as const;

function entry({ nodes }: Sentence, ...remarks: readonly (string | undefined)[]): string[] {
  const { title, rest } = titleOf(nodes);
  const words = meanings(rest);
  return [
    "```text",
    ...syntaxLines(nodes),
    "```",
    "",
    [`${title}.`, ...remarks.filter((remark) => remark !== undefined)].join(" "),
    ...(words.length === 0
      ? []
      : ["", "| | |", "| --- | --- |", ...words.map(({ text, help }) => row(`\`${text}\``, help))]),
    "",
  ];
}

/** The help of the last of the leading words says what the sentence does; the rest is told word by word. */
function titleOf(nodes: readonly Node[]): { title: string; rest: readonly Node[] } {
  let title = "A line of the list";
  let at = 0;
  for (const node of nodes) {
    if (node.kind !== "word") break;
    title = node.help;
    at += 1;
  }
  return { title, rest: nodes.slice(at) };
}

function keptLines(statements: readonly Statement[]): string[] {
  const all = [{ title: "Global configuration", statements }, ...openedModes(statements), PIX_MODE];
  const places = all.filter((place) => place.statements.some(isWithoutEffect));
  return [
    "## Lines without effect",
    "",
    "IOS knows these lines. They are kept and printed back, and are told once when a file is read. Of those marked with a",
    "star a router would do something that is missing here; the others concern nothing done here.",
    "",
    ...places.flatMap((place) => [
      `### ${place.title}`,
      "",
      "| | |",
      "| --- | --- |",
      ...place.statements
        .filter(isWithoutEffect)
        .map(({ sentence, keeps }) =>
          row(
            `\`${syntax(sentence.nodes)}\`${keeps?.effect === "unsupported" ? " \\*" : ""}`,
            titleOf(sentence.nodes).title,
          ),
        ),
      "",
    ]),
  ];
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

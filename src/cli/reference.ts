/** The reference of the command language, made from the sentences themselves. */
import { emptyConfiguration } from "../config/configuration.ts";
import { emptyPixConfiguration } from "../config/defaults.ts";
import { SECTIONS } from "./config/global-mode.ts";
import { PIX_MODE } from "./config/pix/pix-mode.ts";
import { COMMANDS } from "./exec/commands.ts";
import { CONFIGURATION_COMMANDS } from "./exec/configuration-commands.ts";
import type { Arguments, Node } from "./grammar.ts";
import { isWithoutEffect, openedModes, type Statement } from "./mode.ts";
import { printNegated, printSentence } from "./print.ts";
import type { Sentence } from "./sentence.ts";
import { meanings, syntax, syntaxLines } from "./syntax.ts";

/** Documents that name a command, by its sentence. */
export type NamedIn = ReadonlyMap<Sentence, readonly string[]>;

/** The form of every command, mode by mode, with a star behind what is not in effect yet. */
export function commandForms(): readonly { readonly title: string; readonly forms: readonly string[] }[] {
  const exec = [...COMMANDS, ...CONFIGURATION_COMMANDS].flatMap(({ sentence, isInEffect }) =>
    starred(sentence, !isInEffect),
  );
  const global = { title: "Global configuration", statements: SECTIONS.flat() };
  return [
    { title: "Exec", forms: exec },
    ...[global, ...openedModes(global.statements), PIX_MODE].map(({ title, statements }) => ({
      title,
      forms: statements.flatMap(({ sentence, keeps }) => starred(sentence, keeps?.effect === "unsupported")),
    })),
  ];
}

function starred({ nodes }: Sentence, isLater: boolean): string[] {
  return syntaxLines(nodes).map((line) => (isLater ? `${line} *` : line));
}

/** Markdown: exec commands, settings by mode, and at the end the lines that are kept without effect. */
export function commandReference(namedIn: NamedIn): string {
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
      entry(
        sentence,
        isPrivileged ? "Needs `enable`." : undefined,
        isInEffect ? undefined : LATER,
        documentsOf(sentence, namedIn),
      ),
    ),
    ...modeLines("## Global configuration", statements, namedIn, [], {}),
    "Also here, but done at once and no part of the configuration:",
    "",
    ...CONFIGURATION_COMMANDS.flatMap(({ sentence, isInEffect }) =>
      entry(sentence, isInEffect ? undefined : LATER, documentsOf(sentence, namedIn)),
    ),
    ...openedModes(statements).flatMap((mode) =>
      modeLines(`## ${mode.title}: \`(${mode.prompt})\``, mode.statements, namedIn, [], PLACES[mode.title]),
    ),
    ...modeLines(
      `## ${PIX_MODE.title}: \`(${PIX_MODE.prompt})\``,
      PIX_MODE.statements,
      namedIn,
      PIX_INTRODUCTION,
      {},
    ),
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
  namedIn: NamedIn,
  introduction: readonly string[],
  place: Arguments | undefined,
): string[] {
  const settings = statements.filter((statement) => !isWithoutEffect(statement));
  return [
    heading,
    "",
    ...introduction,
    ...settings.flatMap((statement) => {
      const { sentence, opens, octets } = statement;
      return entry(
        sentence,
        opens === undefined ? undefined : `Leads into \`(${opens.prompt})\`.`,
        octets === undefined ? undefined : FOLLOWING[octets.form],
        sentence.key === sentence.nodes.length
          ? "Taken back by `no` before it."
          : `Taken back by \`no ${syntax(sentence.nodes.slice(0, sentence.key))}\`.`,
        place === undefined ? undefined : defaultOf(statement, place),
        documentsOf(sentence, namedIn),
      );
    }),
  ];
}

/** Something in each mode whose settings have defaults: a policy, an interface. */
const PLACES: Readonly<Record<string, Arguments>> = {
  "ISAKMP policy": { priority: 1 },
  "IPsec transform set": { name: "set" },
  "Crypto map entry": { name: "map", sequence: 1 },
  Interface: { interface: "Ethernet0/0" },
};

/** What a configuration says of it that says nothing. */
function defaultOf(statement: Statement, place: Arguments): string | undefined {
  const empty = PIX_MODE.statements.includes(statement) ? emptyPixConfiguration("5.2") : emptyConfiguration();
  const lines = statement
    .written(empty, place, true)
    .map((written) =>
      written.kind === "kept"
        ? written.text
        : (written.kind === "said" ? printSentence : printNegated)(statement.sentence, written.args),
    );
  return lines.length === 0 ? undefined : `By default: ${lines.map((line) => `\`${line}\``).join(", ")}.`;
}

function documentsOf(sentence: Sentence, namedIn: NamedIn): string | undefined {
  const documents = namedIn.get(sentence);
  return documents === undefined ? undefined : `In: ${documents.join(", ")}.`;
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

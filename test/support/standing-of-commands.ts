/** Each command that the documents name, with who names it and what becomes of it here: found by reading every line. */
import { configurationBefore, globalModeOf } from "../../src/cli/dialect.ts";
import { type Editing, type EditingPlace, enter, startEditing } from "../../src/cli/editing.ts";
import { COMMANDS } from "../../src/cli/exec/commands.ts";
import { CONFIGURATION_COMMANDS } from "../../src/cli/exec/configuration-commands.ts";
import { errorLines } from "../../src/cli/line-error.ts";
import { match } from "../../src/cli/match.ts";
import type { Keeping, Statement } from "../../src/cli/mode.ts";
import type { Sentence } from "../../src/cli/sentence.ts";
import { syntax } from "../../src/cli/syntax.ts";
import { splitLine } from "../../src/cli/words.ts";
import { configurationLinesOfTheDocuments, EXEC_LINES } from "./lines-of-the-documents.ts";

export type Standing = "in effect" | "kept, not yet in effect" | "kept" | "understood, not yet in effect";

export interface NamedCommand {
  /** Where it is entered: `Exec`, the title of a mode, `below \`line\``. */
  readonly mode: string;
  /** As the reference has it. */
  readonly form: string;
  readonly sentence: Sentence | undefined;
  readonly standing: Standing;
  readonly documents: Set<string>;
}

/** A line that is refused as IOS refuses it: a slip of a document. */
export interface Slip {
  readonly document: string;
  readonly line: string;
  readonly answer: string;
}

export interface NamedCommands {
  /** In the order in which they are named first, by mode. */
  readonly commands: readonly NamedCommand[];
  readonly slips: readonly Slip[];
  /** Lines of exec mode that no command reads. */
  readonly unknown: readonly string[];
}

export function namedCommands(): NamedCommands {
  const commands = new Map<string, NamedCommand>();
  const slips: Slip[] = [];
  const unknown: string[] = [];
  const note = (document: string, named: Omit<NamedCommand, "documents">): void => {
    const key = `${named.mode}: ${named.form}`;
    const known = commands.get(key) ?? { ...named, documents: new Set() };
    known.documents.add(document);
    commands.set(key, known);
  };
  for (const { document, lines } of EXEC_LINES)
    for (const line of lines) {
      const named = execCommand(line);
      if (named === undefined) unknown.push(`${document}: ${line}`);
      else note(document, named);
    }
  for (const { document, text } of configurationLinesOfTheDocuments())
    readConfiguration(text, {
      read: (named) => note(document, named),
      refused: (line, answer) => slips.push({ document, line, answer }),
    });
  return { commands: [...commands.values()], slips, unknown };
}

function execCommand(line: string): Omit<NamedCommand, "documents"> | undefined {
  for (const [mode, commands] of [
    ["Exec", COMMANDS],
    ["Global configuration, done at once", CONFIGURATION_COMMANDS],
  ] as const) {
    const outcome = match(commands, splitLine(line));
    if (outcome.kind !== "accepted") continue;
    const { sentence, isInEffect } = outcome.candidate;
    const standing = isInEffect ? "in effect" : "understood, not yet in effect";
    return { mode, form: syntax(sentence.nodes), sentence, standing };
  }
  return undefined;
}

interface Reader {
  read(named: Omit<NamedCommand, "documents">): void;
  refused(line: string, answer: string): void;
}

function readConfiguration(text: string, { read, refused }: Reader): void {
  const lines = text.split("\n");
  let editing: Editing = startEditing(configurationBefore(lines.filter((line) => !isNoCommand(line))));
  lines.forEach((line, i) => {
    const { place, raw } = editing;
    if (isNoCommand(line)) return;
    const closesLater = (delimiter: string) => lines.slice(i + 1).some((later) => later.includes(delimiter));
    const entered = enter(editing, line, { file: "document", line: i + 1, closesLater });
    editing = entered.editing;
    if (entered.kind === "changed") {
      const mode = titleOf(editing, place, entered.statement);
      const { sentence, keeps } = entered.statement;
      read({ mode, form: syntax(sentence.nodes), sentence, standing: standingOf(keeps?.effect) });
    } else if (entered.kind === "refused") refused(line.trim(), errorLines(entered.error, 0).at(-1) ?? "");
    else if (entered.kind === "nothing" && place.kind === "block" && raw === undefined) {
      const [first = ""] = line
        .trim()
        .replace(/^no\s+/, "")
        .split(/\s+/);
      if (!place.block.words.includes(first)) return;
      const mode = `Below \`${keywords(place.statement)}\``;
      const standing = standingOf(place.statement.keeps?.effect);
      read({ mode, form: `${first} [LINE]`, sentence: undefined, standing });
    }
  });
}

/** What came along when a configuration was copied. */
function isNoCommand(line: string): boolean {
  return /^\s*(?:!.*)?$|^\S+#|^(?:Building|Current|Router) configuration/i.test(line);
}

function titleOf({ configuration }: Editing, place: EditingPlace, statement: Statement): string {
  const { title } = globalModeOf(configuration);
  if (place.kind !== "mode") return title;
  let at = place as Extract<EditingPlace, { kind: "mode" }> | undefined; // narrowed once, walked upwards
  while (at !== undefined && !at.mode.statements.includes(statement)) at = at.above;
  return at?.mode.title ?? title;
}

function keywords({ sentence }: Statement): string {
  return sentence.nodes.flatMap((node) => (node.kind === "word" ? [node.text] : [])).join(" ");
}

function standingOf(effect: Keeping["effect"] | undefined): Standing {
  if (effect === undefined || effect === "used") return "in effect";
  return effect === "none" ? "kept" : "kept, not yet in effect";
}

/** By sentence, the documents that name it: examples by their numbers. Dialects may share a sentence. */
export function documentsBySentence(): ReadonlyMap<Sentence, readonly string[]> {
  const found = new Map<Sentence, Set<string>>();
  for (const { sentence, documents } of namedCommands().commands)
    if (sentence !== undefined) found.set(sentence, new Set([...(found.get(sentence) ?? []), ...documents]));
  return new Map([...found].map(([sentence, documents]) => [sentence, [listed(documents)]]));
}

/** Markdown: a table for each mode, and at the end the slips. */
export function pageOfNamedCommands(): string {
  const { commands, slips } = namedCommands();
  const modes = [...new Set(commands.map(({ mode }) => mode))];
  const count = (standing: Standing) => commands.filter((each) => each.standing === standing).length;
  return `${[
    "# Commands of the documents",
    "",
    "Made by `scripts/generate-commands.ts`: every command that the documents this project is built from name was read, and this",
    "is what became of it. The documents are the IOS chapter on configuring IKE (IKE chapter), a book's chapter on IPsec with its",
    "numbered examples (IPsec chapter, example 13-1 and others), a technical report on IPsec in IOS, and short notes.",
    "",
    "| | |",
    "| --- | --- |",
    `| in effect | ${count("in effect")} |`,
    `| kept, not yet in effect: parsed, printed back, and told when used | ${count("kept, not yet in effect")} |`,
    `| understood, not yet in effect: says so when entered | ${count("understood, not yet in effect")} |`,
    `| kept: no concern of a gateway; printed back, and named once | ${count("kept")} |`,
    "",
    ...modes.flatMap((mode) => [
      `## ${mode}`,
      "",
      "| command | here | named in |",
      "| --- | --- | --- |",
      ...commands
        .filter((each) => each.mode === mode)
        .map(({ form, standing, documents }) => row(`\`${shortened(form)}\``, standing, listed(documents))),
      "",
    ]),
    "## Slips",
    "",
    "Lines that IOS refuses too. Reading goes on behind them.",
    "",
    "| line | in | answer |",
    "| --- | --- | --- |",
    ...slips.map(({ line, document, answer }) => row(`\`${line}\``, document, answer)),
  ].join("\n")}\n`;
}

/** Access lists take lines of many forms. */
function shortened(form: string): string {
  return form.length <= FORM_MAX ? form : `${form.slice(0, form.indexOf(" {", 12))} …`;
}

const FORM_MAX = 120;

/** `IKE chapter, examples 13-1, 13-2`. */
function listed(documents: ReadonlySet<string>): string {
  const examples = [...documents].filter((each) => each.startsWith("example "));
  const others = [...documents].filter((each) => !each.startsWith("example "));
  const numbers = examples.map((each) => each.replace("example ", "")).join(", ");
  return [
    ...others,
    ...(examples.length > 0 ? [`example${examples.length > 1 ? "s" : ""} ${numbers}`] : []),
  ].join(", ");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** The manual page `skeyid(1)`, made from the options of the commands and the sentences of the command language. */
import { commandForms } from "../cli/reference.ts";
import type { CommandSyntax } from "./arguments.ts";
import { CHECK_SYNTAX } from "./check-command.ts";
import { COMMANDS } from "./commands.ts";
import { CONSOLE_SYNTAX } from "./console-client.ts";
import { EXPLAIN_SYNTAX } from "./explain-command.ts";
import { LAB_SYNTAX } from "./lab-options.ts";
import { RUN_SYNTAX } from "./run-options.ts";

const SYNTAXES: readonly CommandSyntax[] = [
  LAB_SYNTAX,
  RUN_SYNTAX,
  CONSOLE_SYNTAX,
  EXPLAIN_SYNTAX,
  CHECK_SYNTAX,
];

/** In roff, with the macros of man(7). */
export function manPage(): string {
  return `${[
    '.\\" Made by scripts/generate-commands.ts.',
    '.TH SKEYID 1 "" "skeyid" "User Commands"',
    ".SH NAME",
    text("skeyid - an IKE and IPsec gateway that speaks Cisco IOS"),
    ".SH SYNOPSIS",
    ...Object.entries(COMMANDS).flatMap(([name, { operands }], i) => [
      ...(i === 0 ? [] : [".br"]),
      `.B skeyid ${text(name)}`,
      text(operands === "" ? "[OPTION]..." : `[OPTION]... ${operands}`),
    ]),
    ".SH DESCRIPTION",
    text("skeyid reads configurations of Cisco IOS, and of the PIX, and is the router that they describe:"),
    text("on a virtual network with others, or on this machine. Its consoles take IOS's commands."),
    ".SH COMMANDS",
    ...SYNTAXES.flatMap(commandLines),
    ".SH COMMAND LANGUAGE",
    text(
      "Words may be cut short as long as they stay unambiguous; `?` lists what may follow, Tab completes.",
    ),
    text("`no` before a line of configuration takes it back, `default` gives what IOS has by itself."),
    text("A star marks what is kept and printed back and is not in effect yet."),
    ...commandForms().flatMap(({ title, forms }) => [`.SS ${text(title)}`, ".nf", ...forms.map(text), ".fi"]),
    ".SH EXIT STATUS",
    text(
      "0: fine; 1: something is wrong with what was read; 2: the command line is wrong, or a file cannot be read.",
    ),
    ".SH SEE ALSO",
    text("docs/commands.md of the package tells what each command does, word by word."),
  ].join("\n")}\n`;
}

function commandLines({ name, operands, summary, options, examples }: CommandSyntax): string[] {
  return [
    `.SS ${text(`skeyid ${name} ${operands}`.trim())}`,
    ...summary.map(text),
    ...Object.entries(options).flatMap(([option, { value, help }]) => [
      ".TP",
      `.B ${text(`--${option}${value === undefined ? "" : ` ${value}`}`)}`,
      text(help),
    ]),
    ...(examples.length === 0
      ? []
      : [".PP", "Examples:", ".nf", ...examples.map((each) => text(`    ${each}`)), ".fi"]),
  ];
}

/** A line that roff takes for text, each hyphen for one that can be typed. */
function text(line: string): string {
  const escaped = line.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

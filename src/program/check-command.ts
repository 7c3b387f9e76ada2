/** `skeyid check CONFIG...`: what would be wrong with configurations, without running them. */
import { type CheckReport, checkConfiguration, formatCheckReport } from "../cli/check.ts";
import { type CommandSyntax, commandHelp, readArguments } from "./arguments.ts";
import { configKeyFileOf } from "./config-key-file.ts";
import { keyFileOf } from "./rsa-key-file.ts";
import { EXIT, type Terminal } from "./terminal.ts";

export const CHECK_SYNTAX: CommandSyntax = {
  name: "check",
  operands: "CONFIG...",
  operandsMin: 1,
  operandsMax: Infinity,
  summary: [
    "Reads IOS configurations, a file each (`-` is standard input), and lists by line what IOS would refuse, what would not",
    "come up, what is weak and what has no effect here. RSA keys and the key that pre-shared keys are encrypted with are read",
    "beside each, as skeyid run does. Exit code 1: there are errors; 0: there are none.",
  ],
  options: { json: { help: "as one JSON array, a report for each file" } },
  examples: ["skeyid check initiator.cfg responder.cfg", "skeyid check --json initiator.cfg"],
};

/** 0: no errors, warnings or not; 1: errors; 2: a file cannot be read, or the command line is wrong. */
export async function checkCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const read = readArguments(CHECK_SYNTAX, args);
  if (read.kind === "help") {
    terminal.print(commandHelp(CHECK_SYNTAX));
    return EXIT.fine;
  }
  if (read.kind === "problem") return refuse(terminal, `${read.problem}; see skeyid check --help`);
  const reports: CheckReport[] = [];
  for (const path of read.operands) {
    const file = terminal.readFile(path);
    if (file.kind === "problem") return refuse(terminal, file.problem);
    reports.push(
      checkConfiguration(textIn(file.bytes), path, {
        keys: textBeside(terminal, keyFileOf(path)),
        configKey: textBeside(terminal, configKeyFileOf(path))?.replace(/\n$/, ""),
      }),
    );
  }
  terminal.print(read.given.has("json") ? [JSON.stringify(reports, undefined, 2)] : textOf(reports));
  return reports.some(({ errors }) => errors > 0) ? EXIT.found : EXIT.fine;
}

/** Of a file that need not be there. */
function textBeside(terminal: Terminal, path: string): string | undefined {
  const file = terminal.readFile(path);
  return file.kind === "problem" ? undefined : textIn(file.bytes);
}

function textIn(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The reports with a blank line between. */
function textOf(reports: readonly CheckReport[]): string[] {
  return reports.flatMap((report, i) => [...(i === 0 ? [] : [""]), ...formatCheckReport(report)]);
}

function refuse(terminal: Terminal, problem: string): number {
  terminal.complain([`skeyid check: ${problem}`]);
  return EXIT.misused;
}

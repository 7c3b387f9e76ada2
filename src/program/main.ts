/** The executable: finds the subcommand and loads it, and only it. */
import { COMMAND_NAMES, COMMANDS, type CommandName } from "./commands.ts";
import { overview } from "./help.ts";
import { suggestion } from "./nearest.ts";
import { EXIT, endWhenNobodyReads, PROCESS_TERMINAL, type Terminal } from "./terminal.ts";
import { softwareVersion } from "./version.ts";

/** Runs the command line of the process and leaves its exit code. */
export async function main(): Promise<void> {
  endWhenNobodyReads();
  process.exitCode = await run(process.argv.slice(2), PROCESS_TERMINAL);
}

/** Runs a command line; answers with its exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    terminal.complain(overview());
    return EXIT.misused;
  }
  if (isCommand(first)) return (await COMMANDS[first].load())(rest, terminal);
  switch (first) {
    case "--help":
    case "-h":
      terminal.print(overview());
      return EXIT.fine;
    case "--version":
    case "-V":
      terminal.print([softwareVersion()]);
      return EXIT.fine;
    case "help":
      return help(rest, terminal);
    default:
      return unknown(first, terminal);
  }
}

async function help(args: readonly string[], terminal: Terminal): Promise<number> {
  const [topic] = args;
  if (topic === undefined || topic === "help") {
    terminal.print(overview());
    return EXIT.fine;
  }
  if (!isCommand(topic)) return unknown(topic, terminal);
  return (await COMMANDS[topic].load())(["--help"], terminal);
}

function unknown(typed: string, terminal: Terminal): number {
  const isOption = typed.startsWith("-");
  const names = isOption ? ["--help", "--version"] : [...COMMAND_NAMES, "help"];
  const what = isOption ? `unknown option ${typed}` : `unknown command ${JSON.stringify(typed)}`;
  terminal.complain([`skeyid: ${what}${suggestion(typed, names)}; see skeyid --help`]);
  return EXIT.misused;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** `skeyid lab`: reads what is asked for and the files it concerns, and says what is wrong with them before anything runs. */
import { readLab } from "../lab/lab-sources.ts";
import { commandHelp } from "./arguments.ts";
import { examples, findLabFiles } from "./lab-files.ts";
import { LAB_SYNTAX, readLabRequest } from "./lab-options.ts";
import { runLab } from "./lab-run.ts";
import { EXIT, PROCESS_TERMINAL, type Terminal } from "./terminal.ts";

/** 0: the lab ran, whatever became of its tunnels; 2: it could not run, for a reason given on standard error. */
export async function labCommand(
  args: readonly string[],
  terminal: Terminal = PROCESS_TERMINAL,
): Promise<number> {
  const read = readLabRequest(args);
  if (read.kind === "help") {
    terminal.print(commandHelp(LAB_SYNTAX));
    return EXIT.fine;
  }
  if (read.kind === "problem") return refuse(terminal, [`${read.problem}; see skeyid lab --help`]);
  if (read.request.list) {
    terminal.print(exampleLines());
    return EXIT.fine;
  }
  const found = findLabFiles(read.request.paths);
  if (found.kind === "problem") return refuse(terminal, [found.problem]);
  const { configurations, labFile } = found.files;
  const sources = readLab(configurations, labFile);
  if (sources.kind === "problems") return refuse(terminal, sources.problems);
  const ended = await runLab(read.request, found.files.name, sources.sources, terminal);
  return ended.kind === "problems" ? refuse(terminal, ended.problems) : EXIT.fine;
}

function exampleLines(): string[] {
  const all = examples();
  const width = Math.max(0, ...all.map(({ name }) => name.length));
  return all.flatMap(({ name, title, description }) => [
    `${name.padEnd(width)}  ${title}`,
    ...(description === "" ? [] : [`${" ".repeat(width)}  ${description}`]),
  ]);
}

/** The first line says who complains; the others, if any, belong to it. */
function refuse(terminal: Terminal, [first = "", ...others]: readonly string[]): number {
  terminal.complain([`skeyid lab: ${first}`, ...others]);
  return EXIT.misused;
}

/** A configuration file read line by line, as if it were pasted into `configure terminal`. */
import type { Configuration } from "../config/configuration.ts";
import type { Problem } from "../config/problem.ts";
import { configurationBefore } from "./dialect.ts";
import { type Editing, type Entered, enter, type KeptReport, startEditing } from "./editing.ts";
import { errorLines } from "./line-error.ts";

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /**
   * Lines that IOS would refuse, as errors: they change nothing, and reading goes on, so what to do about them is the
   * caller's choice. Lines that are kept without effect, once each; the lines of their modes are not told.
   */
  readonly problems: readonly Problem[];
}

/** `file` is the name by which problems and explanations call it; `onto`: what is there before, by default nothing. */
export function loadConfiguration(text: string, file: string, onto?: Configuration): LoadedConfiguration {
  const lines = text.split(/\r\n|\n|\r/);
  const problems: Problem[] = [];
  const head = headLength(lines);
  let editing: Editing = startEditing(onto ?? configurationBefore(lines.slice(head)));
  for (let i = head; i < lines.length; i++) {
    const closesLater = (delimiter: string) => lines.some((line, at) => at > i && line.includes(delimiter));
    const entered = enter(editing, lines[i] ?? "", { file, line: i + 1, closesLater });
    editing = entered.editing;
    const problem = problemOf(entered);
    if (problem !== undefined) problems.push(problem);
    if (entered.kind === "left" && /^\s*end\s*$/i.test(lines[i] ?? "")) {
      problems.push(...linesAfterEnd(lines, i + 1, file));
      break;
    }
  }
  return { configuration: editing.configuration, problems };
}

/** What `show running-config` prints before the configuration, and the command itself, as they come along when copied. */
function headLength(lines: readonly string[]): number {
  const isHead = (line: string) =>
    /^\s*$/.test(line) ||
    /^\S+[#>]\s*(?:sh|wr|more|copy)/i.test(line) ||
    /^(?:Router Configuration|Building configuration\.\.\.|Using \d+ out of \d+ bytes.*)$/i.test(
      line.trim(),
    ) ||
    /^Current configuration(?:\s*:\s*\d+ bytes|:)?\s*$/i.test(line.trim());
  const first = lines.findIndex((line) => !isHead(line));
  return first < 0 ? lines.length : first;
}

function problemOf(entered: Entered): Problem | undefined {
  if (entered.kind === "refused") {
    const { error, origin } = entered;
    const [...said] = errorLines(error, 0, true);
    return {
      severity: "error",
      kind: "wrong",
      origin,
      message: [origin.text, ...said].join("\n"),
      advice:
        error.kind === "incomplete" ? "Complete the line, or remove it." : "Correct the line, or remove it.",
    };
  }
  return entered.kind === "changed" && entered.kept !== undefined ? keptProblem(entered.kept) : undefined;
}

/** What there is to say of a line that is kept. */
export function keptProblem({ statement, origin }: KeptReport): Problem {
  // A line that switches off what is missing here says how things are.
  return statement.keeps?.effect === "unsupported" && !origin.text.startsWith("no ")
    ? {
        severity: "warning",
        kind: "without-effect",
        origin,
        message: `\`${origin.text}\` is not in effect yet.`,
        advice: "Do not rely on it; it is kept and printed back.",
      }
    : {
        severity: "note",
        kind: "without-effect",
        origin,
        message: `\`${origin.text}\` has no effect here.`,
        advice: "Leave it: it is kept and printed back.",
      };
}

function linesAfterEnd(lines: readonly string[], from: number, file: string): Problem[] {
  const at = lines.findIndex((line, i) => i >= from && !/^\s*(?:!.*)?$/.test(line));
  if (at < 0) return [];
  return [
    {
      severity: "warning",
      kind: "without-effect",
      // The line may be anything, so its text is not shown.
      origin: { file, line: at + 1, text: "" },
      message: "Lines after `end` are not read.",
      advice: "Remove `end`, or the lines below it.",
    },
  ];
}

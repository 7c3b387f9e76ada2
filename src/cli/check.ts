/** Everything there is to say about a configuration file without running it. */
import { compile } from "../config/compile.ts";
import { routerName } from "../config/compile-ike.ts";
import { type Problem, sortedByLine } from "../config/problem.ts";
import { readRsaKeys } from "../config/rsa-key-text.ts";
import { maskedLine } from "./line-error.ts";
import { loadConfiguration } from "./load.ts";
import { runningConfig } from "./running-config.ts";
import { splitLine } from "./words.ts";

/** Plain data without secrets: it can be printed as JSON. */
export interface CheckReport {
  readonly file: string;
  readonly hostname: string;
  /** How many there are of each severity. */
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  /** By line. */
  readonly problems: readonly Problem[];
  /** What was understood, as `show running-config` prints it, with `******` for keys and passwords. */
  readonly configuration: readonly string[];
}

/** What lies beside a configuration. */
export interface BesideConfiguration {
  /** The text of the file with the router's RSA keys. */
  readonly keys?: string | undefined;
  /** What pre-shared keys are encrypted with. */
  readonly configKey?: string | undefined;
}

export function checkConfiguration(
  text: string,
  file: string,
  { keys = "", configKey }: BesideConfiguration = {},
): CheckReport {
  const { configuration, problems: read } = loadConfiguration(text, file);
  const rsaKeys = readRsaKeys(keys, routerName(configuration));
  const ofKeys = typeof rsaKeys === "string" ? [unreadableKeys(rsaKeys)] : [];
  const compiled = compile(configuration, {
    rsaKeys: typeof rsaKeys === "string" ? [] : rsaKeys,
    configKey,
  });
  const problems = sortedByLine([...ofKeys, ...read, ...compiled.problems]);
  const count = (severity: Problem["severity"]) =>
    problems.filter((problem) => problem.severity === severity).length;
  return {
    file,
    hostname: configuration.hostname.value,
    errors: count("error"),
    warnings: count("warning"),
    notes: count("note"),
    problems,
    configuration: runningConfig(configuration).map(withoutSecrets),
  };
}

/** What there is to say of a file with keys that cannot be read. */
export function unreadableKeys(why: string): Problem {
  return {
    severity: "error",
    kind: "wrong",
    origin: undefined,
    message: `The file with the router's RSA keys cannot be read: ${why}.`,
    advice: "Correct it, or remove it.",
  };
}

/** Indentation stays. */
function withoutSecrets(line: string): string {
  return line.slice(0, line.length - line.trimStart().length) + maskedLine(splitLine(line), []);
}

/** `initiator.cfg:12: error: …`, the line it is about and the advice below, and a summary at the end. */
export function formatCheckReport(report: CheckReport): string[] {
  const { file, problems, errors, warnings, notes } = report;
  const counts = [plural(errors, "error"), plural(warnings, "warning"), plural(notes, "note")].join(", ");
  const lines = problems.flatMap((problem, i) => {
    // Lines without effect come in rows, and all have the same advice.
    const isRepeated = problem.severity === "note" && problem.advice === problems[i - 1]?.advice;
    return formatProblem(problem, file).slice(0, isRepeated ? -1 : undefined);
  });
  return [...lines, `${file}: ${counts}`];
}

/** The lines that say one problem. */
export function formatProblem({ origin, severity, message, advice }: Problem, file: string): string[] {
  const place = origin === undefined ? file : `${origin.file}:${origin.line}`;
  const [first = "", ...others] = message.split("\n");
  // A message of several lines quotes the line with the `^` below it, which must stand below each other.
  const isQuoting = others.length > 0;
  const quoted =
    isQuoting || origin === undefined || message.includes(origin.text) ? [] : [indented(origin.text)];
  return [
    `${place}: ${severity}: ${isQuoting ? "IOS refuses this line" : first}`,
    ...(isQuoting ? [first, ...others].map(indented) : quoted),
    indented(advice),
  ];
}

function indented(line: string): string {
  return `    ${line}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

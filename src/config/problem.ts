/** What is wrong with a configuration, weak in it, or without effect: values for the operator, with the line concerned. */
import type { Origin } from "../base/origin.ts";

export interface Problem {
  /** An error keeps the configuration from running; a warning and a note do not. */
  readonly severity: "error" | "warning" | "note";
  readonly origin: Origin | undefined;
  /** One sentence; several lines where a line is quoted with the `^` below it. Never a secret. */
  readonly message: string;
  /** What to add or change. */
  readonly advice: string;
  readonly kind: "wrong" | "weak" | "without-effect" | "incomplete";
}

/** What a step of the compiler needs to say of one problem. */
export type ProblemText = Pick<Problem, "kind" | "origin" | "message" | "advice">;

/** Gathers problems in the order they are found, each once. */
export class Problems {
  readonly #list: Problem[] = [];

  error(problem: ProblemText): void {
    this.add("error", problem);
  }

  warning(problem: ProblemText): void {
    this.add("warning", problem);
  }

  note(problem: ProblemText): void {
    this.add("note", problem);
  }

  add(severity: Problem["severity"], { kind, origin, message, advice }: ProblemText): void {
    const known = this.#list.some((other) => other.origin === origin && other.message === message);
    if (!known) this.#list.push({ severity, origin, message, advice, kind });
  }

  get list(): readonly Problem[] {
    return this.#list;
  }

  get hasErrors(): boolean {
    return this.#list.some((problem) => problem.severity === "error");
  }
}

/** By line of the first file named, problems without a line first; otherwise in the order they were found. */
export function sortedByLine(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => (a.origin?.line ?? 0) - (b.origin?.line ?? 0));
}

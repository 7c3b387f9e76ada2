/** Configuration mode of a session: lines change the router's configuration one by one, each compiled before it counts. */
import { compile } from "../config/compile.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Problem } from "../config/problem.ts";
import { type Editing, type Entered, enter, startEditing } from "./editing.ts";
import type { Command } from "./exec/command.ts";
import { CONFIGURATION_COMMANDS } from "./exec/configuration-commands.ts";
import type { Arguments } from "./grammar.ts";
import { errorLines, type LineError } from "./line-error.ts";
import { keptProblem } from "./load.ts";
import type { RouterServices } from "./services.ts";

export class Configuring {
  readonly #services: RouterServices;
  readonly #print: (lines: readonly string[]) => void;
  /** What was told is not told again; what was so before is not told at all. */
  readonly #told: Set<string>;
  readonly #run: (command: Command, args: Arguments) => void;
  #editing: Editing;
  #line = 0;

  /** `run` carries out what is no setting although it is entered here. */
  constructor(
    services: RouterServices,
    print: (lines: readonly string[]) => void,
    run: (command: Command, args: Arguments) => void,
  ) {
    this.#services = services;
    this.#print = print;
    this.#run = run;
    this.#editing = startEditing(services.configuration());
    this.#told = new Set(this.#problems().map(keyOf));
  }

  get editing(): Editing {
    return this.#editing;
  }

  /** Within the parentheses of the prompt. */
  get promptName(): string {
    const { place, raw } = this.#editing;
    if (raw?.kind === "octets") return raw.statement.octets?.prompt ?? "config";
    if (place.kind === "global") return "config";
    return place.kind === "mode" ? place.mode.prompt : place.block.prompt;
  }

  /** Text is being taken as it is: there is no prompt before it. */
  get isTakingText(): boolean {
    return this.#editing.raw?.kind === "text";
  }

  /** Takes a line; `column` is where it begins on the screen. True if it leaves configuration mode. */
  enter(text: string, column: number): boolean {
    this.#line += 1;
    // Another console may have changed the configuration meanwhile.
    const before = { ...this.#editing, configuration: this.#services.configuration() };
    const source = { file: "terminal", line: this.#line };
    const entered = enter(before, text, source, CONFIGURATION_COMMANDS);
    if (entered.kind === "refused") {
      this.#refuse(entered.error, column);
      return false;
    }
    if (entered.kind === "command") {
      this.#run(entered.command, entered.args);
      return false;
    }
    if (!this.#commit(before.configuration, entered)) return false;
    this.#editing = entered.editing;
    return entered.kind === "left";
  }

  /** Weak choices are told at the end: whoever writes line by line may be about to make a better one. */
  leave(): void {
    for (const problem of this.#problems()) if (problem.kind === "weak") this.#tell(problem);
  }

  #problems(): readonly Problem[] {
    return compile(this.#services.configuration(), { incompleteEntries: "disabled" }).problems;
  }

  #refuse(error: LineError, column: number): void {
    this.#print([...errorLines(error, column), ""]);
  }

  /** False if the configuration that the line leads to cannot be compiled: the line is then as if it had not been. */
  #commit(before: Configuration, entered: Entered): boolean {
    const next = entered.editing.configuration;
    if (next === before) return true;
    const problems = this.#services.commit(next);
    const errors = problems.filter(({ severity }) => severity === "error");
    if (errors.length > 0) {
      this.#print(errors.flatMap(({ message, advice }) => [`% ${message}`, `% ${advice}`]));
      return false;
    }
    if (entered.kind === "changed") {
      if (entered.announcement !== undefined) this.#print(entered.announcement.split("\n"));
      if (entered.kept !== undefined) this.#tell(keptProblem(entered.kept));
    }
    for (const problem of problems) if (problem.kind === "wrong") this.#tell(problem);
    return true;
  }

  #tell(problem: Problem): void {
    const key = keyOf(problem);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const { severity, message, advice } = problem;
    this.#print([`% ${severity === "warning" ? "Warning" : "Note"}: ${message}`, `%   ${advice}`]);
  }
}

/** A weak choice is told once, wherever else it is made: its advice is always the same. */
function keyOf({ kind, advice, message }: Problem): string {
  return kind === "weak" ? advice : message;
}

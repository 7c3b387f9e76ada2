/** One operator's session at a console: modes, prompt, history, help, and what is under way. */
import { Configuring } from "./configuring.ts";
import type { Command, Console } from "./exec/command.ts";
import { COMMANDS } from "./exec/commands.ts";
import { CONFIGURATION_COMMANDS } from "./exec/configuration-commands.ts";
import type { Dialogue, DialogueStep } from "./exec/dialogue.ts";
import { splitFilter } from "./exec/output-filter.ts";
import { errorLines } from "./line-error.ts";
import { match } from "./match.ts";
import type { PingOptions, RouterServices, RsaKeyWish } from "./services.ts";
import { completed, type HelpPlace, helpLines } from "./session-help.ts";
import { type Line, splitLine } from "./words.ts";

export interface SessionOptions {
  /** Begins after `enable`. True by default. */
  readonly isPrivileged?: boolean;
}

export class Session {
  readonly #services: RouterServices;
  readonly #write: (text: string) => void;
  readonly #history: string[] = [];
  /** Lines that came while a ping ran. */
  readonly #waiting: string[] = [];
  #isPrivileged: boolean;
  #isClosed = false;
  #configuring: Configuring | undefined;
  #dialogue: Dialogue | undefined;
  /** What runs until it is done or called off: a ping, the making of keys. */
  #running: { cancel(): void } | undefined;

  /** `print` gets raw text, newlines included. The prompt is for whoever drives the session to show. */
  constructor(services: RouterServices, print: (text: string) => void, options: SessionOptions = {}) {
    this.#services = services;
    this.#write = print;
    this.#isPrivileged = options.isPrivileged ?? true;
  }

  /** `Initiator#`, `Initiator(config-if)#`, or a question: `Protocol [ip]: `. Empty while a text is being entered. */
  prompt(): string {
    if (this.#dialogue !== undefined) return this.#dialogue.prompt;
    const { hostname } = this.#services.configuration();
    if (this.#configuring === undefined) return `${hostname.value}${this.#isPrivileged ? "#" : ">"}`;
    return this.#configuring.isTakingText ? "" : `${hostname.value}(${this.#configuring.promptName})#`;
  }

  /** What is typed now is a password, and must not be seen. */
  hidesInput(): boolean {
    return this.#dialogue?.isHidden === true;
  }

  /** Something runs, as a ping: lines wait, and `interrupt` is IOS's escape sequence. */
  busy(): boolean {
    return this.#running !== undefined;
  }

  /** `exit` or `logout` was entered. */
  closed(): boolean {
    return this.#isClosed;
  }

  /** Takes an entered line. */
  line(text: string): void {
    if (this.#isClosed) return;
    if (this.busy()) this.#waiting.push(text);
    else if (this.#dialogue !== undefined) this.#answer(this.#dialogue, text);
    else {
      this.#remember(text);
      if (this.#configuring === undefined) this.#execute(splitLine(text), this.#columnOf(text));
      else this.#configure(this.#configuring, text);
    }
  }

  /** `?` typed after `text`. */
  help(text: string): void {
    if (this.#dialogue === undefined && !this.busy())
      this.#print(helpLines(this.#helpPlace(), text, this.prompt().length));
  }

  /** Tab: the line with its last word completed, or undefined where no one word completes it. */
  complete(text: string): string | undefined {
    return this.#dialogue === undefined && !this.busy() ? completed(this.#helpPlace(), text) : undefined;
  }

  /** ^C or ^Z: ends a ping, a dialogue, or configuration mode. */
  interrupt(): void {
    if (this.#running !== undefined) {
      this.#waiting.length = 0;
      this.#running.cancel();
    } else if (this.#dialogue !== undefined) this.#dialogue = undefined;
    else {
      this.#configuring?.leave();
      this.#configuring = undefined;
    }
  }

  #remember(text: string): void {
    if (text.trim() === "") return;
    this.#history.push(text.trim());
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
  }

  #configure(configuring: Configuring, text: string): void {
    const line = splitLine(text);
    const isDo = line.words[0]?.text.toLowerCase() === "do" && configuring.editing.raw === undefined;
    const column = this.#columnOf(text);
    if (isDo) return this.#execute(line, column, 1);
    if (configuring.editing.raw === undefined && this.#command(line)) return;
    if (configuring.enter(text, column)) this.#configuring = undefined;
  }

  /** Carries out what is no setting although it stands in configuration mode; false where the line is none of these. */
  #command(line: Line): boolean {
    const outcome = match(CONFIGURATION_COMMANDS, line);
    if (outcome.kind !== "accepted" || line.text === "") return false;
    outcome.candidate.run(
      this.#console((lines) => this.#print(lines)),
      outcome.args,
    );
    return true;
  }

  /** `from`: where the command begins, after `do`. */
  #execute(line: Line, column: number, from = 0): void {
    if (line.text === "" || line.text.startsWith("!")) return;
    const filtered = splitFilter(line);
    if (filtered !== undefined && filtered.filter === undefined)
      return this.#refuse({ kind: "invalid", line, at: filtered.at, secretWords: [] }, column);
    const commandLine = filtered === undefined ? line : splitLine(filtered.command);
    const outcome = match(this.#commands(), commandLine, from);
    if (outcome.kind !== "accepted") return this.#refuse({ ...outcome, line: commandLine }, column);
    const print = (lines: readonly string[]) => this.#print(filtered?.filter?.(lines) ?? lines);
    outcome.candidate.run(this.#console(print), outcome.args);
  }

  #refuse(error: Parameters<typeof errorLines>[0], column: number): void {
    this.#print([...errorLines(error, column), ""]);
  }

  #commands(): readonly Command[] {
    return this.#isPrivileged ? COMMANDS : COMMANDS.filter(({ isPrivileged }) => !isPrivileged);
  }

  #console(print: Console["print"]): Console {
    return {
      services: this.#services,
      print,
      history: this.#history,
      configure: () => {
        this.#print(["Enter configuration commands, one per line.  End with CNTL/Z."]);
        this.#configuring = new Configuring(this.#services, (lines) => this.#print(lines));
      },
      setPrivileged: (isPrivileged) => {
        this.#isPrivileged = isPrivileged;
      },
      close: () => {
        this.#isClosed = true;
      },
      ping: (options) => this.#startPing(options),
      follow: (step) => this.#follow(step),
    };
  }

  #answer(dialogue: Dialogue, text: string): void {
    this.#follow(dialogue.answer(text, this.#services.configuration()));
  }

  #follow(step: DialogueStep): void {
    this.#dialogue = step.kind === "asks" ? step.dialogue : undefined;
    this.#print(step.lines);
    if (step.kind === "pings") this.#startPing(step.options);
    if (step.kind === "makes keys") this.#makeKeys(step.wishes);
    if (step.kind === "does") step.act(this.#console((lines) => this.#print(lines)));
    if (step.kind === "removes keys") this.#tellProblem(this.#services.zeroizeRsaKeys());
  }

  #makeKeys(wishes: readonly RsaKeyWish[]): void {
    const finish = (): void => {
      this.#running = undefined;
      this.#resume();
    };
    const making = this.#services.generateRsaKeys(wishes, (problem) => {
      if (problem === undefined) this.#print(["[OK]", ""]);
      else this.#tellProblem(problem);
      finish();
    });
    this.#running = {
      cancel: () => {
        making.cancel();
        finish();
      },
    };
  }

  #tellProblem(problem: string | undefined): void {
    if (problem !== undefined) this.#print([`% ${problem}`, ""]);
  }

  #resume(): void {
    while (this.#waiting.length > 0 && !this.busy()) this.line(this.#waiting.shift() ?? "");
  }

  #startPing(options: PingOptions): void {
    let isDone = false;
    const ping = this.#services.ping(options, this.#write, () => {
      isDone = true;
      this.#running = undefined;
      this.#resume();
    });
    // A ping that is done before it is known here never was under way.
    if (!isDone) this.#running = ping;
  }

  #helpPlace(): HelpPlace {
    if (this.#configuring === undefined) return { kind: "exec", commands: this.#commands() };
    return { kind: "configuring", place: this.#configuring.editing.place, commands: this.#commands() };
  }

  #columnOf(text: string): number {
    return this.prompt().length + (text.length - text.trimStart().length);
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) this.#write(`${lines.join("\n")}\n`);
  }
}

/** As many lines as IOS keeps. */
const HISTORY_MAX = 10;

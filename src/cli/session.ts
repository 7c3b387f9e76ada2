/** One operator's session at a console: modes, levels, prompt, history, help, and what is under way. */
import { seconds } from "../base/time.ts";
import { type LineSettings, lineSettings } from "../config/line-settings.ts";
import { TOP_LEVEL } from "../config/privilege-settings.ts";
import { bannerLines } from "./banners.ts";
import { configuredFrom, type SessionLine } from "./configured-from.ts";
import { Configuring } from "./configuring.ts";
import { globalModeOf } from "./dialect.ts";
import type { Command, Console, TerminalSettings } from "./exec/command.ts";
import { COMMANDS } from "./exec/commands.ts";
import { consoleLogin } from "./exec/console-login.ts";
import type { Dialogue, DialogueStep } from "./exec/dialogue.ts";
import { levelOfConsole } from "./exec/enable.ts";
import { splitFilter } from "./exec/output-filter.ts";
import { HISTORY_DEFAULT } from "./exec/terminal-commands.ts";
import { errorLines } from "./line-error.ts";
import { match } from "./match.ts";
import { commandsAt, mayConfigure } from "./privileges.ts";
import type { PingOptions, RouterServices, RsaKeyWish } from "./services.ts";
import { completed, type HelpPlace, helpLines } from "./session-help.ts";
import { Pager, type ScreenSize } from "./terminal/pager.ts";
import { type Line, splitLine } from "./words.ts";

export interface SessionOptions {
  /** Where it begins, 0 to 15. By default 15, or 1 where the router asks for a password before that. */
  readonly level?: number;
  /** The terminal line it is at. */
  readonly line?: SessionLine;
  /** It comes from elsewhere: without a password no level is reached. */
  readonly isRemote?: boolean;
  /** Of who reads; by default it is never paged. */
  readonly screen?: ScreenSize;
  /** `terminal monitor` and its end. */
  readonly onMonitor?: (on: boolean) => void;
  /** Somebody has logged in at the console, or has left it. */
  readonly onUser?: (name: string | undefined) => void;
}

export class Session {
  readonly #services: RouterServices;
  readonly #write: (text: string) => void;
  readonly #options: SessionOptions;
  readonly #pager: Pager;
  readonly #history: string[] = [];
  /** Lines that came while a ping ran. */
  readonly #waiting: string[] = [];
  #level: number;
  /** Who has logged in at the console. */
  #user: string | undefined;
  #terminal: TerminalSettings;
  #isClosed = false;
  /** It began with a login. */
  #asksWho = false;
  #idle: { cancel(): void } | undefined;
  #configuring: Configuring | undefined;
  #dialogue: Dialogue | undefined;
  /** What runs until it is done or called off: a ping, the making of keys. */
  #running: { cancel(): void } | undefined;

  /** `print` gets raw text, newlines included. The prompt is for whoever drives the session to show. */
  constructor(services: RouterServices, print: (text: string) => void, options: SessionOptions = {}) {
    this.#services = services;
    this.#write = print;
    this.#options = options;
    this.#level = this.#levelAtStart();
    this.#terminal = { ...(options.screen ?? ENDLESS), historySize: HISTORY_DEFAULT };
    this.#pager = new Pager(
      (lines) => this.#print(lines),
      () => this.#terminal,
    );
  }

  /**
   * `Initiator#`, `Initiator(config-if)#`, a question: `Protocol [ip]: `, or ` --More-- `. Empty while a text is being entered.
   */
  prompt(): string {
    if (this.#pager.isPaused) return this.#pager.prompt();
    if (this.#dialogue !== undefined) return this.#dialogue.prompt;
    const { hostname } = this.#services.configuration();
    if (this.#configuring === undefined) return `${hostname.value}${this.#level > 1 ? "#" : ">"}`;
    return this.#configuring.isTakingText ? "" : `${hostname.value}(${this.#configuring.promptName})#`;
  }

  /** What is typed now is a password, and must not be seen. */
  hidesInput(): boolean {
    return this.#dialogue?.isHidden === true;
  }

  /** Something runs, as a ping: lines wait, and `interrupt` is IOS's escape sequence. */
  busy(): boolean {
    return this.#running !== undefined || this.#pager.isPaused;
  }

  /** Output waits at ` --More-- `: the next key goes to `more`. */
  paused(): boolean {
    return this.#pager.isPaused;
  }

  /** `exit` or `logout` was entered. */
  closed(): boolean {
    return this.#isClosed;
  }

  /** Banners are shown, and the console's line asks who is there where it is told to. For people, before anything else. */
  greet(): void {
    const configuration = this.#services.configuration();
    const isRemote = this.#options.isRemote === true;
    const login = isRemote ? undefined : consoleLogin(configuration);
    this.#asksWho = login !== undefined;
    this.#print(bannerLines(configuration, "motd"));
    if (login === undefined) this.#print(bannerLines(configuration, "exec"));
    else {
      this.#print(bannerLines(configuration, "login"));
      this.#follow(login);
    }
  }

  /** Somebody is there: the time without input begins anew. `exec-timeout` of the console's line, where it has one. */
  touch(): void {
    this.#idle?.cancel();
    const { execTimeoutSeconds: timeout } = this.#consoleLine();
    const isLimited = this.#options.isRemote !== true && timeout.origin !== undefined && timeout.value > 0;
    this.#idle = isLimited ? this.#services.after(seconds(timeout.value), () => this.#expire()) : undefined;
  }

  /** Lines that were entered, the last one last. */
  history(): readonly string[] {
    return this.#history;
  }

  /** The terminal has another size. */
  resize(screen: ScreenSize): void {
    this.#terminal = { ...this.#terminal, ...screen };
  }

  /** Takes an entered line. */
  line(text: string): void {
    if (this.#isClosed) return;
    this.touch();
    if (this.busy()) this.#waiting.push(text);
    else if (this.#dialogue !== undefined) this.#answer(this.#dialogue, text);
    else {
      this.#remember(text);
      this.#pager.begin();
      if (this.#configuring === undefined) this.#execute(splitLine(text), this.#columnOf(text));
      else this.#configure(this.#configuring, text);
    }
  }

  /** A key at ` --More-- `: what a terminal sends for it. */
  more(key: string): void {
    if (!this.#pager.isPaused) return;
    this.#pager.key(key);
    this.#resume();
  }

  /** `?` typed after `text`. */
  help(text: string): void {
    if (this.#dialogue !== undefined || this.busy()) return;
    this.#pager.begin();
    this.#pager.print(helpLines(this.#helpPlace(), text, this.prompt().length));
  }

  /** Tab: the line with its last word completed, or undefined where no one word completes it. */
  complete(text: string): string | undefined {
    return this.#dialogue === undefined && !this.busy() ? completed(this.#helpPlace(), text) : undefined;
  }

  /** ^C or ^Z: ends a ping, a dialogue, or configuration mode. */
  interrupt(): void {
    if (this.busy()) {
      this.#waiting.length = 0;
      this.#pager.end();
      this.#running?.cancel();
    } else if (this.#dialogue?.isRequired === true) this.#isClosed = true;
    else if (this.#dialogue !== undefined) this.#dialogue = undefined;
    else this.#leaveConfiguring();
  }

  /** Nobody was there for too long. What runs goes on. */
  #expire(): void {
    if (this.#running !== undefined) return this.touch();
    const { hostname } = this.#services.configuration();
    this.#pager.end();
    this.#begin();
    this.#print(["", `${hostname.value} con0 is now available`, ""]);
    if (this.#asksWho) this.greet();
  }

  #consoleLine(): LineSettings {
    return lineSettings(this.#services.configuration().lines, "con", 0);
  }

  #begin(): void {
    this.#dialogue = undefined;
    this.#leaveConfiguring();
    this.#setUser(undefined);
    this.#level = this.#levelAtStart();
  }

  #setUser(name: string | undefined): void {
    this.#user = name;
    this.#options.onUser?.(name);
  }

  #levelAtStart(): number {
    if (this.#options.level !== undefined) return this.#options.level;
    const { privilege } = this.#consoleLine();
    return privilege.origin === undefined ? levelOfConsole(this.#services.configuration()) : privilege.value;
  }

  #remember(text: string): void {
    const line = text.trim();
    if (line === "" || line === this.#history.at(-1)) return;
    this.#history.push(line);
    this.#trimHistory();
  }

  #trimHistory(): void {
    this.#history.splice(0, this.#history.length - this.#terminal.historySize);
  }

  #configure(configuring: Configuring, text: string): void {
    const line = splitLine(text);
    const column = this.#columnOf(text);
    if (configuring.editing.raw === undefined) {
      const words = line.words.map((word) => word.text);
      if (words[0]?.toLowerCase() === "do") return this.#execute(line, column, 1);
      const configuration = this.#services.configuration();
      if (!mayConfigure(this.#level, configuring.promptName, words, configuration))
        return this.#refuse({ kind: "invalid", line, at: 0, secretWords: [] }, column);
    }
    if (configuring.enter(text, column)) this.#leaveConfiguring();
  }

  #leaveConfiguring(): void {
    if (this.#configuring === undefined) return;
    this.#configuring.leave();
    this.#configuring = undefined;
    // A PIX says nothing of it.
    if (this.#services.configuration().pix === undefined)
      this.#services.log(configuredFrom(this.#options.line, this.#user));
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
    const print = (lines: readonly string[]) => this.#pager.print(filtered?.filter?.(lines) ?? lines);
    outcome.candidate.run(this.#console(print), outcome.args);
  }

  #refuse(error: Parameters<typeof errorLines>[0], column: number): void {
    this.#print([...errorLines(error, column), ""]);
  }

  #commands(): readonly Command[] {
    return commandsAt(COMMANDS, this.#level, this.#services.configuration());
  }

  #console(print: Console["print"]): Console {
    return {
      services: this.#services,
      print,
      history: this.#history,
      configure: () => {
        this.#print(["Enter configuration commands, one per line.  End with CNTL/Z."]);
        const direct = (lines: readonly string[]) => this.#print(lines);
        this.#configuring = new Configuring(this.#services, direct, (command, args) =>
          command.run(this.#console(direct), args),
        );
      },
      level: this.#level,
      setLevel: (level) => {
        this.#level = Math.min(level, TOP_LEVEL);
      },
      setUser: (name) => this.#setUser(name),
      line: this.#options.line,
      isLocal: this.#options.isRemote !== true,
      terminal: this.#terminal,
      setTerminal: (settings) => {
        this.#terminal = { ...this.#terminal, ...settings };
        this.#trimHistory();
      },
      setMonitor: (on) => this.#options.onMonitor?.(on),
      begin: () => this.#begin(),
      close: () => {
        this.#isClosed = true;
      },
      ping: (options) => this.#startPing(options),
      traceroute: (options) => this.#start((done) => this.#services.traceroute(options, this.#write, done)),
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
    this.#start((done) => this.#services.ping(options, this.#write, done));
  }

  #start(begin: (done: () => void) => { cancel(): void }): void {
    let isDone = false;
    const running = begin(() => {
      isDone = true;
      this.#running = undefined;
      this.#resume();
    });
    // What is done before it is known here never was under way.
    if (!isDone) this.#running = running;
  }

  #helpPlace(): HelpPlace {
    if (this.#configuring === undefined) return { kind: "exec", commands: this.#commands() };
    const { place, configuration } = this.#configuring.editing;
    const global = globalModeOf(configuration);
    const { promptName } = this.#configuring;
    const mayEnter = (words: readonly string[]) =>
      mayConfigure(this.#level, promptName, words, configuration);
    return { kind: "configuring", global, place, mayEnter, commands: this.#commands() };
  }

  #columnOf(text: string): number {
    return this.prompt().length + (text.length - text.trimStart().length);
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) this.#write(`${lines.join("\n")}\n`);
  }
}

/** For whoever reads no screens. */
const ENDLESS: ScreenSize = { length: 0, width: 0 };

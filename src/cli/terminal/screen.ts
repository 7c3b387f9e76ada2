/**
 * Where consoles and log lines of several routers meet on one terminal or in one file. What a console prints stands at
 * the margin, as on a terminal of its own; what routers say of their own accord stands behind a gutter with their name.
 */

export interface ScreenOptions {
  readonly write: (text: string) => void;
  /** Columns of a terminal that can move its cursor; undefined for a file or pipe. */
  readonly columns: () => number | undefined;
  readonly useColor: boolean;
  /** Routers, in order: it decides their colours. */
  readonly names: readonly string[];
  /**
   * `logging synchronous`: the unfinished line comes back below what a router, or nobody in particular, says. Without it,
   * as on IOS, it stays where it was torn, and typing goes on below. By default it comes back.
   */
  readonly isSynchronous?: (router: string | undefined) => boolean;
}

export class Screen {
  readonly #options: ScreenOptions;
  readonly #width: number;
  /** The console's unfinished line: a prompt, or the marks of a ping. */
  #partial = "";
  /** What is being typed behind it. */
  #input = "";
  #cursor = 0;
  /** Unfinished lines of consoles that are not in the foreground. */
  readonly #behind = new Map<string, string>();
  /** What the terminal shows of the unfinished line, and how many characters of it stand before the cursor. */
  #shown = { line: "", cursor: 0 };
  /** How much of the unfinished line, its beginning, stands above what a router said. */
  #torn = "";
  /** Which console is at the margin; undefined: whichever prints. What others print goes behind the gutter. */
  foreground: string | undefined;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#width = Math.max(0, ...options.names.map((name) => name.length));
  }

  /** Lines of a router that nobody asked for at this moment. */
  log(router: string, lines: readonly string[]): void {
    const told = lines.map((line) => `${this.#gutter(router)}${line}`.trimEnd());
    this.#tell(told, router);
  }

  /** Lines of the lab itself. */
  say(lines: readonly string[]): void {
    this.#tell(lines, undefined);
  }

  #tell(lines: readonly string[], router: string | undefined): void {
    if (this.#options.isSynchronous?.(router) ?? true) this.#erase();
    else this.#tear();
    for (const line of lines) this.#options.write(`${line}\n`);
    this.#draw();
  }

  /** What a console prints; the end need not be the end of a line. */
  print(text: string, console = this.foreground): void {
    if (this.foreground !== undefined && console !== undefined && console !== this.foreground) {
      const lines = ((this.#behind.get(console) ?? "") + text).split("\n");
      this.#behind.set(console, lines.pop() ?? "");
      if (lines.length > 0) this.log(console, lines);
      return;
    }
    const lines = (this.#partial + text).split("\n");
    const partial = lines.pop() ?? "";
    for (const line of lines) this.#writeWhole(line);
    this.#partial = partial;
    this.#draw();
  }

  /** Replaces the unfinished line, as a prompt does. */
  setPartial(partial: string): void {
    this.#partial = partial;
    this.#draw();
  }

  /** What is being typed behind the unfinished line; `cursor` characters of it stand before the cursor. */
  setInput(input: string, cursor: number): void {
    this.#input = input;
    this.#cursor = cursor;
    this.#draw();
  }

  /** Ends the unfinished line with what is typed on it, if there is anything. */
  finish(): void {
    const line = this.#partial + this.#input;
    this.#cursor = this.#input.length;
    this.#draw();
    this.#partial = "";
    this.#input = "";
    this.#cursor = 0;
    this.#shown = { line: "", cursor: 0 };
    this.#torn = "";
    if (line !== "") this.#options.write(this.#isTerminal ? "\n" : `${line}\n`);
  }

  get #isTerminal(): boolean {
    return this.#options.columns() !== undefined;
  }

  #gutter(router: string): string {
    const text = `${router.padEnd(this.#width)} | `;
    if (!this.#options.useColor) return text;
    const color = COLORS[this.#options.names.indexOf(router) % COLORS.length] ?? 0;
    return `\u001b[${color}m${text}\u001b[0m`;
  }

  /** A line of the console, of which the terminal may show the beginning already. */
  #writeWhole(whole: string): void {
    const line = this.#below(whole, whole.length).line;
    const { line: shown, cursor } = this.#shown;
    const isContinued = cursor === shown.length && line.startsWith(shown);
    if (!isContinued) this.#erase();
    this.#options.write(`${line.slice(this.#shown.line.length)}\n`);
    this.#shown = { line: "", cursor: 0 };
    this.#torn = "";
  }

  /** In a file nothing can be taken back, so an unfinished line waits until it is finished. */
  #draw(): void {
    if (!this.#isTerminal) return;
    const { line, cursor } = this.#below(this.#partial + this.#input, this.#partial.length + this.#cursor);
    const shown = this.#shown;
    const isContinued = shown.cursor === shown.line.length && line.startsWith(shown.line);
    if (!isContinued) this.#erase();
    this.#options.write(line.slice(this.#shown.line.length));
    this.#moveCursor(line.length, cursor);
    this.#shown = { line, cursor };
  }

  /** What of the unfinished line is to be shown below where it was torn: all of it, once what stands above has changed. */
  #below(line: string, cursor: number): { readonly line: string; readonly cursor: number } {
    const { length } = this.#torn;
    if (length > 0 && line.startsWith(this.#torn) && cursor >= length)
      return { line: line.slice(length), cursor: cursor - length };
    this.#torn = "";
    return { line, cursor };
  }

  #tear(): void {
    const { line, cursor } = this.#shown;
    if (!this.#isTerminal || line === "") return;
    const down = this.#rowOf(line.length) - this.#rowOf(cursor);
    this.#options.write("\n".repeat(down + 1));
    this.#torn = this.#partial + this.#input;
    this.#shown = { line: "", cursor: 0 };
  }

  #moveCursor(from: number, to: number): void {
    if (from === to) return;
    const up = this.#rowOf(from) - this.#rowOf(to);
    const column = to - this.#rowOf(to) * (this.#options.columns() ?? 1);
    this.#options.write(`${up > 0 ? `\u001b[${up}A` : ""}\r${column > 0 ? `\u001b[${column}C` : ""}`);
  }

  #erase(): void {
    const { line, cursor } = this.#shown;
    if (!this.#isTerminal || line === "") return;
    const rows = this.#rowOf(cursor);
    this.#options.write(`${rows > 0 ? `\u001b[${rows}A` : ""}\r\u001b[J`);
    this.#shown = { line: "", cursor: 0 };
  }

  /** Of the cursor behind so many characters. A terminal wraps only when a further character comes. */
  #rowOf(length: number): number {
    return length === 0 ? 0 : Math.floor((length - 1) / (this.#options.columns() ?? 1));
  }
}

/** Cyan, yellow, magenta, green, blue. */
const COLORS = [36, 33, 35, 32, 34];

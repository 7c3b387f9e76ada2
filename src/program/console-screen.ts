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
}

export class Screen {
  readonly #options: ScreenOptions;
  readonly #width: number;
  /** The console's unfinished line: a prompt, or the marks of a ping. */
  #partial = "";
  #input = "";
  #cursor = 0;
  /** Rows and columns that the unfinished line takes on the terminal, the cursor's own row among them. */
  #rowsAbove = 0;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#width = Math.max(0, ...options.names.map((name) => name.length));
  }

  /** Lines of a router that nobody asked for at this moment. */
  log(router: string, lines: readonly string[]): void {
    this.#above(lines.map((line) => `${this.#gutter(router)}${line}`.trimEnd()));
  }

  /** Lines of the lab itself. */
  say(lines: readonly string[]): void {
    this.#above(lines);
  }

  /** What a console prints; the end need not be the end of a line. */
  print(text: string): void {
    this.#erase();
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) this.#options.write(`${line}\n`);
    this.#draw();
  }

  /** Replaces the unfinished line, as a prompt does. */
  setPartial(partial: string): void {
    this.#erase();
    this.#partial = partial;
    this.#draw();
  }

  /** What is being typed behind the unfinished line. */
  setInput(input: string, cursor: number): void {
    this.#erase();
    this.#input = input;
    this.#cursor = cursor;
    this.#draw();
  }

  /** Ends the unfinished line, if there is one. */
  finish(): void {
    this.#erase();
    const last = this.#partial + this.#input;
    this.#partial = "";
    this.#input = "";
    this.#cursor = 0;
    if (last !== "") this.#options.write(`${last}\n`);
  }

  #above(lines: readonly string[]): void {
    this.#erase();
    for (const line of lines) this.#options.write(`${line}\n`);
    this.#draw();
  }

  #gutter(router: string): string {
    const text = `${router.padEnd(this.#width)} | `;
    if (!this.#options.useColor) return text;
    const color = COLORS[this.#options.names.indexOf(router) % COLORS.length] ?? 0;
    return `\u001b[${color}m${text}\u001b[0m`;
  }

  /** In a file nothing can be taken back, so an unfinished line waits until it is finished. */
  #draw(): void {
    const columns = this.#options.columns();
    if (columns === undefined) return;
    const line = this.#partial + this.#input;
    const behind = this.#input.length - this.#cursor;
    this.#options.write(line);
    const lastRow = rowOf(line.length, columns);
    const cursorAt = line.length - behind;
    const cursorRow = rowOf(cursorAt, columns);
    if (behind > 0) {
      const up = lastRow - cursorRow;
      const column = cursorAt - cursorRow * columns;
      this.#options.write(`${up > 0 ? `\u001b[${up}A` : ""}\r${column > 0 ? `\u001b[${column}C` : ""}`);
    }
    this.#rowsAbove = cursorRow;
  }

  #erase(): void {
    if (this.#options.columns() === undefined) return;
    const up = this.#rowsAbove > 0 ? `\u001b[${this.#rowsAbove}A` : "";
    this.#options.write(`${up}\r\u001b[J`);
    this.#rowsAbove = 0;
  }
}

/** A terminal wraps only when a further character comes: a line of exactly its width is one row. */
function rowOf(length: number, columns: number): number {
  return length === 0 ? 0 : Math.floor((length - 1) / columns);
}

/** Cyan, yellow, magenta, green, blue. */
const COLORS = [36, 33, 35, 32, 34];

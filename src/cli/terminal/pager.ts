/**
 * Output a screen at a time: after each the pager stops and ` --More-- ` is shown. Space goes on by a screen, Enter by a line,
 * `/` goes on from the next line that matches, `+` with lines that match, `-` with lines that do not, anything else ends it.
 */
import { matcherFor } from "../exec/output-filter.ts";

export interface ScreenSize {
  /** Lines; 0 never stops. */
  readonly length: number;
  /** Columns; 0 never wraps. */
  readonly width: number;
}

export class Pager {
  readonly #write: (lines: readonly string[]) => void;
  readonly #size: () => ScreenSize;
  /** Rows that are left on the screen. */
  #room = 0;
  #waiting: string[] = [];
  #isPaused = false;
  /** What is typed after `/`, `+` or `-`. */
  #pattern: { readonly sign: string; readonly text: string } | undefined;

  constructor(write: (lines: readonly string[]) => void, size: () => ScreenSize) {
    this.#write = write;
    this.#size = size;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** What stands on the last row while it waits. */
  prompt(): string {
    return this.#pattern === undefined ? MORE : `${this.#pattern.sign}${this.#pattern.text}`;
  }

  /** A command begins: it has the whole screen. */
  begin(): void {
    this.#room = this.#screen();
  }

  print(lines: readonly string[]): void {
    this.#waiting.push(...lines);
    if (!this.#isPaused) this.#flow();
  }

  /** A key while it waits: what a terminal sends for it. */
  key(text: string): void {
    if (this.#pattern !== undefined) return this.#patternKey(this.#pattern, text);
    if (text === " ") this.#resume(this.#screen());
    else if (text === "\r" || text === "\n") this.#resume(1);
    else if (/^[/+-]$/.test(text)) this.#pattern = { sign: text, text: "" };
    else this.end();
  }

  /** Nothing more of it. */
  end(): void {
    this.#waiting = [];
    this.#pattern = undefined;
    this.#isPaused = false;
  }

  #patternKey({ sign, text }: { readonly sign: string; readonly text: string }, key: string): void {
    if (key === "\r" || key === "\n") {
      this.#pattern = undefined;
      this.#narrow(sign, text);
      this.#resume(this.#screen());
    } else if (key === "\b" || key === "\u007f") this.#pattern = { sign, text: text.slice(0, -1) };
    else if (key === "\u0003") this.#pattern = undefined;
    else if (key >= " " && text.length < PATTERN_MAX) this.#pattern = { sign, text: text + key };
  }

  #narrow(sign: string, text: string): void {
    if (text === "") return;
    const matches = matcherFor(text);
    if (sign === "/") {
      const at = this.#waiting.findIndex(matches);
      this.#waiting = at < 0 ? [] : this.#waiting.slice(at);
    } else this.#waiting = this.#waiting.filter((line) => matches(line) === (sign === "+"));
  }

  #resume(rows: number): void {
    this.#room = rows;
    this.#isPaused = false;
    this.#flow();
  }

  #flow(): void {
    let count = 0;
    while (count < this.#waiting.length && this.#room > 0) {
      this.#room -= this.#rowsOf(this.#waiting[count] ?? "");
      count += 1;
    }
    const lines = this.#waiting.splice(0, count);
    if (lines.length > 0) this.#write(lines);
    this.#isPaused = this.#waiting.length > 0;
  }

  /** One row is for the prompt. */
  #screen(): number {
    const { length } = this.#size();
    return length === 0 ? Number.POSITIVE_INFINITY : Math.max(1, length - 1);
  }

  #rowsOf(line: string): number {
    const { width } = this.#size();
    return width === 0 ? 1 : Math.max(1, Math.ceil(line.length / width));
  }
}

const MORE = " --More-- ";
const PATTERN_MAX = 200;

/** The last messages, as many as fit: `logging buffered`. */

export class LogBuffer {
  readonly #lines: string[] = [];
  /** Of the lines, each with its end. */
  #octets = 0;

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Adds lines, and lets the oldest go where there are more than `size` octets. */
  add(lines: readonly string[], size: number): void {
    for (const line of lines) {
      this.#lines.push(line);
      this.#octets += line.length + 1;
    }
    let gone = 0;
    while (this.#octets > size && gone < this.#lines.length) {
      this.#octets -= (this.#lines[gone]?.length ?? 0) + 1;
      gone += 1;
    }
    this.#lines.splice(0, gone);
  }

  clear(): void {
    this.#lines.length = 0;
    this.#octets = 0;
  }
}

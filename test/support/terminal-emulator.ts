/** As much of a terminal as a screen asks of it: wrapping, return, newline, cursor up and right, erase below. */

export interface TerminalEmulator {
  readonly columns: number;
  write(text: string): void;
  /** The rows, without spaces at their ends. */
  rows(): readonly string[];
}

export function terminalEmulator(columns: number): TerminalEmulator {
  const rows: string[][] = [[]];
  let row = 0;
  let column = 0;
  const put = (character: string) => {
    if (column === columns) {
      column = 0;
      row += 1;
    }
    for (; rows.length <= row; ) rows.push([]);
    const cells = rows[row] ?? [];
    for (; cells.length < column; ) cells.push(" ");
    cells[column] = character;
    column += 1;
  };
  return {
    columns,
    write(text) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's commands start with one.
      for (const [part, digits, control] of text.matchAll(/\u001b\[(\d*)([A-Z])|[\s\S]/g)) {
        const count = Number(digits || 1);
        if (control === "A") row = Math.max(0, row - count);
        else if (control === "C") column = Math.min(columns - 1, column + count);
        else if (control === "J") {
          rows.splice(row + 1);
          rows[row]?.splice(column);
        } else if (part === "\r") column = 0;
        else if (part === "\n") {
          row += 1;
          column = 0;
          for (; rows.length <= row; ) rows.push([]);
        } else put(part);
      }
    },
    rows: () => rows.map((cells) => cells.join("").trimEnd()),
  };
}

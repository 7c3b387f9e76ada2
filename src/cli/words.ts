/** A line as words with their places. */

export interface Word {
  readonly text: string;
  /** Column in the line, from 0. */
  readonly start: number;
}

export interface Line {
  /** Without the white space around it. */
  readonly text: string;
  readonly words: readonly Word[];
  /** It ends in white space, so that another word is about to begin: what `?` and Tab need to know. */
  readonly endsWord: boolean;
}

export function splitLine(raw: string): Line {
  const text = raw.trim();
  const words = Array.from(text.matchAll(/\S+/g), (found) => ({ text: found[0], start: found.index }));
  return { text, words, endsWord: text === "" || /\s$/.test(raw) };
}

/** The words from `index` on, spaced as they were. */
export function restOfLine(line: Pick<Line, "text" | "words">, index: number): string {
  const first = line.words[index];
  return first === undefined ? "" : line.text.slice(first.start);
}

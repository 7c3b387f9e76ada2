/** What a terminal sends, as keys: control characters, Escape before a letter, and the sequences of cursor keys. */

/** A key as a terminal sends it. */
export interface Key {
  /** As it came. */
  readonly text: string;
  /** `left`, `backspace`, `c`; undefined where it only types its text. */
  readonly name: string | undefined;
  readonly ctrl: boolean;
  /** Escape stood before it, or Alt was held. */
  readonly meta: boolean;
}

export class KeyReader {
  /** A sequence that is not whole yet. */
  #begun = "";

  /** Keys that are whole. A sequence may come in pieces, as the letter after Escape does. */
  take(text: string): readonly Key[] {
    const keys: Key[] = [];
    for (const character of text) {
      this.#begun += character;
      const key = keyOf(this.#begun);
      if (key === undefined) continue;
      this.#begun = "";
      keys.push(key);
    }
    return keys;
  }
}

/** Undefined where more has to come. */
function keyOf(text: string): Key | undefined {
  if (!text.startsWith(ESCAPE)) return plainKey(text);
  const sequence = text.slice(1);
  if (/^(?:\[[\d;]*|O)?$/.test(sequence))
    return text.length > SEQUENCE_MAX ? named(text, undefined) : undefined;
  if (/^[[O]/.test(sequence)) return named(text, sequenceName(sequence));
  return { ...plainKey(sequence), text, meta: true };
}

/** Cursor keys, as ANSI, xterm and VT terminals send them. */
function sequenceName(sequence: string): string | undefined {
  const [, digits = "", last = ""] = /^[[O](\d*)[\d;]*(.)$/u.exec(sequence) ?? [];
  return last === "~" ? NUMBERED[digits] : LETTERED[last];
}

const LETTERED: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
};

const NUMBERED: Readonly<Record<string, string>> = { 1: "home", 3: "delete", 4: "end", 7: "home", 8: "end" };

function plainKey(text: string): Key {
  switch (text) {
    case "\r":
    case "\n":
      return named(text, "return");
    case "\t":
      return named(text, "tab");
    case "\b":
    case "\u007f":
      return named(text, "backspace");
  }
  const code = text.charCodeAt(0);
  // Ctrl-A is 1.
  return code >= 1 && code <= 26
    ? { text, name: String.fromCharCode(code + 96), ctrl: true, meta: false }
    : named(text, /^[a-z]$/i.test(text) ? text.toLowerCase() : undefined);
}

function named(text: string, name: string | undefined): Key {
  return { text, name, ctrl: false, meta: false };
}

const ESCAPE = "\u001b";
/** Characters: longer ones are noise. */
const SEQUENCE_MAX = 16;

/** The line that is being typed at a console: IOS's editing keys, history, and what a key asks of whoever holds the line. */

/** A key as a terminal sends it. */
export interface Key {
  /** What it types, where it types anything. */
  readonly text: string;
  /** `left`, `backspace`, `c`: as Node's readline names keys. */
  readonly name: string | undefined;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

export type KeyEffect =
  | { readonly kind: "edited" }
  | { readonly kind: "entered"; readonly line: string }
  /** `?`: what may come where the cursor is. */
  | { readonly kind: "help"; readonly before: string }
  /** Tab: complete the word the cursor is at. */
  | { readonly kind: "complete"; readonly before: string }
  /** Ctrl-C. */
  | { readonly kind: "abort" }
  /** IOS's escape sequence Ctrl-^: ends what is running, and leaves the line alone. */
  | { readonly kind: "escape" }
  /** Ctrl-Z: out of configuration. */
  | { readonly kind: "end"; readonly line: string }
  /** Ctrl-^ x: to the next console. */
  | { readonly kind: "switch" }
  /** Ctrl-D on an empty line. */
  | { readonly kind: "leave" };

export class LineEditor {
  #text = "";
  #cursor = 0;
  #history: string[] = [];
  /** Which line of the history is shown; its length for the line that is being typed. */
  #shown = 0;
  /** What was typed before the history was looked into. */
  #draft = "";
  #isEscaped = false;

  get text(): string {
    return this.#text;
  }

  /** How many characters stand before it. */
  get cursor(): number {
    return this.#cursor;
  }

  press(key: Key): KeyEffect {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      if (key.text === "x" || key.text === "X") return { kind: "switch" };
    }
    if (key.text === ESCAPE) {
      this.#isEscaped = true;
      return { kind: "escape" };
    }
    if (key.ctrl) return this.#control(key.name);
    if (key.meta) return this.#byWord(key.name);
    return this.#plain(key);
  }

  /** Puts `text` in place of what stands before the cursor: a completion. */
  replaceBefore(text: string): void {
    this.#set(text + this.#text.slice(this.#cursor), text.length);
  }

  #plain(key: Key): KeyEffect {
    switch (key.name) {
      case "return":
      case "enter":
        return this.#entered();
      case "tab":
        return { kind: "complete", before: this.#text.slice(0, this.#cursor) };
      case "backspace":
        return this.#cut(this.#cursor - 1, this.#cursor);
      case "delete":
        return this.#cut(this.#cursor, this.#cursor + 1);
      case "left":
      case "right":
        return this.#moveTo(this.#cursor + (key.name === "left" ? -1 : 1));
      case "home":
        return this.#moveTo(0);
      case "end":
        return this.#moveTo(this.#text.length);
      case "up":
      case "down":
        return this.#recall(key.name === "up" ? -1 : 1);
    }
    if (key.text === "?") return { kind: "help", before: this.#text.slice(0, this.#cursor) };
    if (!isPrintable(key.text)) return { kind: "edited" };
    const { text } = key;
    this.#set(
      this.#text.slice(0, this.#cursor) + text + this.#text.slice(this.#cursor),
      this.#cursor + text.length,
    );
    return { kind: "edited" };
  }

  #control(name: string | undefined): KeyEffect {
    switch (name) {
      case "a":
        return this.#moveTo(0);
      case "e":
        return this.#moveTo(this.#text.length);
      case "b":
        return this.#moveTo(this.#cursor - 1);
      case "f":
        return this.#moveTo(this.#cursor + 1);
      case "p":
        return this.#recall(-1);
      case "n":
        return this.#recall(1);
      case "h":
        return this.#cut(this.#cursor - 1, this.#cursor);
      case "k":
        return this.#cut(this.#cursor, this.#text.length);
      case "u":
      case "x":
        return this.#cut(0, this.#cursor);
      case "w":
        return this.#cut(this.#wordStart(), this.#cursor);
      case "c":
        return this.#cleared({ kind: "abort" });
      case "z":
        return this.#cleared({ kind: "end", line: this.#text });
      case "d":
        return this.#text === "" ? { kind: "leave" } : this.#cut(this.#cursor, this.#cursor + 1);
      case "j":
      case "m":
        return this.#entered();
      case "i":
        return { kind: "complete", before: this.#text.slice(0, this.#cursor) };
    }
    return { kind: "edited" };
  }

  #byWord(name: string | undefined): KeyEffect {
    if (name === "b") return this.#moveTo(this.#wordStart());
    if (name === "f") return this.#moveTo(this.#wordEnd());
    if (name === "d") return this.#cut(this.#cursor, this.#wordEnd());
    return { kind: "edited" };
  }

  #entered(): KeyEffect {
    const line = this.#text;
    if (line.trim() !== "" && line !== this.#history.at(-1)) this.#history.push(line);
    this.#history = this.#history.slice(-HISTORY_MAX);
    return this.#cleared({ kind: "entered", line });
  }

  #cleared(effect: KeyEffect): KeyEffect {
    this.#set("", 0);
    this.#shown = this.#history.length;
    return effect;
  }

  #recall(direction: -1 | 1): KeyEffect {
    const wanted = this.#shown + direction;
    if (wanted < 0 || wanted > this.#history.length) return { kind: "edited" };
    if (this.#shown === this.#history.length) this.#draft = this.#text;
    this.#shown = wanted;
    const text = this.#history[wanted] ?? this.#draft;
    this.#set(text, text.length);
    return { kind: "edited" };
  }

  #cut(from: number, to: number): KeyEffect {
    const start = Math.max(0, from);
    this.#set(this.#text.slice(0, start) + this.#text.slice(to), start);
    return { kind: "edited" };
  }

  #moveTo(cursor: number): KeyEffect {
    this.#cursor = Math.min(this.#text.length, Math.max(0, cursor));
    return { kind: "edited" };
  }

  #wordStart(): number {
    return this.#text.slice(0, this.#cursor).search(/\S*\s*$/);
  }

  #wordEnd(): number {
    return this.#cursor + (/^\s*\S*/.exec(this.#text.slice(this.#cursor))?.[0].length ?? 0);
  }

  #set(text: string, cursor: number): void {
    this.#text = text;
    this.#cursor = cursor;
  }
}

function isPrintable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be kept out.
  return text !== "" && !/[\u0000-\u001f\u007f]/.test(text);
}

/** Ctrl-^, which IOS prints as Ctrl-Shift-6. */
const ESCAPE = "\u001e";
/** IOS keeps ten unless told otherwise; here there is room. */
const HISTORY_MAX = 200;

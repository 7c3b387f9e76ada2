/** The line that is being typed at a console: IOS's editing keys, history, and what a key asks of whoever holds the line. */
import type { Key } from "./key-reader.ts";

export type KeyEffect =
  | { readonly kind: "edited" }
  | { readonly kind: "entered"; readonly line: string }
  /** `?`: what may come where the cursor is. */
  | { readonly kind: "help"; readonly before: string }
  /** Tab: complete the word the cursor is at. */
  | { readonly kind: "complete"; readonly before: string }
  /** Ctrl-L and Ctrl-R: the line is to be shown anew. */
  | { readonly kind: "redraw" }
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

/** What Ctrl-Y put in: where, and which of what was deleted. */
interface Yanked {
  readonly at: number;
  readonly index: number;
}

export class LineEditor {
  readonly #history: () => readonly string[];
  #text = "";
  #cursor = 0;
  /** Which line of the history is shown, from the last one back; 0 for the line that is being typed. */
  #back = 0;
  /** What was typed before the history was looked into. */
  #draft = "";
  /** What was deleted, the last first: Ctrl-Y gives it back, Esc-Y what was deleted before. */
  #deleted: string[] = [];
  #yanked: Yanked | undefined;
  #isEscaped = false;
  /** The next character is taken as it is. */
  #isQuoted = false;

  /** `history`: lines that were entered, the last one last. */
  constructor(history: () => readonly string[] = () => []) {
    this.#history = history;
  }

  get text(): string {
    return this.#text;
  }

  /** How many characters stand before it. */
  get cursor(): number {
    return this.#cursor;
  }

  /** `isSecret`: a password is typed, in which `?` is a character, and nothing is recalled. */
  press(key: Key, isSecret = false): KeyEffect {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      if (key.text === "x" || key.text === "X") return { kind: "switch" };
    }
    if (key.text === ESCAPE) {
      this.#isEscaped = true;
      return { kind: "escape" };
    }
    const yanked = this.#yanked;
    this.#yanked = undefined;
    if (this.#isQuoted || (isSecret && key.text === "?")) {
      this.#isQuoted = false;
      return this.#type(key.text);
    }
    if (isSecret && ["up", "down", "tab"].includes(key.name ?? "")) return EDITED;
    if (key.ctrl) return this.#control(key.name);
    if (key.meta) return this.#meta(key.name, yanked);
    return this.#plain(key);
  }

  /** Puts `text` in place of what stands before the cursor: a completion. */
  replaceBefore(text: string): void {
    this.#set(text + this.#text.slice(this.#cursor), text.length);
  }

  #plain(key: Key): KeyEffect {
    switch (key.name) {
      case "return":
        return this.#entered();
      case "tab":
        return { kind: "complete", before: this.#before };
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
        return this.#recall(key.name === "up" ? 1 : -1);
    }
    return key.text === "?" ? { kind: "help", before: this.#before } : this.#type(key.text);
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
        return this.#recall(1);
      case "n":
        return this.#recall(-1);
      case "k":
        return this.#delete(this.#cursor, this.#text.length);
      case "u":
      case "x":
        return this.#delete(0, this.#cursor);
      case "w":
        return this.#delete(this.#wordStart(), this.#cursor);
      case "y":
        return this.#yank(0);
      case "t":
        return this.#transpose();
      case "l":
      case "r":
        return { kind: "redraw" };
      case "v":
        this.#isQuoted = true;
        return EDITED;
      case "c":
        return this.#cleared({ kind: "abort" });
      case "z":
        return this.#cleared({ kind: "end", line: this.#text });
      case "d":
        return this.#text === "" ? { kind: "leave" } : this.#cut(this.#cursor, this.#cursor + 1);
    }
    return EDITED;
  }

  #meta(name: string | undefined, yanked: Yanked | undefined): KeyEffect {
    switch (name) {
      case "b":
        return this.#moveTo(this.#wordStart());
      case "f":
        return this.#moveTo(this.#wordEnd());
      case "d":
        return this.#delete(this.#cursor, this.#wordEnd());
      case "backspace":
        return this.#delete(this.#wordStart(), this.#cursor);
      case "c":
        return this.#recase((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
      case "l":
        return this.#recase((word) => word.toLowerCase());
      case "u":
        return this.#recase((word) => word.toUpperCase());
      case "q":
        this.#isQuoted = true;
        return EDITED;
      case "y":
        if (yanked === undefined) return EDITED;
        this.#cut(yanked.at, this.#cursor);
        return this.#yank((yanked.index + 1) % this.#deleted.length);
    }
    return EDITED;
  }

  get #before(): string {
    return this.#text.slice(0, this.#cursor);
  }

  #entered(): KeyEffect {
    return this.#cleared({ kind: "entered", line: this.#text });
  }

  #cleared(effect: KeyEffect): KeyEffect {
    this.#set("", 0);
    this.#back = 0;
    return effect;
  }

  /** `step`: 1 to the line before. */
  #recall(step: 1 | -1): KeyEffect {
    const history = this.#history();
    const wanted = this.#back + step;
    if (wanted < 0 || wanted > history.length) return EDITED;
    if (this.#back === 0) this.#draft = this.#text;
    this.#back = wanted;
    const text = wanted === 0 ? this.#draft : (history.at(-wanted) ?? "");
    this.#set(text, text.length);
    return EDITED;
  }

  #type(text: string): KeyEffect {
    if (isPrintable(text) && this.#text.length < LENGTH_MAX)
      this.#set(this.#before + text + this.#text.slice(this.#cursor), this.#cursor + text.length);
    return EDITED;
  }

  #cut(from: number, to: number): KeyEffect {
    const start = Math.max(0, from);
    this.#set(this.#text.slice(0, start) + this.#text.slice(to), start);
    return EDITED;
  }

  /** What is cut can be had back. */
  #delete(from: number, to: number): KeyEffect {
    if (to > from) this.#deleted = [this.#text.slice(from, to), ...this.#deleted].slice(0, DELETED_MAX);
    return this.#cut(from, to);
  }

  #yank(index: number): KeyEffect {
    const at = this.#cursor;
    this.#type(this.#deleted[index] ?? "");
    this.#yanked = this.#deleted.length === 0 ? undefined : { at, index };
    return EDITED;
  }

  /** The two characters before the cursor, or at the end those around it, change places. */
  #transpose(): KeyEffect {
    const at = this.#cursor === this.#text.length ? this.#cursor - 1 : this.#cursor;
    if (at < 1) return EDITED;
    const [a = "", b = ""] = [this.#text[at - 1], this.#text[at]];
    this.#set(this.#text.slice(0, at - 1) + b + a + this.#text.slice(at + 1), at + 1);
    return EDITED;
  }

  #recase(change: (word: string) => string): KeyEffect {
    const end = this.#wordEnd();
    const [space = ""] = /^\s*/.exec(this.#text.slice(this.#cursor)) ?? [];
    const start = this.#cursor + space.length;
    this.#set(this.#text.slice(0, start) + change(this.#text.slice(start, end)) + this.#text.slice(end), end);
    return EDITED;
  }

  #moveTo(cursor: number): KeyEffect {
    this.#cursor = Math.min(this.#text.length, Math.max(0, cursor));
    return EDITED;
  }

  #wordStart(): number {
    return this.#before.search(/\S*\s*$/);
  }

  #wordEnd(): number {
    return this.#cursor + (/^\s*\S*/.exec(this.#text.slice(this.#cursor))?.[0].length ?? 0);
  }

  #set(text: string, cursor: number): void {
    this.#text = text;
    this.#cursor = cursor;
  }
}

const EDITED: KeyEffect = { kind: "edited" };

function isPrintable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be kept out.
  return text !== "" && !/[\u0000-\u001f\u007f]/.test(text);
}

/** Ctrl-^, which IOS prints as Ctrl-Shift-6. */
const ESCAPE = "\u001e";
/** IOS keeps as many. */
const DELETED_MAX = 10;
/** Characters: no line of a configuration is longer, and whoever types must not fill our memory. */
const LENGTH_MAX = 10_000;

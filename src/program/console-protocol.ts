/** What a console and a running gateway say to each other: JSON objects, one a line, each way. */

export type ConsoleRequest =
  | { readonly kind: "line"; readonly text: string }
  /** A terminal of this size is there: from now on keys come, and what it shows goes back. Again where its size changes. */
  | { readonly kind: "terminal"; readonly rows: number; readonly columns: number }
  | { readonly kind: "keys"; readonly text: string };

export type ConsoleReply =
  /** What the session prints, or a terminal is to show; the end need not be the end of a line. */
  | { readonly kind: "print"; readonly text: string }
  /** Lines that nobody asked for at this moment (`terminal monitor`), where there is no terminal. */
  | { readonly kind: "log"; readonly lines: readonly string[] }
  /** After everything asked for, where lines come; with `isBusy`, a ping runs; with `isHidden`, a password is asked for. */
  | {
      readonly kind: "prompt";
      readonly text: string;
      readonly isBusy: boolean;
      readonly isHidden: boolean;
    }
  | { readonly kind: "closed" };

export function encodeMessage(message: ConsoleRequest | ConsoleReply): string {
  return `${JSON.stringify(message)}\n`;
}

/** Gathers what a stream gives into messages. What is no message, or too long for one, is left out. */
export class MessageReader<T extends { readonly kind: string }> {
  #rest = "";

  take(text: string): readonly T[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, LENGTH_MAX);
    return lines.flatMap((line) => {
      const message = parse(line);
      // Both ends are this program, and the socket is its owner's alone.
      return isMessage(message) ? [message as T] : [];
    });
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is { readonly kind: string } {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}

/** Characters: a pasted configuration's longest line is far below. */
const LENGTH_MAX = 1_000_000;

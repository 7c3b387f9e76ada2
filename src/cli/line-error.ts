/** What IOS says of a line that it does not take, and lines shown without the secrets in them. */
import type { Line } from "./words.ts";

export type LineError =
  | {
      readonly kind: "ambiguous" | "incomplete" | "invalid";
      readonly line: Line;
      /** Index of the word concerned. */
      readonly at: number;
      readonly secretWords: readonly number[];
    }
  /** The line is a sentence, but cannot be carried out. */
  | { readonly kind: "said"; readonly text: string };

/**
 * The lines of the message. `column` is where the line begins on the screen, so that the `^` stands below the word; with
 * `masked`, below the line as `maskedLine` shows it.
 */
export function errorLines(error: LineError, column: number, masked = false): string[] {
  switch (error.kind) {
    case "said":
      return error.text.split("\n");
    case "incomplete":
      return ["% Incomplete command."];
    case "ambiguous":
      return [
        `% Ambiguous command:  "${masked ? maskedLine(error.line, error.secretWords) : error.line.text}"`,
      ];
    case "invalid": {
      const start = masked
        ? maskedLine(before(error.line, error.at), error.secretWords).length
        : (error.line.words[error.at]?.start ?? error.line.text.length);
      return [`${" ".repeat(column + start)}^`, "% Invalid input detected at '^' marker."];
    }
  }
}

/** The line with `******` in the place of words that must not be seen, those that were read as such and those that look so. */
export function maskedLine(
  { text, words }: Pick<Line, "text" | "words">,
  secretWords: readonly number[],
): string {
  let masked = "";
  let end = 0;
  words.forEach(({ text: word, start }, i) => {
    const isSecret =
      secretWords.includes(i) || looksSecret(words.slice(0, i + 1).map((each) => each.text.toLowerCase()));
    masked += text.slice(end, start) + (isSecret ? MASK : word);
    end = start + word.length;
  });
  return masked + text.slice(end);
}

/** The line up to a word, spaced as if that word followed. */
function before({ text, words }: Line, at: number): Pick<Line, "text" | "words"> {
  return { text: text.slice(0, words[at]?.start ?? text.length), words: words.slice(0, at) };
}

/** What follows these words is a password or a key, whatever else the line says. `words` ends in the word in question. */
function looksSecret(words: readonly string[]): boolean {
  const before = words.slice(0, -1);
  // To the end of the line: it may be several words.
  if (before.some(opensSecret) && !/^(?:password encryption|service)\b/.test(words.join(" "))) return true;
  // `set session-key inbound esp SPI cipher KEY`, in any abbreviation.
  if (/^(?:no )?set se\S* [io]\S* (?:a\S* \S+|e\S* .*\b[ca]\S*) \S+$/.test(words.join(" "))) return true;
  const last = before.at(-1) ?? "";
  const isTyped = /^[0-9]$/.test(last);
  const word = (isTyped ? before.at(-2) : last) ?? "";
  if (/^(?:community|key-string|pre-shared-key|md5|authentication-key)$/.test(word)) return true;
  if (SECRETS_BY_PLACE.some((form) => form.test(words.join(" ")))) return true;
  // `aaa-server NAME (inside) host ADDRESS KEY` of a PIX.
  if (before.at(-2) === "host" && before.at(-3)?.startsWith("(")) return true;
  // `crypto isakmp key WORD`, in any abbreviation, and `radius-server key WORD`; not `crypto key generate`.
  const of = before.at(isTyped ? -3 : -2) ?? "";
  if (!/^ke?y?$/.test(word)) return false;
  return /^(?:is\w*|host|server)/.test(of) || before.some((each) => SERVERS.test(each));
}

/** Whose line has a key among other things. */
const SERVERS = /^(?:radius-server|tacacs-server|server-private)$/;

/** Lines whose last word is a secret by its place alone. */
const SECRETS_BY_PLACE = [
  // `snmp-server host A.B.C.D [traps | informs] [version V [LEVEL]] COMMUNITY`.
  /^(?:no )?snmp-server host \S+(?: vrf \S+)?(?: (?:traps|informs))?(?: version (?:1|2c|3 (?:auth|noauth|priv)))? (?!(?:vrf|traps|informs|version)$)\S+$/,
  /^(?:no )?snmp-server user .* (?:auth sha|priv (?:3?des|aes(?: (?:128|192|256))?)) (?!(?:128|192|256)$)\S+$/,
  // Protocols among neighbours, whose key is text that all of them know.
  /^(?:no )?(?:ip nhrp|(?:standby|vrrp|glbp)(?: \d+)?) authentication (?:text )?(?!(?:md5|text)$)\S+$/,
];

function opensSecret(word: string): boolean {
  return /^(?:password|password-encrypt|secret)$/.test(word);
}

const MASK = "******";

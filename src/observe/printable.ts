/**
 * Text that others chose, made fit for a terminal and a log: a peer must not be able to move the cursor, forge a line or
 * reorder what is read, and a configuration line that is quoted must not carry its secret.
 */
import { OBSERVE_LIMITS } from "./limits.ts";

/** `text` with control, formatting and separating characters written as `\x1b`, `\u202e`; at most `limit` characters. */
export function printable(text: string, limit: number = OBSERVE_LIMITS.textCharacters): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A sentence or a quoted configuration line with its keys and passwords taken out. */
export function withoutSecrets(text: string): string {
  return text.replace(PRE_SHARED_KEY, "$1******").replace(PASSWORD, "$1******");
}

// Control characters of both sets, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, lone surrogates.
const UNPRINTABLE =
  /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

// Every keyword may be abbreviated, and `6` or `0` may say how the key is written.
const PRE_SHARED_KEY = /\b(cr(?:y(?:p(?:to?)?)?)?\s+is(?:a(?:k(?:mp?)?)?)?\s+k(?:ey?)?\s+(?:[06]\s+)?)\S+/gi;
const PASSWORD = /\b((?:password|secret)\s+(?:\d\s+)?)[^\s"]\S*/gi;

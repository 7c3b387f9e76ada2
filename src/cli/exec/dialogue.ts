/** Commands that ask back: a question waits for its answer, and in the end something is done or not. */
import type { Configuration } from "../../config/configuration.ts";
import type { PingOptions, RsaKeyWish } from "../services.ts";
import type { Console } from "./command.ts";

/** A question that waits for its answer. */
export interface Dialogue {
  readonly prompt: string;
  /** What is typed must not be seen. */
  readonly isHidden?: boolean;
  /** Whoever does not answer does not come in. */
  readonly isRequired?: boolean;
  answer(text: string, configuration: Configuration): DialogueStep;
}

/** What comes next; `lines` are printed first. */
export type DialogueStep =
  | { readonly kind: "asks"; readonly dialogue: Dialogue; readonly lines: readonly string[] }
  | { readonly kind: "pings"; readonly options: PingOptions; readonly lines: readonly string[] }
  | { readonly kind: "makes keys"; readonly wishes: readonly RsaKeyWish[]; readonly lines: readonly string[] }
  | { readonly kind: "removes keys"; readonly lines: readonly string[] }
  | { readonly kind: "does"; act(console: Console): void; readonly lines: readonly string[] }
  | { readonly kind: "ends"; readonly lines: readonly string[] };

/** A question whose answer is a text, without the white space around it. */
export function question(prompt: string, answer: (text: string) => DialogueStep): Dialogue {
  return { prompt, answer: (text) => answer(text.trim()) };
}

/** `[confirm]`: Enter or `y` does it, anything else does not. */
export function confirmation(prompt: string, act: (console: Console) => void): Dialogue {
  return {
    prompt: `${prompt} [confirm]`,
    answer: (text) =>
      /^(?:y(?:es)?)?$/i.test(text.trim()) ? { kind: "does", lines: [], act } : { kind: "ends", lines: [] },
  };
}

/** A question to be answered by yes or no, put until it is. */
export function yesOrNo(prompt: string, yes: () => DialogueStep, no: () => DialogueStep): Dialogue {
  return {
    prompt: `${prompt} [yes/no]: `,
    answer: (text) => {
      const word = text.trim().toLowerCase();
      if (word !== "" && "yes".startsWith(word)) return yes();
      if (word !== "" && "no".startsWith(word)) return no();
      const dialogue = yesOrNo(prompt, yes, no);
      return { kind: "asks", dialogue, lines: ["% Please answer 'yes' or 'no'."] };
    },
  };
}

/** Questions in a row, each with a default: what the extended forms of `ping` and `traceroute` are made of. */
import type { Configuration } from "../../config/configuration.ts";
import { integer } from "../value-types.ts";
import type { Dialogue, DialogueStep } from "./dialogue.ts";

/** What an answer does: the draft goes on, the question is put again, or the dialogue ends. */
export type Answered<D> =
  | { readonly kind: "goes on"; readonly draft: D; readonly lines?: readonly string[] }
  | { readonly kind: "again"; readonly lines: readonly string[] }
  | { readonly kind: "ends"; readonly lines: readonly string[] };

/** `D` is what has been answered so far. */
export interface Question<D> {
  readonly prompt: string;
  isAsked(draft: D): boolean;
  /** `text` is not empty: an empty answer takes the default. */
  answer(draft: D, text: string, configuration: Configuration): Answered<D>;
  /** What an empty answer does; nothing by default. */
  readonly whenEmpty?: Answered<D>;
}

/** Puts the questions in their order; `finish` says what becomes of the answers. */
export function questionnaire<D>(
  questions: readonly Question<D>[],
  draft: D,
  finish: (draft: D, lines: readonly string[]) => DialogueStep,
): Dialogue {
  const dialogueAt = (at: number, soFar: D): Dialogue => {
    const question = questions[at];
    return {
      prompt: question?.prompt ?? "",
      answer: (text, configuration) => {
        const trimmed = text.trim();
        const answered: Answered<D> =
          trimmed === ""
            ? (question?.whenEmpty ?? { kind: "goes on", draft: soFar })
            : (question?.answer(soFar, trimmed, configuration) ?? { kind: "ends", lines: [] });
        if (answered.kind === "again")
          return { kind: "asks", dialogue: dialogueAt(at, soFar), lines: answered.lines };
        if (answered.kind === "ends") return { kind: "ends", lines: answered.lines };
        const { draft: next, lines = [] } = answered;
        const further = questions.findIndex((each, i) => i > at && each.isAsked(next));
        return further < 0
          ? finish(next, lines)
          : { kind: "asks", dialogue: dialogueAt(further, next), lines };
      },
    };
  };
  return dialogueAt(0, draft);
}

export const always = (): boolean => true;

export function numberQuestion<D>(
  prompt: string,
  min: number,
  max: number,
  isAsked: Question<D>["isAsked"],
  put: (draft: D, value: number) => D,
): Question<D> {
  const type = integer(min, max);
  return {
    prompt,
    isAsked,
    answer: (draft, text) => {
      const value = type.parse(text);
      return value === undefined
        ? { kind: "again", lines: [`% A decimal number between ${min} and ${max}.`] }
        : { kind: "goes on", draft: put(draft, value) };
    },
  };
}

export function yesOrNoQuestion<D>(
  prompt: string,
  isAsked: Question<D>["isAsked"],
  put: (draft: D, value: boolean) => D,
): Question<D> {
  return {
    prompt,
    isAsked,
    answer: (draft, text) => {
      const written = text.toLowerCase();
      if ("yes".startsWith(written)) return { kind: "goes on", draft: put(draft, true) };
      if ("no".startsWith(written)) return { kind: "goes on", draft: put(draft, false) };
      return { kind: "again", lines: ["% Please answer 'yes' or 'no'."] };
    },
  };
}

/** Questions that offer what is not done here: whoever does not take the default is told. */
export function declined<D>(
  prompt: string,
  isAsked: Question<D>["isAsked"],
  no: string,
  told: string,
): Question<D> {
  return {
    prompt,
    isAsked,
    answer: (draft, text) =>
      no.startsWith(text.toLowerCase())
        ? { kind: "goes on", draft }
        : { kind: "goes on", draft, lines: [told] },
  };
}

/** The forms in which lines without effect are kept, below a mode or among the global ones. */
import { type KeptPlace, keeping, keptIn, keptPhrase, type Traits } from "../keeping.ts";
import { type BlockKind, GLOBAL_PLACE, type Statement } from "../mode.ts";
import { TEXT_BLOCK } from "./kept-blocks.ts";

/** Of lines that are words alone, and whatever follows them. */
export interface KeptForms {
  /** One line at a time, and `no` counts too. */
  one(words: string, help: string): Statement;
  /** Several lines that are each on or off. */
  each(words: string, help: string): Statement;
  /** Several lines, each of which `no` removes. */
  list(words: string, help: string): Statement;
  /** A line with a mode of its own below it, whose lines are kept with it. */
  block(words: string, help: string, kind: BlockKind): Statement;
  /** A line with a text behind it, up to the character that the line names. */
  textBlock(words: string, help: string): Statement;
}

export function keptForms(place: KeptPlace): KeptForms {
  const keep = (
    words: string,
    help: string,
    traits: Pick<Traits, "replaces" | "keepsNo"> & Partial<Traits>,
  ) => keeping(keptPhrase(words, help), { effect: "none", block: undefined, ...traits }, place);
  return {
    one: (words, help) => keep(words, help, { replaces: "statement", keepsNo: true }),
    each: (words, help) => keep(words, help, { replaces: "line", keepsNo: true }),
    list: (words, help) => keep(words, help, { replaces: "line", keepsNo: false }),
    block: (words, help, kind) => keep(words, help, { replaces: "line", keepsNo: false, block: kind }),
    textBlock: (words, help) =>
      keep(words, help, { replaces: "statement", keepsNo: false, block: TEXT_BLOCK }),
  };
}

export const { one, each, list, block, textBlock } = keptForms(keptIn(GLOBAL_PLACE));

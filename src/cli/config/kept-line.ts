/** The forms in which global lines without effect are kept. */
import { keeping, keptIn, keptPhrase, type Traits } from "../keeping.ts";
import { type BlockKind, GLOBAL_PLACE, type Statement } from "../mode.ts";
import { TEXT_BLOCK } from "./kept-blocks.ts";

/** One line at a time, and `no` counts too. */
export function one(words: string, help: string): Statement {
  return keep(words, help, { replaces: "statement", keepsNo: true });
}

/** Several lines that are each on or off. */
export function each(words: string, help: string): Statement {
  return keep(words, help, { replaces: "line", keepsNo: true });
}

/** Several lines, each of which `no` removes. */
export function list(words: string, help: string): Statement {
  return keep(words, help, { replaces: "line", keepsNo: false });
}

/** A line with a mode of its own below it, whose lines are kept with it. */
export function block(words: string, help: string, kind: BlockKind): Statement {
  return keep(words, help, { replaces: "line", keepsNo: false, block: kind });
}

/** A line with a text behind it, up to the character that the line names. */
export function textBlock(words: string, help: string): Statement {
  return keep(words, help, { replaces: "statement", keepsNo: false, block: TEXT_BLOCK });
}

function keep(words: string, help: string, traits: Pick<Traits, "replaces" | "keepsNo"> & Partial<Traits>) {
  return keeping(
    keptPhrase(words, help),
    { effect: "none", block: undefined, ...traits },
    keptIn(GLOBAL_PLACE),
  );
}

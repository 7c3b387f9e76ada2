/** Extended access lists, numbered and named. Those of other protocols than IP are kept without effect. */
import { ListIndex } from "../../base/list-index.ts";
import { keeping, keptIn } from "../keeping.ts";
import { GLOBAL_PLACE, globalSetting, type Mode, opening, statementsAt } from "../mode.ts";
import { oneOf, optional, value } from "../sentence.ts";
import { ACCESS_LIST_NAME, integer, LINE } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type EntryForm, entryLens, listPlace, namedLens, numberedLens } from "./access-list-lenses.ts";
import { argumentsOfEntry, printEntry, ruleOf } from "./access-rule.ts";
import { ENTRY, type EntryArguments } from "./access-rule-sentence.ts";

const NUMBER_FORMS = {
  standard: [value("number", integer(100, 199), "IP extended access list")],
  expanded: [value("number", integer(2000, 2699), "IP extended access list (expanded range)")],
} as const;

const EXTENDED: EntryForm<EntryArguments> = {
  kind: "extended",
  toEntry: (entry, sequence, origin) =>
    entry.kind === "remark"
      ? { kind: "remark", text: entry.text, sequence, origin }
      : { ...ruleOf(entry.action, entry.rule), sequence, origin },
  toArguments: argumentsOfEntry,
  print: printEntry,
  lines: new ListIndex(printEntry),
};

export const NUMBERED_ACCESS_LIST = globalSetting(
  [...phrase("access-list", "Add an access list entry"), oneOf("list", NUMBER_FORMS), ENTRY],
  numberedLens(EXTENDED),
);

/** Lists of protocols other than IP. */
export const OTHER_ACCESS_LISTS = keeping(
  [
    ...phrase("access-list", "Add an access list entry"),
    oneOf("list", { others: [value("number", integer(200, 1299), "Access list of another protocol")] }),
    value("rest", LINE, "The rest of the line, kept as it is"),
  ],
  { replaces: "line", keepsNo: false, effect: "none", block: undefined },
  keptIn(GLOBAL_PLACE),
  2,
);

const LIST_MODE: Mode = {
  title: "Extended access list",
  prompt: "config-ext-nacl",
  statements: [
    statementsAt(listPlace("extended"))(
      [optional(value("sequence", integer(1, 2_147_483_647), "Sequence Number")), ENTRY],
      entryLens(EXTENDED),
    ),
  ],
};

export const NAMED_ACCESS_LIST = opening(
  globalSetting(
    [
      ...phrase("ip access-list extended", "Extended Access List"),
      oneOf("list", { ...NUMBER_FORMS, named: [value("name", ACCESS_LIST_NAME, "Access-list name")] }),
    ],
    namedLens("extended"),
  ),
  LIST_MODE,
);

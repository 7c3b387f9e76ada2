/** `show access-lists`: named lists first, each line with its number and how often it has decided. */

import { isAny, rulesOf } from "../../config/access-rules.ts";
import type { AccessListRule, AccessListSettings, Configuration } from "../../config/configuration.ts";
import { isHost } from "../../net/selector.ts";
import { printEntry } from "../config/access-rule.ts";

/** All lists, or that of a name or number. Remarks are for the configuration alone. */
export function showAccessLists(
  { accessLists }: Configuration,
  name: string | undefined,
  matchesOf: (rule: AccessListRule) => number,
): string[] {
  return accessLists
    .filter((list) => name === undefined || list.name === name)
    .flatMap((list) => [
      `${list.kind === "standard" ? "Standard" : "Extended"} IP access list ${list.name}`,
      ...rulesOf(list).map(
        (rule, i) => `    ${(i + 1) * LINE_STEP} ${ruleText(list, rule)}${counted(matchesOf(rule))}`,
      ),
    ]);
}

/** `permit ip host 10.1.1.1 any` of each rule in order. */
export function ruleTexts(list: AccessListSettings): string[] {
  return rulesOf(list).map((rule) => ruleText(list, rule));
}

function ruleText({ kind }: AccessListSettings, rule: AccessListRule): string {
  return kind === "standard" ? standardText(rule) : printEntry(rule);
}

/** `permit 10.0.0.0, wildcard bits 0.255.255.255`: otherwise than in the configuration. */
function standardText({ action, source, log }: AccessListRule): string {
  const { address, wildcard } = source;
  const from = isAny(source) ? "any" : isHost(source) ? address : `${address}, wildcard bits ${wildcard}`;
  return `${action} ${from}${log === undefined ? "" : " log"}`;
}

/** Between the numbers of lines, as IOS counts them since 12.3. */
const LINE_STEP = 10;

function counted(matches: number): string {
  return matches === 0 ? "" : ` (${matches} match${matches === 1 ? "" : "es"})`;
}

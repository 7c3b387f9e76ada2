/** `show access-lists`: extended lists, named ones first. */
import type { AccessListSettings, Configuration } from "../../config/configuration.ts";
import { printEntry } from "../config/access-rule.ts";

/** All lists, or that of a name or number. Remarks are for the configuration alone. */
export function showAccessLists({ accessLists }: Configuration, name?: string): string[] {
  return accessLists.filter((list) => name === undefined || list.name === name).flatMap(accessListLines);
}

function accessListLines(list: AccessListSettings): string[] {
  return [`Extended IP access list ${list.name}`, ...ruleTexts(list).map((text) => `    ${text}`)];
}

/** `permit ip host 10.1.1.1 any` of each rule in order. */
export function ruleTexts({ entries }: AccessListSettings): string[] {
  return entries.filter(({ kind }) => kind === "rule").map(printEntry);
}

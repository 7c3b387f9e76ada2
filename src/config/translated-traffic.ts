/**
 * Where `ip nat` and crypto maps get into each other's way. IOS translates a packet before it asks the crypto map of the
 * interface, so what is to be protected under its inside addresses must be kept from translation.
 */
import {
  type AddressBlock,
  blockContains,
  blocksOverlap,
  host,
  maskOf,
  selectorCovers,
  selectorOfRule,
  selectorsOverlap,
  type TrafficSelector,
} from "../net/selector.ts";
import { ACCESS_LISTS } from "./access-list-settings.ts";
import { expandRule, rulesOf } from "./access-rules.ts";
import type { AccessListRule, Configuration } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { NatPolicy, RouteMap, TranslationRule } from "./router-policy.ts";

export function findTranslatedTraffic(
  configuration: Configuration,
  nat: NatPolicy,
  problems: Problems,
): void {
  if (nat.rules.length + nat.statics.length === 0) return;
  // By way of a policy route packets may get around translation.
  const isRouted = configuration.interfaces.some(
    (own) => own.natInside.value && own.policyRouteMap !== undefined,
  );
  for (const { what, rule } of protectedOutside(configuration))
    for (const selector of expandRule(rule).map(selectorOfRule)) {
      const list = isRouted ? undefined : translatingList(nat, selector);
      const fixed = isRouted ? undefined : fixedAddress(nat, selector);
      if (list !== undefined) problems.warning(translated(what, rule, list));
      else if (fixed !== undefined) problems.warning(translatedAlways(what, rule, fixed));
      if (rule.sourcePorts !== undefined && isOverloaded(nat, selector))
        problems.warning(madeUpPorts(what, rule));
    }
}

/** The permit lines of crypto maps on outside interfaces. */
function* protectedOutside({
  interfaces,
  cryptoMaps,
  accessLists,
}: Configuration): Generator<{ readonly what: string; readonly rule: AccessListRule }> {
  const names = new Set(interfaces.filter((own) => own.natOutside.value).map((own) => own.cryptoMap?.value));
  for (const { name, entries } of cryptoMaps.filter((map) => names.has(map.name)))
    for (const { sequence, matchAddress } of entries) {
      const list = matchAddress && ACCESS_LISTS.find(accessLists, matchAddress.value);
      for (const rule of list === undefined ? [] : rulesOf(list))
        if (rule.action === "permit") yield { what: `crypto map ${name} ${sequence}`, rule };
    }
}

/** The list by which some packet of the selector is translated out of it. */
function translatingList({ rules }: NatPolicy, selector: TrafficSelector): string | undefined {
  for (const rule of rules) {
    const list = isStillMeant(selector.local, rule) ? undefined : permittingList(rule.match, selector);
    if (list !== undefined) return list;
  }
  return undefined;
}

/** Whether the selector holds what the packet becomes, too. */
function isStillMeant(local: AddressBlock, { first, last }: TranslationRule): boolean {
  return blockContains(local, first) && blockContains(local, last);
}

/** The first list that permits some packet of the selector, unless an earlier line or entry has taken out all of them. */
function permittingList(map: RouteMap, selector: TrafficSelector): string | undefined {
  for (const { action, accessLists } of map)
    for (const { name, lines } of accessLists)
      for (const line of lines) {
        const met = line.rules.map(selectorOfRule).filter((each) => selectorsOverlap(each, selector));
        if (met.length === 0 || line.tests.length > 0) continue;
        if (action === "permit" && line.action === "permit") return name;
        if (!met.some((each) => selectorCovers(each, selector))) continue;
        // What a line of a deny entry permits is translated by no entry; what a deny line denies may be by the next one.
        if (action === "deny" && line.action === "permit") return undefined;
        break;
      }
  return undefined;
}

/** The local address of a static translation of a whole host. */
function fixedAddress({ statics }: NatPolicy, { local }: TrafficSelector): string | undefined {
  return statics.find(
    (each) =>
      each.protocol === 0 &&
      blocksOverlap(local, host(each.local.address)) &&
      !blockContains(local, each.global.address),
  )?.local.address;
}

/** Whether the selector is about addresses whose ports translation makes up. */
function isOverloaded({ rules }: NatPolicy, { local }: TrafficSelector): boolean {
  return rules.some(
    ({ overload, first, last }) => overload && (blockContains(local, first) || blockContains(local, last)),
  );
}

function translated(what: string, { origin, ...rule }: AccessListRule, list: string) {
  return {
    kind: "wrong",
    origin,
    message: `Access list ${list} has packets translated that ${what} is to protect: IOS translates them first, and then does not protect them.`,
    advice: `Enter \`deny ip ${blockText(rule.source)} ${blockText(rule.destination)}\` at the top of access list ${list}.`,
  } as const;
}

function translatedAlways(what: string, { origin }: AccessListRule, address: string) {
  return {
    kind: "wrong",
    origin,
    message: `${address} is always translated, and ${what} is to protect it untranslated: IOS translates its packets first, and then does not protect them.`,
    advice:
      "Permit its global address in the crypto access list, or lead its packets around translation by a route map.",
  } as const;
}

function madeUpPorts(what: string, { origin }: AccessListRule) {
  return {
    kind: "wrong",
    origin,
    message: `${capitalized(what)} looks at source ports that \`overload\` makes up, so that packets may miss it.`,
    advice: "Leave the source port out, or look at the destination port.",
  } as const;
}

function blockText(block: AddressBlock): string {
  switch (maskOf(block)) {
    case "255.255.255.255":
      return `host ${block.address}`;
    case "0.0.0.0":
      return "any";
    default:
      return `${block.address} ${block.wildcard}`;
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

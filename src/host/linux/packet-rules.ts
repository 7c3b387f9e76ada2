/**
 * Access lists and address translation of a configuration as an nftables table, which the kernel carries out: IOS's order on
 * Linux's hooks. Inward: the list, translation back, routing. Outward: routing, translation, the list.
 */
import type { Direction } from "../../config/configuration.ts";
import type {
  NatPolicy,
  RouterPolicy,
  StaticTranslation,
  TranslationRule,
} from "../../config/router-policy.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { blockContains, ruleOf } from "../../net/selector.ts";
import { Chains } from "./nft-chains.ts";
import { portedName, ruleMatch, setOf } from "./nft-matches.ts";
import { clearAnswers, marks, protectsTranslated, TRANSLATED_MARK } from "./translated-protection.ts";

export interface RulePlaces {
  readonly deviceOf: (interfaceName: string) => string | undefined;
  /** Where packets go to be protected and come from decrypted; undefined where the kernel protects them itself. */
  readonly protectDevice: string | undefined;
}

/** The table, or undefined where the configuration asks for nothing that needs one. */
export function packetRules(router: RouterPolicy, places: RulePlaces): string | undefined {
  const chains = new Chains();
  const groups = (direction: Direction) => groupJumps(router, places, chains, direction);
  const outside = devicesOf(router, places, "outside");
  const inside = devicesOf(router, places, "inside");
  const isTranslating = outside.length > 0 && (router.nat.rules.length > 0 || router.nat.statics.length > 0);
  const isSeenBoth = isTranslating && inside.length > 0;
  // The kernel's own IPsec protects what was translated.
  const protectDevice = isSeenBoth && protectsTranslated(router) ? places.protectDevice : undefined;
  const around = isSeenBoth ? straightOnly(router, places, chains) : [];
  const sources = isSeenBoth ? sourceRules(router.nat, chains) : [];
  const ways = [
    `oifname ${setOf(outside)}`,
    ...(protectDevice === undefined ? [] : [`oifname "${protectDevice}" meta mark ${TRANSLATED_MARK}`]),
  ];
  const hooks = [
    hook(
      "clear",
      "filter hook prerouting priority mangle - 10",
      protectDevice === undefined ? [] : clearAnswers(router, places.deviceOf),
    ),
    hook("inward", "filter hook prerouting priority mangle", groups("in")),
    hook(
      "marked",
      "filter hook prerouting priority mangle + 10",
      protectDevice === undefined
        ? []
        : [...around, ...marks(router, chains).map((rule) => `iifname ${setOf(inside)} ${rule}`)],
    ),
    hook(
      "back",
      "nat hook prerouting priority dstnat",
      isTranslating
        ? backRules(router.nat, protectDevice === undefined ? outside : [...outside, protectDevice])
        : [],
    ),
    hook(
      "translated",
      "nat hook postrouting priority srcnat",
      isSeenBoth
        ? [
            ...around,
            ...ways.flatMap((way) => sources.map((rule) => `iifname ${setOf(inside)} ${way} ${rule}`)),
          ]
        : [],
    ),
    hook("outward", "filter hook postrouting priority srcnat + 10", groups("out")),
    hook(
      "unprotected",
      "filter hook postrouting priority srcnat + 20",
      isTranslating && places.protectDevice !== undefined ? lateRules(router, places) : [],
    ),
  ].flat();
  if (hooks.length === 0) return undefined;
  return `${NO_RULES}${[`table ip ${TABLE} {`, ...chains.lines, ...hooks, "}", ""].join("\n")}`;
}

/** Global addresses that a device must answer for: those that nobody has by himself. */
export function globalAddresses({ nat, interfaces }: RouterPolicy): readonly IpAddress[] {
  const own = new Set(interfaces.map(({ address }) => address));
  const wanted = [...nat.statics.map(({ global }) => global.address), ...nat.rules.flatMap(poolOf)];
  return [...new Set(wanted.filter((address) => !own.has(address)))];
}

function poolOf({ first, last }: TranslationRule): IpAddress[] {
  const from = ipv4ToNumber(first);
  const count = Math.min(ipv4ToNumber(last) - from + 1, POOL_MAX);
  return Array.from({ length: count }, (_, i) => ipv4FromNumber(from + i));
}

/** Of each interface with a list; what is decrypted comes by the protecting device once more. */
function groupJumps(
  { interfaces, ipsec }: RouterPolicy,
  { deviceOf, protectDevice }: RulePlaces,
  chains: Chains,
  direction: Direction,
): string[] {
  return interfaces.flatMap(({ name, up, accessGroups }) => {
    const list = accessGroups[direction];
    const device = deviceOf(name);
    if (list === undefined || device === undefined || !up) return [];
    const chain = chains.list(list, "accept", "drop");
    const isProtecting = ipsec.interfaces.some((each) => each.name === name);
    const devices = isProtecting && protectDevice !== undefined ? [device, protectDevice] : [device];
    return [
      `${direction === "in" ? `iifname ${setOf(devices)}` : `oifname ${setOf(devices)} ${FORWARDED}`} jump ${chain}`,
    ];
  });
}

function backRules({ statics }: NatPolicy, outside: readonly string[]): string[] {
  return statics.map(({ protocol, local, global }) => {
    const from = `iifname ${setOf(outside)} ip daddr ${global.address}`;
    return protocol === 0
      ? `${from} dnat to ${local.address}`
      : `${from} ${portedName(protocol)} dport ${global.port} dnat to ${local.address}:${local.port}`;
  });
}

/** What policy routing leads over a loop-back interface does not come straight from inside: it is not translated. */
function straightOnly({ interfaces }: RouterPolicy, { deviceOf }: RulePlaces, chains: Chains): string[] {
  const loopbacks = interfaces.filter(({ name }) => name.startsWith("Loopback"));
  return interfaces.flatMap(({ name, policyRoutes = [] }) => {
    const device = deviceOf(name);
    return policyRoutes.flatMap(({ action, accessLists, nextHops, interfaces: ways }) => {
      const isAround =
        action === "permit" &&
        loopbacks.some(
          (each) => ways.includes(each.name) || nextHops.some((hop) => blockContains(each.prefix, hop)),
        );
      if (!isAround || device === undefined) return [];
      return accessLists.map((list) => `iifname "${device}" jump ${chains.list(list, "accept", "return")}`);
    });
  });
}

function sourceRules({ rules, statics }: NatPolicy, chains: Chains): string[] {
  return [
    ...statics.map(staticSource),
    ...rules.flatMap((rule) => chains.matched(rule.match, `snat to ${rangeText(rule)}`)),
  ];
}

function staticSource({ protocol, local, global }: StaticTranslation): string {
  const from = `ip saddr ${local.address}`;
  return protocol === 0
    ? `${from} snat to ${global.address}`
    : `${from} ${portedName(protocol)} sport ${local.port} snat to ${global.address}:${global.port}`;
}

/** Each host has an address of its own for as long as it needs it, or they share one. */
function rangeText({ first, last, overload }: TranslationRule): string {
  const range = first === last ? first : `${first}-${last}`;
  return overload ? range : `${range} persistent`;
}

/**
 * What crypto access lists permit and yet goes out in clear, such as what is permitted by a port that translation makes up: it
 * is lost.
 */
function lateRules({ ipsec }: RouterPolicy, { deviceOf }: RulePlaces): string[] {
  return ipsec.interfaces.flatMap(({ name, entries }) => {
    const device = deviceOf(name);
    if (device === undefined) return [];
    return entries.flatMap(({ rules }) =>
      rules
        .filter(({ action }) => action === "permit")
        .map((line) => `oifname "${device}" ${FORWARDED} ${ruleMatch(ruleOf(line))} drop`),
    );
  });
}

function devicesOf(
  { interfaces }: RouterPolicy,
  { deviceOf }: RulePlaces,
  side: "inside" | "outside",
): string[] {
  return interfaces.flatMap(({ name, natSide }) => {
    const device = natSide === side ? deviceOf(name) : undefined;
    return device === undefined ? [] : [device];
  });
}

function hook(name: string, type: string, rules: readonly string[]): string[] {
  if (rules.length === 0) return [];
  return [
    `\tchain ${name} {`,
    `\t\ttype ${type}; policy accept;`,
    ...rules.map((rule) => `\t\t${rule}`),
    "\t}",
  ];
}

export const TABLE = "skeyid";
/** Takes a table away that may be there. */
export const NO_RULES = `add table ip ${TABLE}\ndelete table ip ${TABLE}\n`;
/** The machine's own packets are not held against a list, as on IOS; IKE and IPsec of our own are among them. */
const FORWARDED = "iif != 0";
/** Addresses of a pool that a device gets. */
const POOL_MAX = 256;

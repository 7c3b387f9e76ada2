/**
 * What a crypto access list permits only under its translated address. The kernel translates behind its routing, so such
 * packets are marked before it: the mark leads them to be protected, and they are translated on the way there.
 */
import type { NatPolicy, RouterPolicy, StaticTranslation } from "../../config/router-policy.ts";
import { type AccessRule, ANY_ADDRESS, ANY_PORT, blockContains, ruleOf } from "../../net/selector.ts";
import type { Chains } from "./nft-chains.ts";
import { portedName, ruleMatch } from "./nft-matches.ts";

export const TRANSLATED_MARK = 0x736c;

const MARKED = `meta mark set ${TRANSLATED_MARK} accept`;

type Interfaces = RouterPolicy["ipsec"]["interfaces"];

/** Whether a crypto access list permits what nobody has before translation. */
export function protectsTranslated({ nat, ipsec }: Pick<RouterPolicy, "nat" | "ipsec">): boolean {
  return permittedTranslated(ipsec.interfaces, nat).length > 0;
}

/** For packets from inside, before they are routed: those are marked that are to be translated and then protected. */
export function marks({ nat, ipsec }: RouterPolicy, chains: Chains): string[] {
  const { interfaces } = ipsec;
  return [
    ...nat.statics.flatMap((each) => {
      const jumps = entryJumps(interfaces, (rule) => coversStatic(rule, each), MARKED, chains);
      // What has an address of its own gets no other.
      return [...jumps, ...(each.protocol === 0 ? ["accept"] : [])].map(
        (rule) => `${localEnd(each)} ${rule}`,
      );
    }),
    ...nat.rules.flatMap((each) => {
      const translated = chains.of(chains.matched(each.match, MARKED));
      return entryJumps(interfaces, (rule) => coversRange(rule, each), `jump ${translated}`, chains);
    }),
  ];
}

/** For packets from outside: what answers such packets in clear is dropped, as it is to come protected. */
export function clearAnswers(
  { nat, ipsec }: RouterPolicy,
  deviceOf: (interfaceName: string) => string | undefined,
): string[] {
  return ipsec.interfaces.flatMap((each) => {
    const device = deviceOf(each.name);
    const permitted = permittedTranslated([each], nat);
    if (device === undefined || permitted.length === 0) return [];
    const from = `iifname "${device}"`;
    return [
      // What sets protection up, and what is protected.
      `${from} ip protocol { 50, 51 } accept`,
      `${from} udp dport { 500, 4500 } accept`,
      ...permitted.map((rule) => `${from} ${ruleMatch(answerOf(rule))} drop`),
    ];
  });
}

function permittedTranslated(interfaces: Interfaces, nat: NatPolicy): AccessRule[] {
  return interfaces.flatMap(({ entries }) =>
    entries.flatMap(({ rules }) =>
      rules
        .map(ruleOf)
        .filter(
          (rule) =>
            rule.action === "permit" &&
            (nat.statics.some((each) => coversStatic(rule, each)) ||
              nat.rules.some((each) => coversRange(rule, each))),
        ),
    ),
  );
}

/** A chain for each crypto map entry: what a line permits gets the verdict, what it denies goes on with the next entry. */
function entryJumps(
  interfaces: Interfaces,
  covers: (rule: AccessRule) => boolean,
  verdict: string,
  chains: Chains,
): string[] {
  return interfaces.flatMap(({ entries }) =>
    entries.flatMap(({ rules }) => {
      const lines = rules.map(ruleOf).filter(covers);
      if (!lines.some(({ action }) => action === "permit")) return [];
      const chain = lines.map((rule) => {
        const untranslated = { ...rule, source: ANY_ADDRESS, sourcePorts: ANY_PORT };
        return `${ruleMatch(untranslated)} ${rule.action === "permit" ? verdict : "return"}`.trim();
      });
      return [`jump ${chains.of(chain)}`];
    }),
  );
}

function coversStatic({ source, sourcePorts, protocol }: AccessRule, each: StaticTranslation): boolean {
  const { global } = each;
  if (!blockContains(source, global.address)) return false;
  if (each.protocol === 0) return isAnyPort(sourcePorts);
  const isOfProtocol = protocol === 0 || protocol === each.protocol;
  return isOfProtocol && sourcePorts.low <= global.port && global.port <= sourcePorts.high;
}

/** Ports are made up with the translation: nobody can ask for them before. */
function coversRange({ source, sourcePorts }: AccessRule, range: NatPolicy["rules"][number]): boolean {
  return isAnyPort(sourcePorts) && blockContains(source, range.first) && blockContains(source, range.last);
}

function isAnyPort({ low, high }: AccessRule["sourcePorts"]): boolean {
  return low === ANY_PORT.low && high === ANY_PORT.high;
}

function localEnd({ protocol, local }: StaticTranslation): string {
  const from = `ip saddr ${local.address}`;
  return protocol === 0 ? from : `${from} ${portedName(protocol)} sport ${local.port}`;
}

function answerOf(rule: AccessRule): AccessRule {
  return {
    ...rule,
    source: rule.destination,
    sourcePorts: rule.destinationPorts,
    destination: rule.source,
    destinationPorts: rule.sourcePorts,
  };
}

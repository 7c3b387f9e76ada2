/** What an entry of a crypto map names, looked up: its peers, transform sets and access list, and what to say where one is missing. */
import type { Origin } from "../base/origin.ts";
import type { TransformSet } from "../crypto/transform-set.ts";
import type { DynamicTemplate, OriginatedRule } from "../ipsec/policy.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { selectorOfRule } from "../net/selector.ts";
import { ACCESS_LISTS } from "./access-list-settings.ts";
import { expandRule, protectsEverything, rulesOf, whyNotNegotiable } from "./access-rules.ts";
import { hostsOf } from "./compile-ike.ts";
import { compileTransformSet } from "./compile-transform-set.ts";
import type { AccessListSettings, Configuration, CryptoMapEntrySettings } from "./configuration.ts";
import type { Problem, Problems } from "./problem.ts";

/** Where an entry is: in a crypto map, or in a dynamic map that one of its entries names. */
export interface EntryPlace {
  readonly mapName: string;
  /** Of the entry of the crypto map. */
  readonly sequence: number;
  readonly template: DynamicTemplate | undefined;
}

export interface EntryContext {
  readonly configuration: Configuration;
  readonly place: EntryPlace;
  readonly entry: CryptoMapEntrySettings;
  readonly severity: Problem["severity"];
  readonly problems: Problems;
}

export function peersOf(context: EntryContext): IpAddress[] | undefined {
  const { configuration, place, entry, severity, problems } = context;
  if (entry.peers.length === 0) {
    if (place.template !== undefined) return [];
    problems.add(severity, missing(context, "peer", "set peer A.B.C.D"));
    return undefined;
  }
  const hosts = hostsOf(configuration);
  const addresses: IpAddress[] = [];
  let complete = true;
  for (const { value: peer, origin } of entry.peers) {
    if (peer.kind === "hostname" && peer.isDynamic === true)
      problems.warning({
        kind: "without-effect",
        origin,
        message: `\`dynamic\` of the peer ${peer.name} is not in effect yet: there is no DNS here, and its address is that of \`ip host\`.`,
        advice: `Enter \`set peer ${peer.name}\`, or a dynamic crypto map for peers whose addresses change.`,
      });
    const found = peer.kind === "address" ? [peer.address] : hosts.get(peer.name.toLowerCase());
    if (found === undefined) {
      problems.add(severity, {
        kind: "incomplete",
        origin,
        message: `The address of the peer ${peer.kind === "hostname" ? peer.name : ""} is unknown: there is no DNS here.`,
        advice: `Enter \`ip host ${peer.kind === "hostname" ? peer.name : "NAME"} A.B.C.D\`.`,
      });
      complete = false;
    } else addresses.push(...found.filter((address) => !addresses.includes(address)));
  }
  for (const own of configuration.interfaces)
    if (own.address !== undefined && addresses.includes(own.address.value.address)) {
      problems.add(severity, {
        kind: "wrong",
        origin: entry.peers[0]?.origin,
        message: `The peer ${own.address.value.address} of ${titleOf(place)} is this router's own ${own.name}.`,
        advice: "Enter the address of the other router: `set peer A.B.C.D`.",
      });
      complete = false;
    }
  return complete ? addresses : undefined;
}

export function transformSetsOf(context: EntryContext): readonly TransformSet[] | undefined {
  const { configuration, entry, severity, problems } = context;
  if (entry.transformSets === undefined) {
    problems.add(severity, missing(context, "transform set", "set transform-set NAME"));
    return undefined;
  }
  const { value: names, origin } = entry.transformSets;
  const compiled: TransformSet[] = [];
  for (const name of names) {
    const settings = configuration.transformSets.find((set) => set.name === name);
    if (settings === undefined)
      problems.add(severity, {
        kind: "wrong",
        origin,
        message: `Transform set ${name} does not exist.`,
        advice: `Enter \`crypto ipsec transform-set ${name} esp-aes 256 esp-sha256-hmac\`, or name another.`,
      });
    else {
      const set = compileTransformSet(settings, severity, problems);
      if (set !== undefined) compiled.push(set);
    }
  }
  return compiled.length === names.length ? shared(compiled) : undefined;
}

/** Most entries name the same one alone: they have one list of it together. */
function shared(sets: readonly TransformSet[]): readonly TransformSet[] {
  const [first] = sets;
  if (first === undefined || sets.length > 1) return sets;
  const known = ALONE.get(first) ?? [first];
  ALONE.set(first, known);
  return known;
}

const ALONE = new WeakMap<TransformSet, readonly TransformSet[]>();

export function rulesOfEntry(context: EntryContext): OriginatedRule[] | undefined {
  const { configuration, place, entry, severity, problems } = context;
  if (entry.matchAddress === undefined) {
    if (place.template !== undefined) return [];
    problems.add(severity, missing(context, "access list", "match address NUMBER-OR-NAME"));
    return undefined;
  }
  const { value: name, origin } = entry.matchAddress;
  const list = ACCESS_LISTS.find(configuration.accessLists, name);
  if (list?.kind !== "extended") {
    problems.add(severity, unknownList(name, origin));
    return undefined;
  }
  return checkedRules(list, origin, severity, problems);
}

function checkedRules(
  list: AccessListSettings,
  usedAt: Origin | undefined,
  severity: Problem["severity"],
  problems: Problems,
): OriginatedRule[] | undefined {
  let usable = true;
  const settings = rulesOf(list);
  for (const rule of settings) {
    const reason = whyNotNegotiable(rule);
    if (reason !== undefined) {
      problems.add(severity, {
        kind: "wrong",
        origin: rule.origin,
        message: `Access list ${list.name} cannot say what IPsec protects: ${reason}.`,
        advice:
          "Write it with subnets, a protocol, and `eq` where ports matter; the peer needs its mirror image.",
      });
      usable = false;
    } else if (protectsEverything(rule)) {
      problems.warning({
        kind: "wrong",
        origin: rule.origin,
        message: `Access list ${list.name} protects all traffic, and everything that comes in clear is dropped.`,
        advice: "Name the two networks: `permit ip A.B.C.D WILDCARD A.B.C.D WILDCARD`.",
      });
    }
    if (rule.log !== undefined)
      problems.note({
        kind: "without-effect",
        origin: rule.origin,
        message: `\`${rule.log}\` has no effect in a crypto access list.`,
        advice: "Leave it, or remove it.",
      });
  }
  if (!settings.some(({ action }) => action === "permit")) {
    problems.add(severity, {
      kind: "incomplete",
      origin: list.origin ?? usedAt,
      message: `Access list ${list.name} permits nothing, so nothing is protected.`,
      advice: "Add a `permit` line for the traffic to protect.",
    });
    usable = false;
  }
  return usable
    ? settings.flatMap((rule) =>
        expandRule(rule).map((expanded) => ({
          action: rule.action,
          selector: selectorOfRule(expanded),
          origin: rule.origin,
        })),
      )
    : undefined;
}

export function missing(context: EntryContext, what: string, command: string) {
  const { place, entry } = context;
  const title = titleOf(place);
  return {
    kind: "incomplete",
    origin: entry.origin,
    message: `${title.charAt(0).toUpperCase()}${title.slice(1)} has no ${what}.`,
    advice: `Enter \`${command}\` below \`${lineOf(context)}\`.`,
  } as const;
}

export function titleOf({ mapName, sequence, template }: EntryPlace): string {
  return template === undefined
    ? `crypto map ${mapName} ${sequence}`
    : `dynamic crypto map ${template.mapName} ${template.sequence}`;
}

function lineOf({ place: { mapName, sequence, template }, entry: { type } }: EntryContext): string {
  return template === undefined
    ? `crypto map ${mapName} ${sequence} ${type}`
    : `crypto dynamic-map ${template.mapName} ${template.sequence}`;
}

function unknownList(name: string, origin: Origin | undefined) {
  const command = /^\d+$/.test(name)
    ? `access-list ${name} permit ip A.B.C.D WILDCARD A.B.C.D WILDCARD`
    : `ip access-list extended ${name}`;
  return {
    kind: "wrong",
    origin,
    message: `Access list ${name} does not exist, or is not an extended one.`,
    advice: `Enter \`${command}\`.`,
  } as const;
}

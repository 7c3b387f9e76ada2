/** Steering for temporary crypto map entries: their flows as lines of access lists, and places among the rules for them. */
import type { IpsecPolicy } from "../../ipsec/policy.ts";
import type { TemporaryFlow } from "../../ipsec/temporary-flows.ts";
import { type Priorities, type SteeringRule, TABLES, type UnplacedRule } from "./steering-plan.ts";

/** Some entry of the policy refers to a dynamic map. */
export function hasDynamicEntries({ interfaces }: IpsecPolicy): boolean {
  return interfaces.some(({ entries }) => entries.some(({ template }) => template !== undefined));
}

/** The interfaces of a policy with what dynamic maps have become there. */
export function temporaryPolicy(policy: IpsecPolicy, flows: readonly TemporaryFlow[]): IpsecPolicy {
  return {
    interfaces: policy.interfaces.map((each) => ({
      ...each,
      entries: each.entries.flatMap((entry) => {
        const { template } = entry;
        if (template === undefined) return [];
        const own = flows.filter(
          (flow) =>
            flow.template.mapName === template.mapName &&
            flow.template.sequence === template.sequence &&
            flow.mapName === each.mapName &&
            flow.localAddress === each.localAddress,
        );
        return [
          { ...entry, rules: own.map(({ selector }) => ({ action: "permit", selector, origin: undefined })) },
        ];
      }),
    })),
  };
}

/** Which of the rules go and which come; `unplaced` counts those that have no place. */
export function placeTemporary(
  present: readonly SteeringRule[],
  wanted: readonly UnplacedRule[],
): {
  readonly kept: readonly SteeringRule[];
  readonly removed: readonly SteeringRule[];
  readonly added: readonly SteeringRule[];
  readonly unplaced: number;
} {
  const missing = new Map(wanted.map((rule) => [keyOf(rule.match, rule.table), rule]));
  const kept: SteeringRule[] = [];
  const removed: SteeringRule[] = [];
  for (const rule of present) {
    const isWanted = rule.action.kind === "table" && missing.delete(keyOf(rule.match, rule.action.table));
    (isWanted ? kept : removed).push(rule);
  }
  const taken = new Set(kept.map(({ priority }) => priority));
  const next = new Map(Object.values(TABLES).map((table) => [table, placesOf(table).first]));
  const added: SteeringRule[] = [];
  for (const { match, table } of missing.values()) {
    let priority = next.get(table) ?? 0;
    while (taken.has(priority)) priority++;
    next.set(table, priority + 1);
    if (priority <= placesOf(table).last) added.push({ priority, match, action: { kind: "table", table } });
  }
  return { kept, removed, added, unplaced: missing.size - added.length };
}

/**
 * Behind the rules of the configuration. What comes in is looked at first: it must not be taken for what goes out. The
 * kernel goes through them one by one for each packet that it routes, so there are not more.
 */
function placesOf(table: number): Priorities {
  return table === TABLES.check ? { first: 28_000, last: 30_299 } : { first: 30_300, last: 32_599 };
}

function keyOf(match: UnplacedRule["match"], table: number): string {
  return JSON.stringify([match, table]);
}

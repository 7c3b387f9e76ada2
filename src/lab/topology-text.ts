/** A topology in a few lines: each link with its stations, and what is unusual about it. */
import type { Lab } from "./lab.ts";
import { GOOD_LINK, type LinkConditions } from "./link.ts";

export function topologyLines({ topology, hosts, links }: Lab): string[] {
  const width = Math.max(0, ...topology.links.map(({ name }) => name.length));
  return topology.links.map(({ name, stations }) => {
    const routers = stations.map(
      ({ node, interfaceName, address }) => `${node} ${interfaceName} (${address})`,
    );
    const here = hosts.filter(({ plan }) =>
      topology.hosts.some((each) => each.name === plan.name && each.link === name),
    );
    const all = [...routers, ...here.map(({ plan }) => `${plan.name} (${plan.address})`)];
    const conditions = links.find((link) => link.name === name)?.conditions ?? GOOD_LINK;
    const unusual = conditionTexts(conditions);
    return `${name.padEnd(width)}  ${all.join(", ")}${unusual.length === 0 ? "" : `: ${unusual.join(", ")}`}`;
  });
}

/** What differs from a good link: `20 % loss`. */
export function conditionTexts(conditions: LinkConditions): string[] {
  const { delay, jitter, lossPercent, duplicatePercent, reorderPercent, corruptPercent, mtu } = conditions;
  const percent = (value: number, what: string) => (value === 0 ? [] : [`${value} % ${what}`]);
  return [
    ...(delay === GOOD_LINK.delay ? [] : [`${delay} ms delay`]),
    ...(jitter === 0 ? [] : [`up to ${jitter} ms jitter`]),
    ...percent(lossPercent, "lost"),
    ...percent(duplicatePercent, "doubled"),
    ...percent(reorderPercent, "reordered"),
    ...percent(corruptPercent, "damaged"),
    ...(mtu === GOOD_LINK.mtu ? [] : [`MTU ${mtu}`]),
  ];
}

/** What is defined and used by nothing. */
import type { Configuration } from "./configuration.ts";
import type { Problems } from "./problem.ts";

export function findUnused(configuration: Configuration, problems: Problems): void {
  const { cryptoMaps, dynamicMaps, interfaces, transformSets, accessLists, nat, routeMaps, lines } =
    configuration;
  const entries = [...cryptoMaps, ...dynamicMaps].flatMap((map) => map.entries);
  const applied = new Set(interfaces.map(({ cryptoMap }) => cryptoMap?.value));
  for (const { name, entries: own, dynamicEntries, localAddress } of cryptoMaps)
    if (!applied.has(name) && (own.length + dynamicEntries.length > 0 || localAddress !== undefined))
      problems.note({
        kind: "without-effect",
        origin: own[0]?.origin ?? dynamicEntries[0]?.origin ?? localAddress?.origin,
        message: `Crypto map ${name} is applied to no interface, so it protects nothing.`,
        advice: `Enter \`crypto map ${name}\` below the interface that faces the peers.`,
      });
  const usedDynamicMaps = new Set(
    cryptoMaps.flatMap(({ dynamicEntries }) => dynamicEntries.map(({ dynamicMap }) => dynamicMap)),
  );
  for (const { name, entries: own } of dynamicMaps)
    if (!usedDynamicMaps.has(name))
      problems.note({
        kind: "without-effect",
        origin: own[0]?.origin,
        message: `Dynamic crypto map ${name} is in no crypto map, so no peer comes in by it.`,
        advice: `Enter \`crypto map NAME 65000 ipsec-isakmp dynamic ${name}\`.`,
      });
  const usedSets = new Set(entries.flatMap(({ transformSets: names }) => names?.value ?? []));
  for (const { name, origin } of transformSets)
    if (!usedSets.has(name))
      problems.note({
        kind: "without-effect",
        origin,
        message: `Transform set ${name} is used by no crypto map.`,
        advice: `Enter \`set transform-set ${name}\` in a crypto map entry, or remove it.`,
      });
  const usedLists = new Set([
    ...entries.map(({ matchAddress }) => matchAddress?.value),
    ...interfaces.flatMap(({ accessGroups }) => [accessGroups.in?.value, accessGroups.out?.value]),
    ...nat.sources.map(({ match }) => match.name),
    ...routeMaps.flatMap((entry) => entry.accessLists),
    ...lines.map(({ accessClassIn }) => accessClassIn?.value),
  ]);
  for (const { name, origin } of accessLists)
    if (!usedLists.has(name))
      problems.note({
        kind: "without-effect",
        origin,
        message: `Access list ${name} is used by nothing that is in effect here.`,
        advice: `Enter \`match address ${name}\` in a crypto map entry if it says what to protect, or remove it.`,
      });
}

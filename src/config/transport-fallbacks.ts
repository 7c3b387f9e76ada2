/** Where transport mode is asked for and tunnel mode is what comes: for traffic of others than the two ends, as on IOS. */
import type { Connection } from "../ike/policy.ts";
import { isBetween } from "../net/selector.ts";
import type { Problems } from "./problem.ts";

export function findTransportFallbacks(connections: readonly Connection[], problems: Problems): void {
  for (const {
    mapName,
    sequence,
    localAddress,
    peers,
    transformSets,
    selectors,
    isTemplate,
  } of connections) {
    // Who its peers are and what they want is not known yet.
    if (isTemplate === true) continue;
    const set = transformSets.find(({ mode }) => mode === "transport");
    const isUsed = selectors.some(({ selector }) =>
      peers.some((peer) => isBetween(selector, localAddress, peer)),
    );
    if (set === undefined || isUsed) continue;
    problems.note({
      kind: "without-effect",
      origin: selectors[0]?.origin,
      message: `Crypto map ${mapName} ${sequence} protects traffic of others than ${localAddress} and its peer: transform set ${set.name} is used in tunnel mode.`,
      advice: "Enter `mode tunnel` in the transform set, if that is what is meant.",
    });
  }
}

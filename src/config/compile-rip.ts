/** RIP as a router speaks it: by which interfaces, and how. */
import { majorNetwork } from "../net/classful.ts";
import { accessListNamed } from "./compile-access-list.ts";
import type { Configuration } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { InterfaceConfiguration, RipPolicy } from "./router-policy.ts";

/** Undefined where it is not spoken. */
export function compileRip(
  configuration: Configuration,
  interfaces: readonly InterfaceConfiguration[],
  problems: Problems,
): RipPolicy | undefined {
  const { rip } = configuration;
  if (rip === undefined) return undefined;
  if (rip.version?.value !== 2) {
    problems.warning({
      kind: "without-effect",
      origin: rip.version?.origin ?? rip.origin,
      message:
        "RIP version 1 tells networks without their masks, and is not spoken here: no routes are learned.",
      advice: "Enter `version 2` below `router rip`.",
    });
    return undefined;
  }
  const networks = rip.networks.map((address) => majorNetwork(address).address);
  return {
    interfaces: interfaces
      .filter(({ address }) => networks.includes(majorNetwork(address).address))
      .map(({ name }) => ({ name, isPassive: rip.passive.includes(name) })),
    timers: rip.timers.value,
    distance: rip.distance.value,
    summarises: rip.autoSummary.value,
    offsets: rip.offsets.map(({ list, ...offset }) => ({
      ...offset,
      list:
        list === EVERYTHING ? undefined : (accessListNamed(configuration, list) ?? { name: list, lines: [] }),
    })),
  };
}

/** In the place of an access list. */
const EVERYTHING = "0";

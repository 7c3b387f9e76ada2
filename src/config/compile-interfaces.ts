/** Interfaces with addresses, as whoever moves packets needs them. */
import { blockContains, blockOf } from "../net/selector.ts";
import type { Configuration } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { InterfaceConfiguration } from "./router-policy.ts";

export function compileInterfaces(
  configuration: Configuration,
  problems: Problems,
): readonly InterfaceConfiguration[] {
  const compiled: InterfaceConfiguration[] = [];
  for (const { name, address, mtu, ipMtu, adjustMss, shutdown } of configuration.interfaces) {
    if (address === undefined) continue;
    const { value, origin } = address;
    const own: InterfaceConfiguration = {
      name,
      ...value,
      prefix: blockOf(value.address, value.mask),
      mtu: Math.min(mtu.value, ipMtu?.value ?? mtu.value),
      adjustMss: adjustMss?.value,
      up: !shutdown.value,
    };
    const overlapping = compiled.find((other) => other.up && own.up && overlap(own, other));
    if (overlapping !== undefined)
      problems.error({
        kind: "wrong",
        origin,
        message: `${own.prefix.address} overlaps with ${overlapping.name}: which of the two leads there is undecided.`,
        advice: `Give ${name} an address outside the subnet of ${overlapping.name}, or shut one of them down.`,
      });
    compiled.push(own);
  }
  return compiled;
}

/** Subnets are either apart or one is in the other. */
function overlap(a: InterfaceConfiguration, b: InterfaceConfiguration): boolean {
  return blockContains(a.prefix, b.prefix.address) || blockContains(b.prefix, a.prefix.address);
}

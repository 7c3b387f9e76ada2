/** Interfaces with addresses, as whoever moves packets needs them. */
import type { AccessList } from "../net/access-list.ts";
import { blockContains, blockOf } from "../net/selector.ts";
import { accessListNamed } from "./compile-access-list.ts";
import { policyRoutes } from "./compile-route-map.ts";
import { compileTunnel, isTunnel, tunnelMtu } from "./compile-tunnel.ts";
import type { Configuration, Direction, InterfaceSettings } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { InterfaceConfiguration } from "./router-policy.ts";

export function compileInterfaces(
  configuration: Configuration,
  problems: Problems,
): readonly InterfaceConfiguration[] {
  const compiled: InterfaceConfiguration[] = [];
  for (const settings of configuration.interfaces) {
    const { name, address, mtu, ipMtu, adjustMss, shutdown } = settings;
    if (address === undefined) continue;
    const { value, origin } = address;
    const tunnel = isTunnel(settings) ? compileTunnel(configuration, settings, problems) : undefined;
    const mediumMtu = tunnel === undefined ? mtu.value : tunnelMtu(tunnel, mtu.value);
    const own: InterfaceConfiguration = {
      name,
      ...value,
      prefix: blockOf(value.address, value.mask),
      mtu: Math.min(mediumMtu, ipMtu?.value ?? mediumMtu),
      adjustMss: adjustMss?.value,
      up: !shutdown.value && isTunnel(settings) === (tunnel !== undefined),
      tunnel,
      natSide: settings.natOutside.value ? "outside" : settings.natInside.value ? "inside" : undefined,
      policyRoutes: policyRoutes(
        configuration,
        settings.policyRouteMap,
        `what comes in by ${name}`,
        problems,
      ),
      accessGroups: {
        in: accessGroup(configuration, settings, "in", problems),
        out: accessGroup(configuration, settings, "out", problems),
      },
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

/** A list that is not there lets everything pass, as on IOS. */
function accessGroup(
  configuration: Configuration,
  { name, accessGroups }: InterfaceSettings,
  direction: Direction,
  problems: Problems,
): AccessList | undefined {
  const group = accessGroups[direction];
  if (group === undefined) return undefined;
  const list = accessListNamed(configuration, group.value);
  if (list === undefined)
    problems.warning({
      kind: "incomplete",
      origin: group.origin,
      message: `Access list ${group.value} does not exist, so everything may pass ${name}.`,
      advice: `Enter \`access-list ${group.value} permit …\` for what may pass.`,
    });
  return list;
}

/** Subnets are either apart or one is in the other. */
function overlap(a: InterfaceConfiguration, b: InterfaceConfiguration): boolean {
  return blockContains(a.prefix, b.prefix.address) || blockContains(b.prefix, a.prefix.address);
}

/** What a gateway makes of the machine before it runs, as far as the operator allows it. */
import type { RouterPolicy } from "../../config/router-policy.ts";
import type { GatewayPolicy } from "../../gateway/gateway.ts";
import type { InterfaceMatching, MatchedInterface } from "./interface-matching.ts";
import { prefixText } from "./ip-command.ts";
import type { MachineChanges } from "./machine-changes.ts";
import { globalAddresses, NO_RULES, packetRules, TABLE } from "./packet-rules.ts";
import type { SysctlAdvice } from "./prerequisites.ts";

export interface MachineSetup {
  readonly router: RouterPolicy;
  readonly matching: InterfaceMatching;
  /** Settings to be made while we run. */
  readonly sysctls: readonly SysctlAdvice[];
  /** Static routes of the configuration are set while we run. */
  readonly setRoutes: boolean;
  /** Access lists on interfaces and address translation are in force while we run. */
  readonly setPacketRules: boolean;
}

/** What the operator allowed us to set: addresses, routes, sysctls. */
export async function configureMachine(
  changes: MachineChanges,
  options: MachineSetup,
): Promise<string | undefined> {
  const { matching, sysctls } = options;
  for (const { device, address } of matching.missing) {
    const made = await changes.make({
      kind: "ip",
      make: [`address add ${address} dev ${device}`, `link set dev ${device} up`],
      undo: [`address del ${address} dev ${device}`],
    });
    if (made.kind === "refused") return `address ${address} for ${device}: ${made.reason}`;
  }
  for (const { name, value } of sysctls) {
    const made = await changes.make({ kind: "sysctl", name, value });
    if (made.kind === "refused") return made.reason;
  }
  const routes = await changes.make({
    kind: "ip",
    make: routeCommands(options, "add"),
    undo: routeCommands(options, "del"),
  });
  return routes.kind === "refused" ? `ip route: ${routes.reason}` : undefined;
}

/** Access lists and address translation, in place of those before. What is returned says what was refused. */
export async function changePacketRules(
  changes: MachineChanges,
  { matching, setPacketRules }: Pick<MachineSetup, "matching" | "setPacketRules">,
  router: RouterPolicy,
  protectDevice: string | undefined,
): Promise<string | undefined> {
  if (!setPacketRules) return undefined;
  const deviceOf = (name: string) => matching.matched.find((each) => each.name === name)?.device;
  const ruleset = packetRules(router, { deviceOf, protectDevice });
  const outside = router.interfaces.find(({ natSide }) => natSide === "outside");
  const device = outside && deviceOf(outside.name);
  const addresses =
    device === undefined ? [] : globalAddresses(router).map((each) => `${each}/32 dev ${device}`);
  const made = await changes.make({
    kind: "ip",
    make: addresses.map((each) => `address replace ${each}`),
    undo: addresses.map((each) => `address del ${each}`),
  });
  if (made.kind === "refused") return made.reason;
  const set = await changes.make({ kind: "table", name: TABLE, ruleset: ruleset ?? NO_RULES });
  return set.kind === "refused" ? set.reason : undefined;
}

/** For the static routes of the configuration, if they are to be set. */
export function routeCommands(
  { router, matching, setRoutes }: MachineSetup,
  verb: "add" | "replace" | "del",
): readonly string[] {
  return (setRoutes ? router.routes : []).map(({ prefix, nextHop, interfaceName, distance }) => {
    const device = matching.matched.find(({ name }) => name === interfaceName)?.device;
    const via = nextHop === undefined ? "" : ` via ${nextHop}`;
    return `route ${verb} ${prefixText(prefix)}${via}${device === undefined ? "" : ` dev ${device}`} metric ${distance}`;
  });
}

/** IPsec must know the MTU of the device, if that is smaller than what the configuration says. */
export function policyFor({ ike, ipsec }: RouterPolicy, matched: readonly MatchedInterface[]): GatewayPolicy {
  const interfaces = ipsec.interfaces.map((each) => {
    const mtu = matched.find(({ name }) => name === each.name)?.mtu ?? each.mtu;
    return { ...each, mtu: Math.min(each.mtu, mtu) };
  });
  return { ike, ipsec: { ...ipsec, interfaces } };
}

/** `ip nat inside source`: whose packets are translated to which addresses, with everything it names looked up. */
import type { IpAddress } from "../net/ip-address.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { accessListNamed } from "./compile-access-list.ts";
import { compileRouteMap } from "./compile-route-map.ts";
import { addressOf } from "./compile-tunnel.ts";
import type { Configuration, NatSourceSettings, NatStaticSettings } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { NatPolicy, RouteMap, StaticTranslation, TranslationRule } from "./router-policy.ts";

export function compileNat(configuration: Configuration, problems: Problems): NatPolicy {
  const { nat, interfaces } = configuration;
  const isUsed = nat.sources.length > 0 || nat.statics.length > 0;
  const sides = [
    interfaces.some((own) => own.natInside.value),
    interfaces.some((own) => own.natOutside.value),
  ];
  if (isUsed && sides.includes(false))
    problems.warning({
      kind: "incomplete",
      origin: (nat.sources[0] ?? nat.statics[0])?.origin,
      message: "Nothing is translated: packets must go from an inside interface to an outside one.",
      advice: "Enter `ip nat inside` and `ip nat outside` below the interfaces.",
    });
  return {
    rules: nat.sources.flatMap((source) => ruleOf(configuration, source, problems)),
    statics: nat.statics.flatMap((each) => staticOf(configuration, each, problems)),
  };
}

function ruleOf(
  configuration: Configuration,
  source: NatSourceSettings,
  problems: Problems,
): TranslationRule[] {
  const match = matchOf(configuration, source);
  if (match === undefined) {
    const what = source.match.kind === "list" ? "Access list" : "Route map";
    problems.warning({
      kind: "incomplete",
      origin: source.origin,
      message: `${what} ${source.match.name} does not exist, so this line translates nothing.`,
      advice: "Enter it, or name another.",
    });
    return [];
  }
  const range = rangeOf(configuration, source);
  if (range === undefined) {
    problems.warning({
      kind: "incomplete",
      origin: source.origin,
      message: `${source.to.kind === "pool" ? "Pool" : "The address of"} ${source.to.name} is missing, so this line translates nothing.`,
      advice:
        source.to.kind === "pool"
          ? `Enter \`ip nat pool ${source.to.name} A.B.C.D A.B.C.D netmask MASK\`.`
          : "Give the interface an address.",
    });
    return [];
  }
  return [{ match, ...range, overload: source.overload }];
}

/** A list is a route map with one entry. */
function matchOf(configuration: Configuration, { match }: NatSourceSettings): RouteMap | undefined {
  if (match.kind === "route-map") return compileRouteMap(configuration, match.name);
  const list = accessListNamed(configuration, match.name);
  return list && [{ action: "permit", accessLists: [list], nextHops: [], interfaces: [], source: undefined }];
}

function rangeOf(
  configuration: Configuration,
  { to }: NatSourceSettings,
): { readonly first: IpAddress; readonly last: IpAddress } | undefined {
  if (to.kind === "pool") return configuration.nat.pools.find(({ name }) => name === to.name);
  const address = addressOf(configuration, { kind: "interface", name: to.name });
  return address && { first: address, last: address };
}

function staticOf(
  configuration: Configuration,
  { local, global, ports, origin }: NatStaticSettings,
  problems: Problems,
): StaticTranslation[] {
  const address = global.kind === "address" ? global.address : addressOf(configuration, global);
  if (address === undefined) {
    problems.warning({
      kind: "incomplete",
      origin,
      message: `${local} is not translated: ${global.kind === "interface" ? global.name : "its interface"} has no address.`,
      advice: "Give the interface an address, or name another.",
    });
    return [];
  }
  const protocol = ports === undefined ? 0 : ports.protocol === "tcp" ? PROTOCOL.TCP : PROTOCOL.UDP;
  return [
    {
      protocol,
      local: { address: local, port: ports?.local ?? 0 },
      global: { address, port: ports?.global ?? 0 },
    },
  ];
}

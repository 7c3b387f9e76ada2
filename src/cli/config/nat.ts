/** `ip nat pool`, `ip nat inside source`: whose packets are translated, to which addresses. */
import type { NatPoolSettings, NatSourceSettings } from "../../config/configuration.ts";
import { ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { globalSetting } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { flag, oneOf, value, word } from "../sentence.ts";
import { ADDRESS, integer, MASK, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export const NAT_POOL = globalSetting(
  [
    ...phrase("ip nat pool", "Define pool of addresses"),
    value("name", NAME, "Pool name"),
    value("first", ADDRESS, "Start IP address"),
    value("last", ADDRESS, "End IP address"),
    oneOf("size", {
      netmask: [word("netmask", "Specify the network mask"), value("mask", MASK, "Network mask")],
      prefix: [
        word("prefix-length", "Specify the prefix length"),
        value("length", integer(1, 32), "Prefix length"),
      ],
    }),
  ],
  {
    key: 4,
    set: (configuration, { name, first, last, size }, origin) => {
      if (ipv4ToNumber(first) > ipv4ToNumber(last))
        return { refused: "%Start address is higher than end address" };
      const mask =
        size.kind === "netmask" ? size.mask : ipv4FromNumber((0xffffffff << (32 - size.length)) >>> 0);
      const pool: NatPoolSettings = { name, first, last, mask, origin };
      const pools = replaced(configuration.nat.pools, pool, (other) => other.name === name);
      return { ...configuration, nat: { ...configuration.nat, pools } };
    },
    unset: (configuration, { name }) => {
      const pools = configuration.nat.pools.filter((other) => other.name !== name);
      return { ...configuration, nat: { ...configuration.nat, pools } };
    },
    get: ({ nat }) =>
      nat.pools.map(({ name, first, last, mask }) => ({
        name,
        first,
        last,
        size: { kind: "netmask" as const, mask },
      })),
  },
);

export const NAT_SOURCE = globalSetting(
  [
    ...phrase("ip nat inside source"),
    oneOf("match", {
      list: [
        word("list", "Specify access list describing local addresses"),
        value("name", NAME, "Access list number or name"),
      ],
      "route-map": [word("route-map", "Specify route-map"), value("name", NAME, "Route-map name")],
    }),
    oneOf("to", {
      interface: [
        word("interface", "Specify interface for global address"),
        value("name", INTERFACE_NAME, "Interface"),
      ],
      pool: [word("pool", "Name pool of global addresses"), value("name", NAME, "Pool name")],
    }),
    flag("overload", "overload", "Overload an address translation"),
  ],
  {
    key: 5,
    set: (configuration, { match, to, overload }, origin) => {
      // Who shares the address of an interface is always told apart by ports, and IOS writes so.
      const source: NatSourceSettings = {
        match,
        to,
        overload: overload === true || to.kind === "interface",
        origin,
      };
      const sources = replaced(configuration.nat.sources, source, (other) => isOf(other, match));
      return { ...configuration, nat: { ...configuration.nat, sources } };
    },
    unset: (configuration, { match }) => {
      const sources = configuration.nat.sources.filter((other) => match === undefined || !isOf(other, match));
      return { ...configuration, nat: { ...configuration.nat, sources } };
    },
    get: ({ nat }) =>
      nat.sources.map(({ match, to, overload }) => ({
        match,
        to,
        overload: overload ? (true as const) : undefined,
      })),
  },
);

function isOf({ match }: NatSourceSettings, other: NatSourceSettings["match"]): boolean {
  return match.kind === other.kind && match.name === other.name;
}

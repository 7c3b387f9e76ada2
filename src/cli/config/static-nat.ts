/** `ip nat inside source static`: one address, or one service of it, that is always known under the same other one. */
import type { Configuration, NatStaticPorts, NatStaticSettings } from "../../config/configuration.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { globalSetting } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, flag, oneOf, value, word } from "../sentence.ts";
import { ADDRESS, integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

type NatProtocol = NatStaticPorts["protocol"];

const GLOBAL_ADDRESS = oneOf("global", {
  address: [value("address", ADDRESS, "Inside global IP address")],
  interface: [
    word("interface", "Specify interface for global address"),
    value("name", INTERFACE_NAME, "Interface"),
  ],
});

export const NAT_STATIC = globalSetting(
  [
    ...phrase("ip nat inside source static", "Specify static local->global mapping"),
    oneOf("mapping", {
      address: [value("local", ADDRESS, "Inside local IP address"), GLOBAL_ADDRESS],
      service: [
        choice("protocol", {
          tcp: ["tcp" as NatProtocol, "Transmission Control Protocol"], // one of both, not each for itself
          udp: ["udp" as NatProtocol, "User Datagram Protocol"], // as above
        }),
        value("local", ADDRESS, "Inside local IP address"),
        value("localPort", integer(1, 65_535), "Local UDP/TCP port"),
        GLOBAL_ADDRESS,
        value("globalPort", integer(1, 65_535), "Global UDP/TCP port"),
      ],
    }),
    flag("extendable", "extendable", "Extend this translation when used"),
  ],
  {
    key: 6,
    set: (configuration, { mapping, extendable }, origin) => {
      const own = { ...mappingOf(mapping), extendable: extendable === true, origin };
      const isOld = (other: NatStaticSettings) => isSameMapping(other, own);
      return withStatics(configuration, replaced(configuration.nat.statics, own, isOld));
    },
    unset: (configuration, { mapping }) => {
      const own = mapping && mappingOf(mapping);
      const left = configuration.nat.statics.filter(
        (other) => own === undefined || !isSameMapping(other, own),
      );
      return withStatics(configuration, left);
    },
    get: ({ nat }) =>
      nat.statics.map(({ local, global, ports, extendable }) => ({
        mapping: argumentsOf(local, global, ports),
        extendable: extendable ? (true as const) : undefined,
      })),
  },
);

type Mapping = Pick<NatStaticSettings, "local" | "global" | "ports">;

type MappingArguments =
  | { readonly kind: "address"; readonly local: IpAddress; readonly global: GlobalArguments }
  | {
      readonly kind: "service";
      readonly protocol: NatProtocol;
      readonly local: IpAddress;
      readonly localPort: number;
      readonly global: GlobalArguments;
      readonly globalPort: number;
    };

type GlobalArguments = NatStaticSettings["global"];

function mappingOf(mapping: MappingArguments): Mapping {
  const { local, global } = mapping;
  if (mapping.kind === "address") return { local, global, ports: undefined };
  const { protocol, localPort, globalPort } = mapping;
  return { local, global, ports: { protocol, local: localPort, global: globalPort } };
}

function argumentsOf(
  local: IpAddress,
  global: GlobalArguments,
  ports: NatStaticSettings["ports"],
): MappingArguments {
  if (ports === undefined) return { kind: "address", local, global };
  const { protocol, local: localPort, global: globalPort } = ports;
  return { kind: "service", protocol, local, localPort, global, globalPort };
}

function isSameMapping(a: Mapping, b: Mapping): boolean {
  return (
    a.local === b.local &&
    JSON.stringify(a.global) === JSON.stringify(b.global) &&
    JSON.stringify(a.ports) === JSON.stringify(b.ports)
  );
}

function withStatics(configuration: Configuration, statics: readonly NatStaticSettings[]): Configuration {
  return { ...configuration, nat: { ...configuration.nat, statics } };
}

/** `interface`: addresses, MTU, the crypto map, and the many lines about media and services that have no effect. */
import type { InterfaceAddress, InterfaceSettings } from "../../config/configuration.ts";
import { DEFAULT_MTU, newInterface } from "../../config/defaults.ts";
import { ipv4ToNumber } from "../../net/ip-address.ts";
import { INTERFACE_NAME, isVirtualInterface } from "../interface-names.ts";
import { defaulted, possible, toggle } from "../lenses.ts";
import { globalSetting, type Mode, opening, type Place, statementsAt } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { value } from "../sentence.ts";
import { ADDRESS, integer, LINE, MASK, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { trafficStatements } from "./interface-traffic.ts";
import { keptInterfaceLines } from "./kept-interface-lines.ts";
import { oversizedPacketsOn } from "./oversized-packets.ts";
import { tunnelStatements } from "./tunnel.ts";

const INTERFACE_PLACE: Place<InterfaceSettings, { readonly interface: string }> = {
  read: ({ interfaces }, { interface: name }) =>
    interfaces.find((own) => own.name === name) ?? newInterface(name, undefined),
  write: (configuration, { interface: name }, own) => ({
    ...configuration,
    interfaces: replaced(configuration.interfaces, own, (other) => other.name === name),
  }),
};

const interfaceSetting = statementsAt(INTERFACE_PLACE);

const DESCRIPTION = interfaceSetting(
  [
    ...phrase("description", "Interface specific description"),
    value("text", LINE, "Up to 240 characters describing this interface"),
  ],
  possible({
    key: 1,
    read: (own) => own.description,
    write: (own, description) => ({ ...own, description }),
    toValue: ({ text }) => text,
    toArguments: (text) => ({ text }),
  }),
);

const MTU = interfaceSetting(
  [
    ...phrase("mtu", "Set the interface Maximum Transmission Unit (MTU)"),
    value("octets", integer(64, 18_000), "MTU size in bytes"),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_MTU,
    read: (own) => own.mtu,
    write: (own, mtu) => ({ ...own, mtu }),
    toValue: ({ octets }) => octets,
    toArguments: (octets) => ({ octets }),
  }),
);

const IP_ADDRESS = interfaceSetting(
  [
    ...phrase("ip address", "Set the IP address of an interface"),
    value("address", ADDRESS, "IP address"),
    value("mask", MASK, "IP subnet mask"),
  ],
  {
    ...possible<InterfaceSettings, InterfaceAddress, InterfaceAddress>({
      key: 2,
      read: (own) => own.address,
      write: (own, address) => ({ ...own, address }),
      toValue: ({ address, mask }) => whyNotHost(address, mask) ?? { address, mask },
      toArguments: (address) => address,
    }),
    // IOS prints it for every interface without an address.
    negations: ({ address }) => (address === undefined ? [{}] : []),
  },
);

/** IOS refuses addresses that no host can have (RFC 1122 §3.2.1.3). */
function whyNotHost(
  address: InterfaceAddress["address"],
  mask: InterfaceAddress["mask"],
): { readonly refused: string } | undefined {
  const value = ipv4ToNumber(address);
  if (value === 0 || value >= FIRST_MULTICAST || value >>> 24 === LOOPBACK_NETWORK)
    return { refused: `Not a valid host address - ${address}` };
  const length = Math.clz32(~ipv4ToNumber(mask) >>> 0);
  const hostBits = (value & ~ipv4ToNumber(mask)) >>> 0;
  const isEdge = hostBits === 0 || hostBits === ~ipv4ToNumber(mask) >>> 0;
  // A /31 has no broadcast address (RFC 3021), a /32 is a host.
  return length <= 30 && isEdge ? { refused: `Bad mask /${length} for address ${address}` } : undefined;
}

const FIRST_MULTICAST = 0xe0000000;
const LOOPBACK_NETWORK = 127;

const IP_MTU = interfaceSetting(
  [
    ...phrase("ip mtu", "Set IP Maximum Transmission Unit"),
    value("octets", integer(68, 18_000), "MTU (bytes)"),
  ],
  possible({
    key: 2,
    read: (own) => own.ipMtu,
    write: (own, ipMtu) => ({ ...own, ipMtu }),
    toValue: ({ octets }) => octets,
    toArguments: (octets) => ({ octets }),
  }),
);

const SHUTDOWN = interfaceSetting(
  phrase("shutdown", "Shutdown the selected interface"),
  toggle({
    initial: false,
    read: (own) => own.shutdown,
    write: (own, shutdown) => ({ ...own, shutdown }),
  }),
);

const CRYPTO_MAP = interfaceSetting(
  [...phrase("crypto map", "Assign a Crypto Map"), value("name", NAME, "Crypto Map tag")],
  possible({
    key: 2,
    read: (own) => own.cryptoMap,
    write: (own, cryptoMap) => ({ ...own, cryptoMap }),
    toValue: ({ name }) => name,
    toArguments: (name) => ({ name }),
  }),
);

const kept = keptInterfaceLines(INTERFACE_PLACE);
const oversizedPackets = oversizedPacketsOn(INTERFACE_PLACE);

const INTERFACE_MODE: Mode = {
  title: "Interface",
  prompt: "config-if",
  statements: [
    DESCRIPTION,
    MTU,
    ...kept.beforeAddress,
    IP_ADDRESS,
    IP_MTU,
    ...trafficStatements(INTERFACE_PLACE),
    ...kept.ofIp,
    oversizedPackets.adjustMss,
    SHUTDOWN,
    ...tunnelStatements(INTERFACE_PLACE),
    ...kept.ofMedium,
    ...oversizedPackets.ofCrypto,
    CRYPTO_MAP,
  ],
};

export const INTERFACE = opening(
  globalSetting(
    [
      ...phrase("interface", "Select an interface to configure"),
      value("interface", INTERFACE_NAME, "Interface"),
    ],
    {
      set: (configuration, place, origin) =>
        configuration.interfaces.some(({ name }) => name === place.interface)
          ? configuration
          : INTERFACE_PLACE.write(configuration, place, newInterface(place.interface, origin)),
      unset: (configuration, { interface: name }) =>
        isVirtualInterface(name ?? "")
          ? { ...configuration, interfaces: configuration.interfaces.filter((own) => own.name !== name) }
          : { refused: "% Removal of physical interfaces is not permitted." },
      reset: (configuration, { interface: name = "" }) =>
        configuration.interfaces.some((own) => own.name === name)
          ? INTERFACE_PLACE.write(configuration, { interface: name }, newInterface(name, undefined))
          : configuration,
      get: ({ interfaces }) => interfaces.map(({ name }) => ({ interface: name })),
    },
  ),
  INTERFACE_MODE,
);

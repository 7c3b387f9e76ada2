/** Interfaces of a PIX: named with `nameif`, and spoken of by these names from then on. */
import type { Configuration, InterfaceSettings } from "../../../config/configuration.ts";
import { DEFAULT_DISTANCE, DEFAULT_MTU, defaultSetting, newInterface } from "../../../config/defaults.ts";
import type { PixInterfaceSettings, PixSettings } from "../../../config/pix-settings.ts";
import { type IpAddress, parseIpv4 } from "../../../net/ip-address.ts";
import { blockOf, maskOf } from "../../../net/selector.ts";
import type { ValueType } from "../../grammar.ts";
import { type Change, globalSetting, type Refusal } from "../../mode.ts";
import { replaced } from "../../replaced.ts";
import { flag, optional, value } from "../../sentence.ts";
import { ADDRESS, integer, MASK, NAME } from "../../value-types.ts";
import { phrase } from "../../vocabulary.ts";

/** `ethernet0`, which the configuration calls `Ethernet0`. */
const HARDWARE: ValueType<string> = {
  ...NAME,
  placeholder: "hardware_id",
  domain: { kind: "among", words: ["ethernet0", "ethernet1", "gb-ethernet0"] },
  parse: (text) => {
    const found = /^(ethernet|gb-ethernet|token|fddi)(\d{1,2})$/i.exec(text);
    if (found === null) return undefined;
    const [, type = "", number = ""] = found;
    return `${HARDWARE_TYPES[type.toLowerCase()]}${number}`;
  },
  print: (name) => {
    const type = Object.entries(HARDWARE_TYPES).find(([, canonical]) => name.startsWith(canonical));
    return type === undefined ? name : `${type[0]}${name.slice(type[1].length)}`;
  },
};

const HARDWARE_TYPES: Readonly<Record<string, string>> = {
  ethernet: "Ethernet",
  "gb-ethernet": "GigabitEthernet",
  token: "TokenRing",
  fddi: "Fddi",
};

const SECURITY: ValueType<number> = {
  placeholder: "securityN",
  extent: "word",
  isSecret: false,
  domain: { kind: "among", words: ["security0", "security50", "security100"] },
  samples: [],
  parse: (text) => {
    const level = /^security(\d{1,3})$/i.exec(text)?.[1];
    return level === undefined || Number(level) > 100 ? undefined : Number(level);
  },
  print: (level) => `security${level}`,
};

/** A PIX takes `0` for `0.0.0.0`. */
const PIX_ADDRESS: ValueType<IpAddress> = {
  ...ADDRESS,
  parse: (text) => parseIpv4(text === "0" ? "0.0.0.0" : text),
};

/** So too for masks. */
export const PIX_MASK: ValueType<IpAddress> = {
  ...MASK,
  parse: (text) => MASK.parse(text === "0" ? "0.0.0.0" : text),
};

/** What `nameif` calls it. */
const IF_NAME: ValueType<string> = {
  ...NAME,
  placeholder: "if_name",
  domain: { kind: "among", words: ["outside", "inside", "dmz"] },
};

export const INTERFACE_NAME_PART = value("interface", IF_NAME, "Interface name, as nameif has it");

export const NAMEIF = globalSetting(
  [
    ...phrase("nameif", "Name an interface"),
    value("hardware", HARDWARE, "Hardware name of the interface"),
    value("name", IF_NAME, "Name of the interface"),
    value("security", SECURITY, "Security level, 0 to 100"),
  ],
  {
    key: 2,
    set: (configuration, { hardware, name, security }, origin) =>
      withPix(
        configuration,
        (pix) => {
          const other = pix.interfaces.find((each) => each.name === name && each.hardware !== hardware);
          if (other !== undefined) return { refused: `interface name ${name} is already in use` };
          const old = pix.interfaces.find((each) => each.hardware === hardware);
          const named: PixInterfaceSettings = {
            hardware,
            name,
            security,
            speed: old?.speed ?? DEFAULT_SPEED,
            origin,
          };
          const interfaces = replaced(pix.interfaces, named, (each) => each.hardware === hardware);
          const isakmpOn = pix.isakmpOn.map((each) => (each === old?.name ? name : each));
          return { ...pix, interfaces, isakmpOn };
        },
        hardware,
      ),
    unset: (configuration, { hardware }) => {
      const name = configuration.pix?.interfaces.find((each) => each.hardware === hardware)?.name;
      const next = withPix(configuration, (pix) => ({
        ...pix,
        interfaces: pix.interfaces.filter((each) => each.hardware !== hardware),
        isakmpOn: pix.isakmpOn.filter((each) => each !== name),
      }));
      return "refused" in next
        ? next
        : {
            ...next,
            isakmp: withoutInterfaces(next.pix) ? { ...next.isakmp, enabled: OFF } : next.isakmp,
            interfaces: next.interfaces.filter((own) => own.name !== hardware),
            routes: next.routes.filter(({ interfaceName }) => interfaceName !== hardware),
          };
    },
    get: ({ pix }) =>
      pix?.interfaces.map(({ hardware, name, security }) => ({ hardware, name, security })) ?? [],
  },
);

/** On which IKE would listen. */
function withoutInterfaces(pix: PixSettings | undefined): boolean {
  return pix?.isakmpOn.length === 0;
}

const OFF = defaultSetting(false);

const DEFAULT_SPEED = "auto";

export const PIX_INTERFACE = globalSetting(
  [
    ...phrase("interface", "Set speed and state of an interface"),
    value("hardware", HARDWARE, "Hardware name of the interface"),
    value("speed", NAME, "auto, 10baset, 100basetx, 10full, 100full"),
    flag("shutdown", "shutdown", "Shut the interface down"),
  ],
  {
    key: 2,
    set: (configuration, { hardware, speed, shutdown }, origin) =>
      changed(configuration, named(configuration, "hardware", hardware), {
        own: { shutdown: { value: shutdown === true, origin } },
        pix: { speed },
      }),
    unset: (configuration, { hardware }) =>
      changed(configuration, named(configuration, "hardware", hardware ?? ""), {
        own: { shutdown: defaultSetting(true) },
        pix: { speed: DEFAULT_SPEED },
      }),
    get: (configuration) =>
      all(configuration).map(({ pix, own }) => ({
        hardware: pix.hardware,
        speed: pix.speed,
        shutdown: own.shutdown.value ? (true as const) : undefined,
      })),
  },
);

export const PIX_MTU = globalSetting(
  [
    ...phrase("mtu", "Set the maximum transmission unit of an interface"),
    INTERFACE_NAME_PART,
    value("octets", integer(64, 65_535), "Octets"),
  ],
  {
    key: 2,
    set: (configuration, { interface: name, octets }, origin) =>
      changed(configuration, named(configuration, "name", name), { own: { mtu: { value: octets, origin } } }),
    unset: (configuration, { interface: name }) =>
      changed(configuration, named(configuration, "name", name ?? ""), {
        own: { mtu: defaultSetting(DEFAULT_MTU) },
      }),
    get: (configuration) =>
      all(configuration).map(({ pix, own }) => ({ interface: pix.name, octets: own.mtu.value })),
  },
);

export const PIX_IP_ADDRESS = globalSetting(
  [
    ...phrase("ip address", "Set the IP address of an interface"),
    INTERFACE_NAME_PART,
    value("address", ADDRESS, "IP address"),
    optional(value("mask", MASK, "IP subnet mask")),
  ],
  {
    key: 3,
    set: (configuration, { interface: name, address, mask = HOST_MASK }, origin) =>
      changed(configuration, named(configuration, "name", name), {
        own: {
          address: address === NO_ADDRESS.address ? undefined : { value: { address, mask }, origin },
        },
      }),
    unset: (configuration, { interface: name }) =>
      changed(configuration, named(configuration, "name", name ?? ""), { own: { address: undefined } }),
    get: (configuration) =>
      all(configuration).map(({ pix, own }) => ({
        interface: pix.name,
        ...(own.address?.value ?? NO_ADDRESS),
      })),
  },
);

const HOST_MASK: IpAddress = "255.255.255.255" as IpAddress; // written in full here
/** What a PIX shows for an interface that has no address. */
const NO_ADDRESS = { address: "127.0.0.1" as IpAddress, mask: HOST_MASK }; // written in full here

export const PIX_ROUTE = globalSetting(
  [
    ...phrase("route", "Enter a static route for an interface"),
    INTERFACE_NAME_PART,
    value("network", PIX_ADDRESS, "Destination network"),
    value("mask", PIX_MASK, "Mask of the destination"),
    value("gateway", ADDRESS, "Address of the next router"),
    optional(value("metric", integer(1, 255), "Number of hops to it")),
  ],
  {
    key: 5,
    set: (configuration, { interface: name, network, mask, gateway, metric }, origin) => {
      const found = named(configuration, "name", name);
      if ("refused" in found) return found;
      const distance = { value: metric ?? DEFAULT_DISTANCE, origin };
      const route = { ...routeVia(found.pix.hardware, network, mask, gateway), distance, origin };
      const routes = replaced(configuration.routes, route, (other) => isSameRoute(other, route));
      return { ...configuration, routes };
    },
    unset: (configuration, { interface: name, network, mask, gateway }) => {
      const found = named(configuration, "name", name ?? "");
      if ("refused" in found) return found;
      if (network === undefined || mask === undefined || gateway === undefined) return configuration;
      const route = routeVia(found.pix.hardware, network, mask, gateway);
      return { ...configuration, routes: configuration.routes.filter((other) => !isSameRoute(other, route)) };
    },
    get: ({ routes, pix }) =>
      routes.flatMap(({ prefix, nextHop, interfaceName, distance }) => {
        const name = pix?.interfaces.find(({ hardware }) => hardware === interfaceName)?.name;
        if (name === undefined || nextHop === undefined) return [];
        const mask = maskOf(prefix) ?? prefix.wildcard;
        return [{ interface: name, network: prefix.address, mask, gateway: nextHop, metric: distance.value }];
      }),
  },
);

function routeVia(hardware: string, network: IpAddress, mask: IpAddress, gateway: IpAddress) {
  return {
    prefix: blockOf(network, mask),
    nextHop: gateway,
    interfaceName: hardware,
    label: undefined,
    tag: undefined,
    isPermanent: false,
  };
}

function isSameRoute(a: Configuration["routes"][number], b: ReturnType<typeof routeVia>): boolean {
  return (
    a.prefix.address === b.prefix.address &&
    a.prefix.wildcard === b.prefix.wildcard &&
    a.nextHop === b.nextHop &&
    a.interfaceName === b.interfaceName
  );
}

/** An interface of a PIX, as both parts of the configuration have it. */
export interface NamedInterface {
  readonly pix: PixInterfaceSettings;
  readonly own: InterfaceSettings;
}

export function named(
  configuration: Configuration,
  by: "name" | "hardware",
  text: string,
): NamedInterface | Refusal {
  const found = all(configuration).find(({ pix }) => pix[by] === text);
  return found ?? { refused: `interface ${text} not found` };
}

export function all({ pix, interfaces }: Configuration): readonly NamedInterface[] {
  return (pix?.interfaces ?? []).map((each) => ({
    pix: each,
    own: interfaces.find(({ name }) => name === each.hardware) ?? newInterface(each.hardware, each.origin),
  }));
}

/** The configuration with one interface changed. */
export function changed(
  configuration: Configuration,
  found: NamedInterface | Refusal,
  change: { readonly own?: Partial<InterfaceSettings>; readonly pix?: Partial<PixInterfaceSettings> },
): Change {
  if ("refused" in found) return found;
  const own = { ...found.own, ...change.own };
  const interfaces = replaced(configuration.interfaces, own, ({ name }) => name === own.name);
  return withPix({ ...configuration, interfaces }, (pix) => ({
    ...pix,
    interfaces: pix.interfaces.map((each) =>
      each.hardware === own.name ? { ...each, ...change.pix } : each,
    ),
  }));
}

/** The configuration with what is the PIX's own changed; with `hardware`, that interface is there afterwards. */
export function withPix(
  configuration: Configuration,
  change: (pix: PixSettings) => PixSettings | Refusal,
  hardware?: string,
): Change {
  if (configuration.pix === undefined) return configuration;
  const pix = change(configuration.pix);
  if ("refused" in pix) return pix;
  const isMissing = hardware !== undefined && !configuration.interfaces.some(({ name }) => name === hardware);
  const added = isMissing ? [{ ...newInterface(hardware, undefined), shutdown: defaultSetting(true) }] : [];
  return { ...configuration, interfaces: [...configuration.interfaces, ...added], pix };
}

/** What the machine has: interfaces with IPv4 addresses, and routes of the table `main`. Read from `ip -json`. */
import { type IpAddress, ipv4FromNumber, ipv4ToNumber, parseIpv4 } from "../../net/ip-address.ts";
import { type AddressBlock, ANY_ADDRESS, blockOf } from "../../net/selector.ts";
import { ipJson } from "./ip-command.ts";

export interface Device {
  readonly name: string;
  readonly isUp: boolean;
  readonly mtu: number;
  readonly addresses: readonly DeviceAddress[];
}

export interface DeviceAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

export interface MachineRoute {
  readonly prefix: AddressBlock;
  readonly prefixLength: number;
  readonly device: string;
  /** The next hop; undefined where what is routed is on the link. */
  readonly gateway: IpAddress | undefined;
  readonly metric: number;
  /** Who made it, as `ip` says it. */
  readonly protocol: string;
}

export async function devices(): Promise<readonly Device[]> {
  const found = records(await ipJson("-4", "address", "show"), await ipJson("link", "show"));
  return found.map(deviceOf).filter(({ name }) => name !== "");
}

/** The kernel's numbers of devices, by name. */
export async function deviceIndexes(): Promise<ReadonlyMap<string, number>> {
  const found = await ipJson("link", "show");
  const records = Array.isArray(found) ? found : [];
  return new Map(records.map((record) => [textOf(record, "ifname"), numberOf(record, "ifindex")]));
}

export async function mainRoutes(): Promise<readonly MachineRoute[]> {
  const routes = await ipJson("-4", "route", "show", "table", "main");
  return (Array.isArray(routes) ? routes : []).flatMap(routeOf);
}

/** `ip -4 address` leaves out what has no address. */
function records(withAddresses: unknown, all: unknown): readonly unknown[] {
  const addressed = Array.isArray(withAddresses) ? withAddresses : [];
  const names = new Set(addressed.map((record) => textOf(record, "ifname")));
  const others = (Array.isArray(all) ? all : []).filter((record) => !names.has(textOf(record, "ifname")));
  return [...addressed, ...others];
}

function deviceOf(record: unknown): Device {
  const flags = fieldOf(record, "flags");
  const infos = fieldOf(record, "addr_info");
  return {
    name: textOf(record, "ifname"),
    isUp: Array.isArray(flags) && flags.includes("UP"),
    mtu: numberOf(record, "mtu"),
    addresses: (Array.isArray(infos) ? infos : []).flatMap((info) => {
      const address = parseIpv4(textOf(info, "local"));
      return address === undefined ? [] : [{ address, prefixLength: numberOf(info, "prefixlen") }];
    }),
  };
}

/** One for each next hop. Routes that lead nowhere (`blackhole`) have no device. */
function routeOf(record: unknown): MachineRoute[] {
  const text = textOf(record, "dst");
  const [address = "", length = "32"] = text.split("/");
  const base = text === "default" ? ANY_ADDRESS.address : parseIpv4(address);
  if (base === undefined) return [];
  const prefixLength = text === "default" ? 0 : Number(length);
  const hops = fieldOf(record, "nexthops");
  const prefix = blockOf(base, ipv4FromNumber(maskNumber(prefixLength)));
  return (Array.isArray(hops) ? hops : [record])
    .filter((hop) => textOf(hop, "dev") !== "")
    .map((hop) => ({
      ...{ prefix, prefixLength, device: textOf(hop, "dev"), gateway: parseIpv4(textOf(hop, "gateway")) },
      ...{ metric: numberOf(record, "metric"), protocol: textOf(record, "protocol") },
    }));
}

/** The route of a destination: longest prefix, then lowest metric. */
export function routeTo(routes: readonly MachineRoute[], destination: IpAddress): MachineRoute | undefined {
  const wanted = ipv4ToNumber(destination);
  let best: MachineRoute | undefined;
  for (const route of routes) {
    const mask = maskNumber(route.prefixLength);
    if ((wanted & mask) !== (ipv4ToNumber(route.prefix.address) & mask)) continue;
    const isBetter =
      best === undefined ||
      route.prefixLength > best.prefixLength ||
      (route.prefixLength === best.prefixLength && route.metric < best.metric);
    if (isBetter) best = route;
  }
  return best;
}

function maskNumber(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
}

function fieldOf(record: unknown, name: string): unknown {
  return typeof record === "object" && record !== null ? Reflect.get(record, name) : undefined;
}

function textOf(record: unknown, name: string): string {
  const value = fieldOf(record, name);
  return typeof value === "string" ? value : "";
}

function numberOf(record: unknown, name: string): number {
  const value = fieldOf(record, name);
  return typeof value === "number" ? value : 0;
}

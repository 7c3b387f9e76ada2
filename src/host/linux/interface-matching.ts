/** Which Linux device is which IOS interface: the one that has its address, unless the operator says another. */
import type { InterfaceConfiguration } from "../../config/router-policy.ts";
import { type IpAddress, ipv4ToNumber } from "../../net/ip-address.ts";
import type { Device } from "./machine.ts";

export interface MatchedInterface {
  /** As the configuration names it. */
  readonly name: string;
  readonly device: string;
  readonly address: IpAddress;
  /** Of the device. */
  readonly mtu: number;
}

export interface MissingAddress {
  readonly device: string;
  /** `10.1.1.1/24`. */
  readonly address: string;
}

export interface InterfaceMatching {
  readonly matched: readonly MatchedInterface[];
  /** To be assigned before anything works; empty unless `assign` is set. */
  readonly missing: readonly MissingAddress[];
  /** One line each. */
  readonly problems: readonly string[];
}

export interface MatchingOptions {
  /** IOS names, in lower case, to Linux names. */
  readonly named: ReadonlyMap<string, string>;
  /** Addresses that are not there will be assigned. */
  readonly assign: boolean;
}

/** Interfaces that are shut down are left out, and tunnels, which are made. */
export function matchInterfaces(
  interfaces: readonly InterfaceConfiguration[],
  devices: readonly Device[],
  { named, assign }: MatchingOptions,
): InterfaceMatching {
  const matched: MatchedInterface[] = [];
  const missing: MissingAddress[] = [];
  const problems: string[] = [];
  const up = interfaces.filter((each) => each.up && each.tunnel === undefined);
  for (const name of named.keys())
    if (!interfaces.some((each) => each.name.toLowerCase() === name))
      problems.push(`--interface ${name}: the configuration has no such interface with an address`);
  for (const { name, address, mask } of up) {
    const holder = devices.find((device) => device.addresses.some((each) => each.address === address));
    const wanted = named.get(name.toLowerCase());
    const cidr = `${address}/${prefixLength(mask)}`;
    const device = wanted === undefined ? (holder ?? loopback(name, devices)) : byName(devices, wanted);
    if (wanted !== undefined && device === undefined)
      problems.push(`--interface ${name}=${wanted}: this machine has no interface ${wanted}`);
    else if (device === undefined) problems.push(notHere(name, address, assign));
    else if (holder !== undefined && holder !== device)
      problems.push(
        `${name} is to be ${device.name}, but ${holder.name} has its address ${address}: remove it there`,
      );
    else if (holder === undefined && !assign)
      problems.push(
        `${device.name} does not have ${name}'s address: ip address add ${cidr} dev ${device.name}, or add --configure-addresses`,
      );
    else {
      if (holder === undefined) missing.push({ device: device.name, address: cidr });
      matched.push({ name, device: device.name, address, mtu: device.mtu });
    }
  }
  return { matched, missing, problems };
}

function notHere(name: string, address: IpAddress, assign: boolean): string {
  const way = `name one with --interface ${name}=DEVICE`;
  return `no interface of this machine has ${name}'s address ${address}: ${way}${assign ? "" : " --configure-addresses"}, or assign it`;
}

/** An IOS loopback is an address that no cable belongs to. */
function loopback(name: string, devices: readonly Device[]): Device | undefined {
  return /^loopback/i.test(name) ? byName(devices, "lo") : undefined;
}

function byName(devices: readonly Device[], name: string): Device | undefined {
  return devices.find((device) => device.name === name);
}

function prefixLength(mask: IpAddress): number {
  return Math.clz32(~ipv4ToNumber(mask));
}

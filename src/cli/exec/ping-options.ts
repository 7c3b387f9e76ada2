/** What a ping does unless told otherwise, and the names by which its ends are called. */
import type { Configuration } from "../../config/configuration.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import type { PingOptions } from "../services.ts";

export const DEFAULT_PING: Omit<PingOptions, "destination"> = {
  source: undefined,
  repeat: 5,
  size: 100,
  timeoutSeconds: 2,
  typeOfService: 0,
  dontFragment: false,
  validate: false,
  pattern: 0xabcd,
  sweep: undefined,
};

/** By `ip host` alone: there is no DNS here. */
export function resolveHost({ hosts }: Configuration, name: string): IpAddress | undefined {
  return hosts.find((host) => host.name.toLowerCase() === name.toLowerCase())?.addresses[0];
}

/** Of an interface that is up. */
export function ownAddressOf({ interfaces }: Configuration, name: string): IpAddress | undefined {
  return interfaces.find((own) => own.name === name && !own.shutdown.value)?.address?.value.address;
}

export function isOwnAddress(configuration: Configuration, address: IpAddress): boolean {
  return configuration.interfaces.some(({ name }) => ownAddressOf(configuration, name) === address);
}

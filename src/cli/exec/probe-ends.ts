/** What `ping` and `traceroute` say alike on one line: where to, and from which of the router's own addresses. */
import type { Configuration } from "../../config/configuration.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { isOwnAddress, ownAddressOf, resolveHost } from "./ping-options.ts";

export interface NamedEnds {
  readonly target:
    | { readonly kind: "address"; readonly address: IpAddress }
    | { readonly kind: "hostname"; readonly name: string };
  readonly source?:
    | { readonly kind: "address"; readonly address: IpAddress }
    | { readonly kind: "interface"; readonly name: string }
    | undefined;
}

export interface ProbeEnds {
  readonly destination: IpAddress;
  readonly source: IpAddress | undefined;
}

/** Both addresses, or what IOS says where there is none. */
export function probeEnds(configuration: Configuration, { target, source }: NamedEnds): ProbeEnds | string {
  const destination = target.kind === "address" ? target.address : resolveHost(configuration, target.name);
  if (destination === undefined) return "% Unrecognized host or address, or protocol not running.";
  const own = source?.kind === "interface" ? ownAddressOf(configuration, source.name) : source?.address;
  if (source !== undefined && (own === undefined || !isOwnAddress(configuration, own)))
    return "% Invalid source address- IP address not on any of our up interfaces";
  return { destination, source: own };
}

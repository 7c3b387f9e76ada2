/** Says of NAT-D payloads which end of the packet that carries them they were made of (RFC 3947 §3.2); no key is needed. */
import { equal } from "../base/octets.ts";
import type { ReadField } from "../base/reader.ts";
import { natDiscoveryHash } from "../ike/keying.ts";
import type { IsakmpHeader } from "../isakmp/header.ts";
import { ipv4Octets, parseIpv4 } from "../net/ip-address.ts";
import type { Negotiation } from "./negotiation.ts";
import type { PacketAddresses } from "./traffic.ts";

/** Notes by path of the payload. */
export function natDiscoveryNotes(
  fields: readonly ReadField[],
  { initiatorCookie, responderCookie }: IsakmpHeader,
  { suite }: Negotiation,
  { source, sourcePort, destination, destinationPort }: PacketAddresses,
): readonly (readonly [string, string])[] {
  const hash = suite?.hash;
  if (hash === undefined) return [];
  const hashOf = (address: string, port: number | undefined): Uint8Array | undefined => {
    const ipv4 = parseIpv4(address);
    if (ipv4 === undefined || port === undefined) return undefined;
    return natDiscoveryHash(hash, initiatorCookie, responderCookie, ipv4Octets(ipv4), port);
  };
  const ofSource = hashOf(source, sourcePort);
  const ofDestination = hashOf(destination, destinationPort);
  if (ofSource === undefined || ofDestination === undefined) return [];
  const notes: (readonly [string, string])[] = [];
  for (const { path, value } of fields) {
    const [, payload] = /^(NAT-D(?:\[\d+\])?)\.hash$/.exec(path) ?? [];
    if (payload === undefined || !(value instanceof Uint8Array)) continue;
    if (equal(value, ofDestination))
      notes.push([payload, `the destination ${destination}:${destinationPort}`]);
    else if (equal(value, ofSource)) notes.push([payload, `the source ${source}:${sourcePort}`]);
    else
      notes.push([
        payload,
        "neither end of this packet: its address is translated, or is another of the host",
      ]);
  }
  return notes;
}

/** Identities (RFC 2407 §4.6.2) as people write them. */
import { hex } from "../base/octets.ts";
import { ID_TYPE } from "../isakmp/numbers/identification-type.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import { distinguishedName } from "./distinguished-name.ts";
import { addressText } from "./ip-text.ts";
import { isText, quoted } from "./printable.ts";

/** `ID_IPV4_ADDR 10.0.0.1`; hexadecimal where the octets do not suit the type. */
export function identityText(idType: number, data: Uint8Array): string {
  return `${nameOf(ID_TYPE, idType)} ${valueText(idType, data) ?? hex(data)}`;
}

/** `, UDP port 500`: what an identity is limited to, or nothing. */
export function protocolAndPortText(protocolId: number, port: number): string {
  const protocol = protocolId === 0 ? "" : `, ${protocolText(protocolId)}`;
  return port === 0 ? protocol : `${protocol}${protocol === "" ? "," : ""} port ${port}`;
}

export function protocolText(protocolId: number): string {
  return PROTOCOLS.get(protocolId) ?? `protocol ${protocolId}`;
}

function valueText(idType: number, data: Uint8Array): string | undefined {
  const half = data.length / 2;
  switch (idType) {
    case ID_TYPE.ID_IPV4_ADDR:
    case ID_TYPE.ID_IPV6_ADDR:
      return isAddress(data.length) ? addressText(data) : undefined;
    case ID_TYPE.ID_IPV4_ADDR_SUBNET:
    case ID_TYPE.ID_IPV6_ADDR_SUBNET:
      return isAddress(half)
        ? `${addressText(data.slice(0, half))}/${maskText(data.slice(half))}`
        : undefined;
    case ID_TYPE.ID_IPV4_ADDR_RANGE:
    case ID_TYPE.ID_IPV6_ADDR_RANGE:
      return isAddress(half)
        ? `${addressText(data.slice(0, half))} to ${addressText(data.slice(half))}`
        : undefined;
    case ID_TYPE.ID_FQDN:
    case ID_TYPE.ID_USER_FQDN:
      return quoted(data);
    case ID_TYPE.ID_DER_ASN1_DN:
      return distinguishedName(data);
    default:
      return isText(data) ? quoted(data) : undefined;
  }
}

function isAddress(length: number): boolean {
  return length === 4 || length === 16;
}

/** An IPv6 mask is known by its prefix length alone. */
function maskText(mask: Uint8Array): string {
  if (mask.length === 4) return addressText(mask);
  let ones = 0;
  for (const octet of mask) ones += octet.toString(2).replaceAll("0", "").length;
  return String(ones);
}

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [0, "any protocol"],
  [1, "ICMP"],
  [6, "TCP"],
  [17, "UDP"],
  [47, "GRE"],
  [50, "ESP"],
  [51, "AH"],
  [58, "ICMPv6"],
  [89, "OSPF"],
  [115, "L2TP"],
]);

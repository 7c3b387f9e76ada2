/** IP addresses as canonical text, so that they print, compare and key maps as they are; IPv4 also as a number. */
import { MisuseError } from "../base/errors.ts";
import { u32Octets } from "../base/octets.ts";

/** Canonical text of an address: `172.16.172.10`. IPv6 will join as another canonical text. */
export type IpAddress = string & { readonly __ipAddress: unique symbol };

/** The address a text writes in dotted decimals, or undefined. Leading zeros are refused: they are octal to some. */
export function parseIpv4(text: string): IpAddress | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  for (const octet of octets) if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
  return text as IpAddress; // checked just above
}

/** The address a text writes; for texts known to be good. */
export function ipv4(text: string): IpAddress {
  const address = parseIpv4(text);
  if (address === undefined) throw new MisuseError(`not an IPv4 address: ${text}`);
  return address;
}

export function ipv4ToNumber(address: IpAddress): number {
  // By character codes, without intermediate strings: every packet does this.
  let value = 0;
  let octet = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code === DOT) {
      value = value * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - ZERO;
  }
  return value * 256 + octet;
}

/** Every packet asks for its two addresses, and a gateway sees the same ones again and again: the last texts are kept. */
export function ipv4FromNumber(value: number): IpAddress {
  const slot = (Math.imul(value, 0x9e3779b1) >>> 24) & (KEPT - 1);
  const kept = keptTexts[slot];
  if (kept !== undefined && keptNumbers[slot] === value >>> 0) return kept;
  const text = `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}` as IpAddress; // by construction
  keptNumbers[slot] = value;
  keptTexts[slot] = text;
  return text;
}

export function ipv4Octets(address: IpAddress): Uint8Array {
  return u32Octets(ipv4ToNumber(address));
}

export function ipv4FromOctets(octets: Uint8Array): IpAddress {
  if (octets.length !== 4) throw new MisuseError(`an IPv4 address has 4 octets, not ${octets.length}`);
  return octets.join(".") as IpAddress; // by construction
}

/** An address and a UDP port. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}

const DOT = 0x2e;
const ZERO = 0x30;
/** A power of two, 256 at most. */
const KEPT = 256;
const keptNumbers = new Uint32Array(KEPT);
const keptTexts = new Array<IpAddress | undefined>(KEPT).fill(undefined);

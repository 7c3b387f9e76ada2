/**
 * An IPv4 header as AH covers it (RFC 2402 §3.3.3.1.1 and App. A): what routers may change is zero, and what they change to
 * something known is what it will be at the receiver.
 */
import { IPV4_HEADER_LENGTH } from "../net/ipv4-packet.ts";

export const IPV4_HEADER_MAX = 60;

/** Writes the header of `packet`, of `headerLength` octets, so to the beginning of `target`. */
export function putForetoldHeader(target: Uint8Array, packet: Uint8Array, headerLength: number): void {
  for (let i = 0; i < headerLength; i++) target[i] = packet[i] ?? 0;
  target[TYPE_OF_SERVICE_AT] = 0;
  target.fill(0, FRAGMENT_AT, PROTOCOL_AT);
  target.fill(0, CHECKSUM_AT, SOURCE_AT);
  if (headerLength > IPV4_HEADER_LENGTH) foretellOptions(target, headerLength);
}

/** An option is one whole: where it may change, so are its type and length zero (§3.3.3.1.1.2). */
function foretellOptions(header: Uint8Array, headerLength: number): void {
  for (let at = IPV4_HEADER_LENGTH; at < headerLength; ) {
    const type = header[at] ?? 0;
    if (type === END_OF_OPTIONS) return;
    if (type === NO_OPERATION) {
      at++;
      continue;
    }
    const length = header[at + 1] ?? 0;
    // Where the next one begins nobody can tell: what is left is covered as it is.
    if (length < 2 || at + length > headerLength) return;
    if (SOURCE_ROUTES.has(type)) foretellDestination(header, at, length);
    if (!IMMUTABLE_OPTIONS.has(type)) header.fill(0, at, at + length);
    at += length;
  }
}

/** As long as a source route has not been walked to its end, its last address is the destination. */
function foretellDestination(header: Uint8Array, at: number, length: number): void {
  const pointer = header[at + 2] ?? 0;
  const isWalked = pointer > length || length < 7;
  if (!isWalked) header.copyWithin(DESTINATION_AT, at + length - 4, at + length);
}

const TYPE_OF_SERVICE_AT = 1;
/** Flags, fragment offset, and after them the time to live. */
const FRAGMENT_AT = 6;
const PROTOCOL_AT = 9;
const CHECKSUM_AT = 10;
const SOURCE_AT = 12;
const DESTINATION_AT = 16;

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
/** Loose and strict. */
const SOURCE_ROUTES: ReadonlySet<number> = new Set([131, 137]);
/** Security, extended security, commercial security, router alert, multi-destination delivery; with their copied flag. */
const IMMUTABLE_OPTIONS: ReadonlySet<number> = new Set([130, 133, 134, 148, 149]);

/** What an SA puts around a payload behind the IP header: ESP, AH, or ESP and AH around it (RFC 2401 §4.3). Octets. */
import { PROTOCOL } from "../net/protocols.ts";
import type { AhTransforms } from "./ah-transforms.ts";
import * as esp from "./esp.ts";
import type { EspTransforms } from "./esp-transforms.ts";

/** One of them, or both. */
export interface Protection {
  readonly esp: EspTransforms | undefined;
  readonly ah: AhTransforms | undefined;
}

/** From the first protocol's header to the payload. */
export function payloadOffset({ esp: inner, ah }: Protection): number {
  return ahLength(ah) + (inner === undefined ? 0 : esp.payloadOffset(inner));
}

/** Of both protocols and a payload of `length`. */
export function sealedLength({ esp: inner, ah }: Protection, length: number): number {
  return ahLength(ah) + (inner === undefined ? length : esp.sealedLength(inner, length));
}

/** The longest payload that makes at most `length`; negative where none does. */
export function payloadLengthWithin({ esp: inner, ah }: Protection, length: number): number {
  const room = length - ahLength(ah);
  return inner === undefined ? room : esp.payloadLengthWithin(inner, room);
}

/** What the header before says that follows; UDP, which AH never goes in, is not looked at. */
export function outerProtocol({ ah }: Protection): number {
  return ah === undefined ? PROTOCOL.ESP : PROTOCOL.AH;
}

/** Whether forged packets are told from real ones. */
export function isAuthenticated({ esp: inner, ah }: Protection): boolean {
  return ah !== undefined || (inner !== undefined && inner.icvLength > 0);
}

export function ahLength(ah: AhTransforms | undefined): number {
  return ah === undefined ? 0 : ah.headerLength;
}

/** Encapsulating Security Payload, the octets from SPI to ICV (RFC 2406 §2 and §3, RFC 4303 where it says more). */
import { constantTimeEqual } from "../base/octets.ts";
import { putU32, u32At } from "../net/words.ts";
import type { EspTransforms } from "./esp-transforms.ts";

/** What stands before the IV: readable by anyone, authenticated by the ICV. */
export interface EspHeader {
  readonly spi: number;
  readonly sequenceNumber: number;
}

export type OpenedEsp =
  | {
      readonly kind: "opened";
      readonly nextHeader: number;
      readonly payload: Uint8Array;
      readonly octets: number;
    }
  | { readonly kind: "bad icv" }
  | { readonly kind: "malformed"; readonly detail: string };

/** The header, or undefined where there is none. */
export function readEspHeader(esp: Uint8Array): EspHeader | undefined {
  if (esp.length < HEADER_LENGTH) return undefined;
  return { spi: u32At(esp, 0), sequenceNumber: u32At(esp, 4) };
}

/** Octets the cipher works on for a payload of `length`: with padding, pad length and next header (RFC 2406 §2.4). */
export function encryptedLength(transforms: EspTransforms, length: number): number {
  return Math.ceil((length + TRAILER_LENGTH) / transforms.alignment) * transforms.alignment;
}

/** Octets of the ESP packet for a payload of `length`. */
export function sealedLength(transforms: EspTransforms, length: number): number {
  return HEADER_LENGTH + transforms.ivLength + encryptedLength(transforms, length) + transforms.icvLength;
}

/** The longest payload whose ESP packet has at most `length` octets; negative where none has. */
export function payloadLengthWithin(transforms: EspTransforms, length: number): number {
  const room = length - HEADER_LENGTH - transforms.ivLength - transforms.icvLength;
  return Math.floor(room / transforms.alignment) * transforms.alignment - TRAILER_LENGTH;
}

/** RFC 2406 §3.3: pad, encrypt, then authenticate. `iv` must be unpredictable and have the transforms' length. */
export function sealEsp(
  transforms: EspTransforms,
  header: EspHeader,
  iv: Uint8Array,
  payload: Uint8Array,
  nextHeader: number,
): Uint8Array {
  const plaintext = new Uint8Array(encryptedLength(transforms, payload.length));
  plaintext.set(payload);
  const padLength = plaintext.length - TRAILER_LENGTH - payload.length;
  for (let i = 1; i <= padLength; i++) plaintext[payload.length + i - 1] = i;
  plaintext[plaintext.length - 2] = padLength;
  plaintext[plaintext.length - 1] = nextHeader;

  const esp = new Uint8Array(sealedLength(transforms, payload.length));
  putU32(esp, 0, header.spi);
  putU32(esp, 4, header.sequenceNumber);
  esp.set(iv, HEADER_LENGTH);
  esp.set(transforms.encrypt(iv, plaintext), HEADER_LENGTH + iv.length);
  const covered = esp.length - transforms.icvLength;
  if (transforms.icvLength > 0) esp.set(transforms.icv(esp.subarray(0, covered)), covered);
  return esp;
}

/**
 * RFC 2406 §3.4.4 and §3.4.5. Nothing is decrypted before the ICV has held, so that padding tells an attacker nothing.
 * `octets` is what the cipher worked on.
 */
export function openEsp(transforms: EspTransforms, esp: Uint8Array): OpenedEsp {
  const covered = esp.length - transforms.icvLength;
  const start = HEADER_LENGTH + transforms.ivLength;
  const octets = covered - start;
  if (octets < TRAILER_LENGTH)
    return malformed(`${esp.length} bytes are too few for ${start + transforms.icvLength} and a trailer`);
  if (octets % transforms.alignment !== 0)
    return malformed(`${octets} encrypted bytes are no multiple of ${transforms.alignment}`);
  if (transforms.icvLength > 0) {
    const expected = transforms.icv(esp.subarray(0, covered));
    if (!constantTimeEqual(expected, esp.subarray(covered))) return { kind: "bad icv" };
  }
  const plaintext = transforms.decrypt(esp.subarray(HEADER_LENGTH, start), esp.subarray(start, covered));
  const padLength = plaintext[octets - 2] ?? 0;
  const payloadLength = octets - TRAILER_LENGTH - padLength;
  if (payloadLength < 0) return malformed(`pad length ${padLength} exceeds ${octets - TRAILER_LENGTH} bytes`);
  for (let i = 1; i <= padLength; i++)
    if (plaintext[payloadLength + i - 1] !== i) return malformed("padding is not 1, 2, 3, …");
  const nextHeader = plaintext[octets - 1] ?? 0;
  return { kind: "opened", nextHeader, payload: plaintext.subarray(0, payloadLength), octets };
}

function malformed(detail: string): OpenedEsp {
  return { kind: "malformed", detail };
}

/** SPI and sequence number. */
const HEADER_LENGTH = 8;
/** Pad length and next header. */
const TRAILER_LENGTH = 2;

/** Encapsulating Security Payload, the octets from SPI to ICV (RFC 2406 §2 and §3, RFC 4303 where it says more). */
import { putU32, u32At } from "../net/words.ts";
import { ESP_HEADER_LENGTH, type EspTransforms } from "./esp-transforms.ts";
import type { PlaintextRoom } from "./plaintext-room.ts";

/** What stands before the IV: readable by anyone, authenticated by the ICV. */
export interface EspHeader {
  readonly spi: number;
  readonly sequenceNumber: number;
}

export type OpenedEsp =
  | {
      readonly kind: "opened";
      readonly nextHeader: number;
      /** Where in the room's octets the payload begins and ends. */
      readonly payloadAt: number;
      readonly payloadEnd: number;
      /** What the cipher worked on. */
      readonly octets: number;
    }
  | { readonly kind: "bad icv" }
  | { readonly kind: "malformed"; readonly detail: string };

/** The header of the ESP packet from `start` to `end`, or undefined where there is none. */
export function readEspHeader(octets: Uint8Array, start = 0, end = octets.length): EspHeader | undefined {
  if (end - start < ESP_HEADER_LENGTH) return undefined;
  return { spi: u32At(octets, start), sequenceNumber: u32At(octets, start + 4) };
}

/** Octets the cipher works on for a payload of `length`: with padding, pad length and next header (RFC 2406 §2.4). */
export function encryptedLength(transforms: EspTransforms, length: number): number {
  // Alignments are powers of two: asked for each packet more than once, the division would be felt.
  return (length + TRAILER_LENGTH + transforms.alignment - 1) & -transforms.alignment;
}

/** Octets of the ESP packet for a payload of `length`. */
export function sealedLength(transforms: EspTransforms, length: number): number {
  return payloadOffset(transforms) + encryptedLength(transforms, length) + transforms.icvLength;
}

/** Octets before the payload. */
export function payloadOffset(transforms: EspTransforms): number {
  return ESP_HEADER_LENGTH + transforms.ivLength;
}

/** The longest payload whose ESP packet has at most `length` octets; negative where none has. */
export function payloadLengthWithin(transforms: EspTransforms, length: number): number {
  const room = length - payloadOffset(transforms) - transforms.icvLength;
  return Math.floor(room / transforms.alignment) * transforms.alignment - TRAILER_LENGTH;
}

/**
 * RFC 2406 §3.3: header, pad, encrypt, authenticate, all in place. In `octets`, `start` is where the ESP packet begins; the
 * IV and, from `payloadOffset` on, the payload of `length` are there already. The packet has `sealedLength` octets.
 */
export function sealEsp(
  transforms: EspTransforms,
  header: EspHeader,
  octets: Uint8Array,
  start: number,
  length: number,
  nextHeader: number,
): void {
  putU32(octets, start, header.spi);
  putU32(octets, start + 4, header.sequenceNumber);
  const end = start + sealedLength(transforms, length);
  const padAt = start + payloadOffset(transforms) + length;
  const trailerAt = end - transforms.icvLength - TRAILER_LENGTH;
  const padLength = trailerAt - padAt;
  for (let i = 0; i < padLength; i++) octets[padAt + i] = i + 1;
  octets[trailerAt] = padLength;
  octets[trailerAt + 1] = nextHeader;
  transforms.seal(octets, start, end);
}

/**
 * RFC 2406 §3.4.4 and §3.4.5, for the ESP packet in `octets` from `start` to `end`, which stays as it is. Nothing is decrypted
 * before the ICV has held, so that padding tells an attacker nothing.
 */
export function openEsp(
  transforms: EspTransforms,
  octets: Uint8Array,
  room: PlaintextRoom,
  start = 0,
  end = octets.length,
): OpenedEsp {
  const { ivLength, icvLength, alignment } = transforms;
  const length = end - start - payloadOffset(transforms) - icvLength;
  if (length < TRAILER_LENGTH)
    return malformed(
      `${end - start} bytes are too few for ${payloadOffset(transforms) + icvLength} and a trailer`,
    );
  if (length % alignment !== 0) return malformed(`${length} encrypted bytes are no multiple of ${alignment}`);
  const at = room.take(octets, start, ivLength + length);
  const plaintext = room.bytes;
  if (!transforms.open(octets, start, end, plaintext, at)) return { kind: "bad icv" };
  const payloadAt = at + ivLength;
  const trailerAt = payloadAt + length - TRAILER_LENGTH;
  const padLength = plaintext[trailerAt] ?? 0;
  const padAt = trailerAt - padLength;
  if (padAt < payloadAt) return malformed(`pad length ${padLength} exceeds ${length - TRAILER_LENGTH} bytes`);
  for (let i = 0; i < padLength; i++)
    if (plaintext[padAt + i] !== i + 1) return malformed("padding is not 1, 2, 3, …");
  const nextHeader = plaintext[trailerAt + 1] ?? 0;
  return { kind: "opened", nextHeader, payloadAt, payloadEnd: padAt, octets: length };
}

function malformed(detail: string): OpenedEsp {
  return { kind: "malformed", detail };
}

/** Pad length and next header. */
const TRAILER_LENGTH = 2;

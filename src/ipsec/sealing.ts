/** The next packet of an outbound SA, sealed in place: ESP around its payload, and AH around both and the IP header. */
import { PROTOCOL } from "../net/protocols.ts";
import { sealAh } from "./ah.ts";
import type { AhTransforms } from "./ah-transforms.ts";
import { encryptedLength, sealEsp } from "./esp.ts";
import { ESP_HEADER_LENGTH } from "./esp-transforms.ts";
import type { IvPool } from "./iv-pool.ts";
import type { OutboundSa } from "./live-sa.ts";
import { ahLength } from "./protection.ts";
import { spiFor } from "./security-association.ts";

/**
 * The payload of `length`, which is in its place, becomes an ESP packet behind the room for AH at `at`. Takes the SA's next
 * sequence number, which is that of both protocols.
 */
export function sealPayload(
  sa: OutboundSa,
  ivs: IvPool,
  octets: Uint8Array,
  at: number,
  length: number,
  nextHeader: number,
): void {
  const { parameters, esp } = sa;
  // With keys by hand it rolls over (RFC 2406 §3.3.3); other SAs are not used so long.
  sa.sequenceNumber = sa.sequenceNumber === 0xffffffff ? 0 : sa.sequenceNumber + 1;
  if (esp === undefined) return;
  const espAt = at + ahLength(sa.ah);
  // What AH is around is counted with it.
  if (sa.ah === undefined) sa.octets += encryptedLength(esp, length);
  const header = { spi: parameters.spi, sequenceNumber: sa.sequenceNumber };
  ivs.put(esp, sa.sequenceNumber, octets, espAt + ESP_HEADER_LENGTH);
  sealEsp(esp, header, octets, espAt, length, nextHeader);
}

/** AH at `at`, last of all: the rest of the packet that fills `octets` is there. `nextHeader` is that of the payload. */
export function authenticate(
  sa: OutboundSa,
  ah: AhTransforms,
  octets: Uint8Array,
  at: number,
  nextHeader: number,
): void {
  const { parameters, esp, sequenceNumber } = sa;
  sa.octets += octets.length;
  const header = {
    nextHeader: esp === undefined ? nextHeader : PROTOCOL.ESP,
    spi: spiFor(parameters, "ah") ?? 0,
    sequenceNumber,
  };
  sealAh(ah, header, octets, at);
}

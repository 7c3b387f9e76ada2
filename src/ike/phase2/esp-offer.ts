/** ESP transforms of quick mode as they come (RFC 2407 §4.4.4, §4.5): the numbers on the wire, in our words. */
import type { EspCipherName, HashName } from "../../crypto/names.ts";
import { ENCAPSULATION_MODE } from "../../isakmp/numbers/phase2-attribute.ts";
import { nameOf } from "../../isakmp/numbers/registry.ts";
import type { Proposal } from "../../isakmp/payloads/proposal.ts";
import type { Transform } from "../../isakmp/payloads/transform.ts";
import type { AhOffer } from "./ah-offer.ts";
import { INTEGRITY, readTransformAttributes, type TransformAttributes } from "./transform-attributes.ts";

export const ENCRYPTION: readonly {
  readonly name: EspCipherName;
  readonly id: number;
  readonly keyBits?: number;
}[] = [
  { name: "des", id: 2 },
  { name: "3des", id: 3 },
  { name: "null", id: 11 },
  { name: "aes-128", id: 12, keyBits: 128 },
  { name: "aes-192", id: 12, keyBits: 192 },
  { name: "aes-256", id: 12, keyBits: 256 },
  // Never without an authenticator (RFC 3686 §3, §5.2): no transform set has it so.
  { name: "ctr-128", id: 13, keyBits: 128 },
  { name: "ctr-192", id: 13, keyBits: 192 },
  { name: "ctr-256", id: 13, keyBits: 256 },
  // With an ICV of 16 octets; those with 8 and 12 are other transforms (RFC 4106 §8.1).
  { name: "gcm-128", id: 20, keyBits: 128 },
  { name: "gcm-192", id: 20, keyBits: 192 },
  { name: "gcm-256", id: 20, keyBits: 256 },
  // RFC 4543 §5.2, §9.
  { name: "gmac-128", id: 23, keyBits: 128 },
  { name: "gmac-192", id: 23, keyBits: 192 },
  { name: "gmac-256", id: 23, keyBits: 256 },
];

const ESP_NAMES: { readonly [id: number]: string } = {
  1: "ESP_DES_IV64",
  2: "ESP_DES",
  3: "ESP_3DES",
  4: "ESP_RC5",
  5: "ESP_IDEA",
  6: "ESP_CAST",
  7: "ESP_BLOWFISH",
  8: "ESP_3IDEA",
  9: "ESP_DES_IV32",
  10: "ESP_RC4",
  11: "ESP_NULL",
  12: "ESP_AES",
  13: "ESP_AES_CTR",
  18: "ESP_GCM_8",
  19: "ESP_GCM_12",
  20: "ESP_GCM_16",
  23: "ESP_GMAC",
};

/** One ESP transform as read, or one of AH that is wanted alone. */
export interface EspOffer extends TransformAttributes {
  readonly proposal: Proposal;
  readonly transform: Transform;
  /** DOI name of the transform. */
  readonly name: string;
  readonly encryption: EspCipherName | undefined;
  /** `none` where the transform has no authenticator, undefined where we do not know it. */
  readonly integrity: HashName | "none" | undefined;
  /** The AH transforms one of which is wanted besides; none for ESP alone, itself for AH alone. */
  readonly ah: readonly AhOffer[];
  readonly texts: {
    readonly encryption: string;
    readonly integrity: string;
    readonly mode: string;
    readonly pfs: string;
  };
}

export function readEspTransform(proposal: Proposal, transform: Transform): EspOffer {
  const attributes = readTransformAttributes(proposal, transform);
  const { keyBits, authentication, groupNumber, mode } = attributes;
  const encryption = ENCRYPTION.find((row) => row.id === transform.id && row.keyBits === keyBits)?.name;
  const integrity =
    authentication === undefined ? "none" : INTEGRITY.find((row) => row.value === authentication)?.name;
  const name = ESP_NAMES[transform.id] ?? `unknown (${transform.id})`;
  return {
    ...attributes,
    proposal,
    transform,
    name,
    encryption,
    integrity,
    ah: [],
    texts: {
      encryption: `${name}${keyBits === undefined ? "" : ` with ${keyBits} bits`}`,
      integrity: integrity ?? `authenticator ${authentication}`,
      mode: nameOf(ENCAPSULATION_MODE, mode),
      pfs: groupNumber === undefined ? "no PFS" : `group ${groupNumber}`,
    },
  };
}

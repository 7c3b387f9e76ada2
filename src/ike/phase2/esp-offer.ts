/** ESP transforms of quick mode as they come (RFC 2407 §4.4.4, §4.5): the numbers on the wire, in our words. */
import type { EspCipherName, GroupId, HashName } from "../../crypto/names.ts";
import { GROUP_IDS } from "../../crypto/names.ts";
import { type Attribute, attributeNumber } from "../../isakmp/attribute.ts";
import { ENCAPSULATION_MODE } from "../../isakmp/numbers/phase2-attribute.ts";
import { nameOf } from "../../isakmp/numbers/registry.ts";
import type { Proposal } from "../../isakmp/payloads/proposal.ts";
import type { Transform } from "../../isakmp/payloads/transform.ts";

export const CLASS = {
  lifeType: 1,
  lifeDuration: 2,
  group: 3,
  encapsulationMode: 4,
  authentication: 5,
  keyLength: 6,
} as const;

export const LIFE = { seconds: 1, kilobytes: 2 } as const;

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
  // With an ICV of 16 octets; those with 8 and 12 are other transforms (RFC 4106 §8.1).
  { name: "gcm-128", id: 20, keyBits: 128 },
  { name: "gcm-192", id: 20, keyBits: 192 },
  { name: "gcm-256", id: 20, keyBits: 256 },
];

export const INTEGRITY: readonly { readonly name: HashName; readonly value: number }[] = [
  { name: "md5", value: 1 },
  { name: "sha1", value: 2 },
  { name: "sha256", value: 5 },
  { name: "sha384", value: 6 },
  { name: "sha512", value: 7 },
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
};

/** One ESP transform as read. */
export interface EspOffer {
  readonly proposal: Proposal;
  readonly transform: Transform;
  /** DOI name of the transform. */
  readonly name: string;
  readonly encryption: EspCipherName | undefined;
  /** `none` where the transform has no authenticator, undefined where we do not know it. */
  readonly integrity: HashName | "none" | undefined;
  readonly group: GroupId | undefined;
  readonly lifetimes: Lifetimes;
  readonly texts: {
    readonly encryption: string;
    readonly integrity: string;
    readonly mode: string;
    readonly pfs: string;
  };
  readonly mode: number;
  /** Said, not assumed. */
  readonly namesMode: boolean;
  readonly unsupported: readonly string[];
}

export interface Lifetimes {
  readonly seconds: number | undefined;
  readonly kilobytes: number | undefined;
}

export function readEspTransform(proposal: Proposal, transform: Transform): EspOffer {
  const values = new Map<number, number>();
  const unsupported: string[] = [];
  const lifetimes = readLifetimes(transform.attributes);
  for (const attribute of transform.attributes) {
    const value = attributeNumber(attribute);
    if (value === undefined)
      unsupported.push(`attribute ${attribute.type} of ${attribute.value.length} octets`);
    else if (attribute.type === CLASS.lifeType || attribute.type === CLASS.lifeDuration) continue;
    else if (values.has(attribute.type) && values.get(attribute.type) !== value)
      unsupported.push(`two values of attribute ${attribute.type}`);
    else values.set(attribute.type, value);
  }
  if (lifetimes.seconds === 0 || lifetimes.kilobytes === 0) unsupported.push("a lifetime of 0");
  if (proposal.spi.length !== 4) unsupported.push(`an SPI of ${proposal.spi.length} octets`);
  const known: readonly number[] = Object.values(CLASS);
  for (const type of values.keys()) if (!known.includes(type)) unsupported.push(`attribute ${type}`);
  const keyBits = values.get(CLASS.keyLength);
  const encryption = ENCRYPTION.find((row) => row.id === transform.id && row.keyBits === keyBits)?.name;
  const authentication = values.get(CLASS.authentication);
  const integrity =
    authentication === undefined ? "none" : INTEGRITY.find((row) => row.value === authentication)?.name;
  const groupValue = values.get(CLASS.group);
  const group = GROUP_IDS.find((id) => id === groupValue);
  if (groupValue !== undefined && group === undefined) unsupported.push(`group ${groupValue}`);
  // A missing mode is whatever the responder takes for its default (RFC 2407 §4.5): ours is tunnel.
  const mode = values.get(CLASS.encapsulationMode) ?? ENCAPSULATION_MODE.Tunnel;
  const name = ESP_NAMES[transform.id] ?? `unknown (${transform.id})`;
  return {
    proposal,
    transform,
    name,
    encryption,
    integrity,
    group,
    lifetimes,
    texts: {
      encryption: `${name}${keyBits === undefined ? "" : ` with ${keyBits} bits`}`,
      integrity: integrity ?? `authenticator ${authentication}`,
      mode: nameOf(ENCAPSULATION_MODE, mode),
      pfs: groupValue === undefined ? "no PFS" : `group ${groupValue}`,
    },
    mode,
    namesMode: values.has(CLASS.encapsulationMode),
    unsupported,
  };
}

/** Type and duration come in pairs, possibly several (RFC 2407 §4.5). */
export function readLifetimes(attributes: readonly Attribute[]): Lifetimes {
  let type: number | undefined;
  let seconds: number | undefined;
  let kilobytes: number | undefined;
  for (const attribute of attributes) {
    if (attribute.type === CLASS.lifeType) type = attributeNumber(attribute);
    if (attribute.type !== CLASS.lifeDuration) continue;
    const amount = attributeNumber(attribute);
    if (type === LIFE.seconds) seconds = amount;
    if (type === LIFE.kilobytes) kilobytes = amount;
  }
  return { seconds, kilobytes };
}

/** Attributes of a quick mode transform (RFC 2407 §4.5), which are the same for AH and ESP: the numbers, in our words. */
import type { GroupId, HashName } from "../../crypto/names.ts";
import { GROUP_IDS } from "../../crypto/names.ts";
import { type Attribute, attributeNumber } from "../../isakmp/attribute.ts";
import { ENCAPSULATION_MODE } from "../../isakmp/numbers/phase2-attribute.ts";
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

export const INTEGRITY: readonly { readonly name: HashName; readonly value: number }[] = [
  { name: "md5", value: 1 },
  { name: "sha1", value: 2 },
  { name: "sha256", value: 5 },
  { name: "sha384", value: 6 },
  { name: "sha512", value: 7 },
];

export interface TransformAttributes {
  readonly keyBits: number | undefined;
  readonly authentication: number | undefined;
  /** What came for a group, known to us or not. */
  readonly groupNumber: number | undefined;
  readonly group: GroupId | undefined;
  readonly lifetimes: Lifetimes;
  readonly mode: number;
  /** Said, not assumed. */
  readonly namesMode: boolean;
  /** Attributes of classes or values that no transform of ours has, and an SPI that is none. */
  readonly unsupported: readonly string[];
}

export interface Lifetimes {
  readonly seconds: number | undefined;
  readonly kilobytes: number | undefined;
}

export function readTransformAttributes(proposal: Proposal, transform: Transform): TransformAttributes {
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
  const groupNumber = values.get(CLASS.group);
  const group = GROUP_IDS.find((id) => id === groupNumber);
  if (groupNumber !== undefined && group === undefined) unsupported.push(`group ${groupNumber}`);
  return {
    keyBits: values.get(CLASS.keyLength),
    authentication: values.get(CLASS.authentication),
    groupNumber,
    group,
    lifetimes,
    // A missing mode is whatever the responder takes for its default (RFC 2407 §4.5): ours is tunnel.
    mode: values.get(CLASS.encapsulationMode) ?? ENCAPSULATION_MODE.Tunnel,
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

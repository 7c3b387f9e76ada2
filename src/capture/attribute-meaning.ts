/** What attributes of transforms, of Mode Config messages and of notifications mean, by name and value. */
import { MalformedError } from "../base/errors.ts";
import { hex } from "../base/octets.ts";
import { Reader } from "../base/reader.ts";
import { type Attribute, attributeNumber, decodeAttributes } from "../isakmp/attribute.ts";
import { CONFIGURATION_ATTRIBUTE } from "../isakmp/numbers/configuration.ts";
import { PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { PHASE1_ATTRIBUTE, PHASE1_ATTRIBUTE_VALUES } from "../isakmp/numbers/phase1-attribute.ts";
import { PHASE2_ATTRIBUTE, PHASE2_ATTRIBUTE_VALUES } from "../isakmp/numbers/phase2-attribute.ts";
import { assignedName, nameOf, type Registry } from "../isakmp/numbers/registry.ts";
import { addressText } from "./ip-text.ts";
import { isText, quoted } from "./printable.ts";

export interface AttributeMeaning {
  readonly name: string;
  /** Undefined where the octets speak for themselves. */
  readonly value: string | undefined;
  /** The octets are a password and must not be shown. */
  readonly isSecret: boolean;
}

/** An attribute of a transform, or of a notification, of this protocol. */
export function transformAttributeMeaning(protocolId: number, attribute: Attribute): AttributeMeaning {
  const isPhase1 = protocolId === PROTOCOL_ID.PROTO_ISAKMP;
  const names = isPhase1 ? PHASE1_ATTRIBUTE : PHASE2_ATTRIBUTE;
  const values = isPhase1 ? PHASE1_ATTRIBUTE_VALUES : PHASE2_ATTRIBUTE_VALUES;
  // Octets of an unknown attribute are a number if they are as many as numbers usually have.
  const isNumber = attribute.value.length <= 4 || assignedName(names, attribute.type) !== undefined;
  const number = isNumber ? attributeNumber(attribute) : undefined;
  const registry: Registry | undefined = values[attribute.type];
  const value =
    number === undefined ? undefined : registry === undefined ? String(number) : nameOf(registry, number);
  return { name: nameOf(names, attribute.type), value, isSecret: false };
}

/** An attribute of a Mode Config or XAUTH message. */
export function configurationAttributeMeaning({ type, encoding, value }: Attribute): AttributeMeaning {
  const name = nameOf(CONFIGURATION_ATTRIBUTE, type);
  if (value.length === 0) return { name, value: "(empty)", isSecret: false };
  if (SECRETS.has(type)) return { name, value: `(not shown, ${value.length} octets)`, isSecret: true };
  return { name, value: configurationValue(name, encoding, value), isSecret: false };
}

/** Attributes that a notification carries as data: `SA Life Type seconds, SA Life Duration 300`. */
export function attributesText(protocolId: number, data: Uint8Array): string | undefined {
  try {
    const attributes = decodeAttributes(new Reader(data), 16);
    const texts = attributes.map((attribute) => {
      const { name, value } = transformAttributeMeaning(protocolId, attribute);
      return `${name} ${value ?? hex(attribute.value)}`;
    });
    return texts.join(", ");
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function configurationValue(
  name: string,
  encoding: Attribute["encoding"],
  value: Uint8Array,
): string | undefined {
  if (encoding === "basic") return String(attributeNumber({ type: 0, encoding, value }));
  if (name.includes("_SPLIT_")) return networksText(value);
  if (name.includes("_IP4_") && value.length % 4 === 0) {
    const addresses: string[] = [];
    for (let at = 0; at < value.length; at += 4) addresses.push(addressText(value.slice(at, at + 4)));
    return addresses.join(" ");
  }
  if (name.includes("_IP6_") && value.length >= 16) return addressText(value.slice(0, 16));
  if (name === "INTERNAL_ADDRESS_EXPIRY") return `${attributeNumber({ type: 0, encoding, value })} s`;
  return isText(value) || name === "UNITY_BANNER" ? quoted(value) : undefined;
}

/** Entries of 14 octets: address, mask, protocol, padding and ports. */
function networksText(value: Uint8Array): string | undefined {
  if (value.length % 14 !== 0) return undefined;
  const networks: string[] = [];
  for (let at = 0; at < value.length; at += 14)
    networks.push(`${addressText(value.slice(at, at + 4))}/${addressText(value.slice(at + 4, at + 8))}`);
  return networks.join(" ");
}

const SECRETS: ReadonlySet<number> = new Set([
  CONFIGURATION_ATTRIBUTE["XAUTH-USER-PASSWORD"],
  CONFIGURATION_ATTRIBUTE["XAUTH-PASSCODE"],
  CONFIGURATION_ATTRIBUTE["XAUTH-NEXT-PIN"],
  CONFIGURATION_ATTRIBUTE["XAUTH-ANSWER"],
]);

/** The nodes that say what parts of a message mean: how they are made from what was read. */
import { hex } from "../base/octets.ts";
import type { Attribute } from "../isakmp/attribute.ts";
import { PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { PAYLOAD_TYPE } from "../isakmp/numbers/payload-type.ts";
import { nameOf, type Registry } from "../isakmp/numbers/registry.ts";
import { type DissectionNode, numberIn, octetsIn, type Part } from "./dissection.ts";
import { protocolText } from "./identity-text.ts";

export function node(
  { offset, length }: Part,
  name: string,
  value: string | undefined,
  children: readonly DissectionNode[],
): DissectionNode {
  return { name, offset, length, value, note: undefined, octets: undefined, isFraming: false, children };
}

export function leaf(
  part: Part,
  name: string,
  value: string | undefined,
  isFraming: boolean,
): DissectionNode {
  const read = part.field?.value;
  const octets = read instanceof Uint8Array ? hex(read) : numberOctets(read ?? 0, part.length);
  return { ...node(part, name, value, []), octets, isFraming };
}

/** A leaf that its parent's line covers. */
export function framing(part: Part): DissectionNode {
  if (part.parts.length > 0) return node(part, part.name, undefined, part.parts.map(framing));
  return leaf(part, part.name, framingText(part), true);
}

export function nameIn(part: Part, registry: Registry): string {
  return nameOf(registry, numberOf(part));
}

export function numberOf(part: Part): number {
  return typeof part.field?.value === "number" ? part.field.value : 0;
}

export function attributeOf(part: Part): Attribute | undefined {
  const type = numberIn(part, "type");
  const value = octetsIn(part, "value");
  if (part.name !== "attribute" || type === undefined || value === undefined) return undefined;
  return { type: type & 0x7fff, encoding: type > 0x7fff ? "basic" : "variable", value };
}

export function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** Names for the numbers in headers. */
function framingText(part: Part): string | undefined {
  switch (part.name) {
    case "nextPayload":
      return nameIn(part, PAYLOAD_TYPE);
    case "exchangeType":
      return nameIn(part, EXCHANGE_TYPE);
    case "protocolId":
      return part.path.startsWith("ID") ? protocolText(numberOf(part)) : nameIn(part, PROTOCOL_ID);
    case "type":
      return part.path.includes("attribute[") ? attributeTypeText(numberOf(part)) : String(numberOf(part));
    default:
      return typeof part.field?.value === "number" ? String(part.field.value) : undefined;
  }
}

/** The top bit says that two octets of value follow. */
function attributeTypeText(formatAndType: number): string {
  return formatAndType > 0x7fff ? `${formatAndType & 0x7fff}, basic` : `${formatAndType}, variable`;
}

function numberOctets(value: number, length: number): string {
  return value.toString(16).padStart(length * 2, "0");
}

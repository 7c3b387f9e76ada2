/** What an SA payload offers or chooses: proposals, transforms and attributes by name. */
import { hex } from "../base/octets.ts";
import { DOI, PROTOCOL_ID, SITUATION } from "../isakmp/numbers/domain.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import { transformRegistry } from "../isakmp/numbers/transform-id.ts";
import { transformAttributeMeaning } from "./attribute-meaning.ts";
import { type DissectionNode, numberIn, octetsIn, type Part } from "./dissection.ts";
import { attributeOf, framing, hex8, leaf, nameIn, node, numberOf } from "./meaning-nodes.ts";

/** The node of a part that stands directly in an SA payload. */
export function securityAssociationPart(part: Part): DissectionNode {
  switch (part.name) {
    case "doi":
      return leaf(part, "domain of interpretation", nameIn(part, DOI), false);
    case "situation":
      return leaf(part, "situation", situationText(numberOf(part)), false);
    case "proposal":
      return proposalNode(part);
    case "nextPayload":
    case "reserved":
    case "length":
      return framing(part);
    default:
      return leaf(part, part.name, undefined, false);
  }
}

function situationText(situation: number): string {
  const names = Object.entries(SITUATION).filter(([, bit]) => (situation & bit) !== 0);
  return names.length === 0 ? hex8(situation) : names.map(([name]) => name).join(", ");
}

function proposalNode(part: Part): DissectionNode {
  const protocolId = numberIn(part, "protocolId") ?? 0;
  const spi = octetsIn(part, "spi");
  const words = [nameOf(PROTOCOL_ID, protocolId)];
  if (spi !== undefined && spi.length > 0) words.push(`SPI ${hex(spi)}`);
  const children = part.parts.map((child) =>
    child.name === "transform" ? transformNode(child, protocolId) : framing(child),
  );
  return node(part, `proposal ${numberIn(part, "number") ?? "?"}`, words.join(", "), children);
}

function transformNode(part: Part, protocolId: number): DissectionNode {
  const id = numberIn(part, "id");
  const value = id === undefined ? undefined : nameOf(transformRegistry(protocolId), id);
  const children = part.parts.map((child) => {
    const attribute = attributeOf(child);
    if (attribute === undefined) return framing(child);
    const meaning = transformAttributeMeaning(protocolId, attribute);
    const octets = meaning.value === undefined ? hex(attribute.value) : undefined;
    return { ...node(child, meaning.name, meaning.value, child.parts.map(framing)), octets };
  });
  return node(part, `transform ${numberIn(part, "number") ?? "?"}`, value, children);
}

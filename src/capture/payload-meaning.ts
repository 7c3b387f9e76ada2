/** Turns the parts of an ISAKMP message into nodes that say what they mean, by the tables of `isakmp/numbers`. */
import { concat, hex } from "../base/octets.ts";
import { attributeNumber } from "../isakmp/attribute.ts";
import { FLAG_AUTHENTICATION, FLAG_COMMIT, FLAG_ENCRYPTION } from "../isakmp/header.ts";
import { CERTIFICATE_ENCODING } from "../isakmp/numbers/certificate-encoding.ts";
import { CONFIGURATION_TYPE } from "../isakmp/numbers/configuration.ts";
import { PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { ID_TYPE } from "../isakmp/numbers/identification-type.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { nameOf } from "../isakmp/numbers/registry.ts";
import { isIosVendorId, recogniseVendorId } from "../isakmp/vendor-ids.ts";
import { attributesText, configurationAttributeMeaning } from "./attribute-meaning.ts";
import { type DissectionNode, numberIn, octetsIn, type Part } from "./dissection.ts";
import { identityText, protocolAndPortText } from "./identity-text.ts";
import { attributeOf, framing, hex8, leaf, node } from "./meaning-nodes.ts";
import { isText, quoted } from "./printable.ts";
import { securityAssociationPart } from "./security-association-meaning.ts";

/** What the octets of a part cannot say. */
export interface MeaningContext {
  /** Of whoever sent the message, or undefined where that is not known. IOS's vendor id is bound to it. */
  readonly senderCookie: Uint8Array | undefined;
  /** Findings by the path of the payload they are about. */
  readonly notes: ReadonlyMap<string, string>;
}

/** Nodes of a whole message, header first. */
export function meaningOf(parts: readonly Part[], context: MeaningContext): readonly DissectionNode[] {
  return parts.map((part) => {
    if (part.name === "trailing") return leaf(part, "padding", undefined, false);
    const described = payload(part, context);
    return { ...described, note: context.notes.get(part.path) ?? described.note };
  });
}

/** A payload's line says all but what its own parts say on theirs. */
function payload(part: Part, context: MeaningContext): DissectionNode {
  const summarised = (value: string | undefined): DissectionNode =>
    node(part, part.name, value, part.parts.map(framing));
  switch (part.name) {
    case "HDR":
      return summarised(headerText(part));
    case "SA":
      return node(part, "SA", undefined, part.parts.map(securityAssociationPart));
    case "ID":
      return summarised(identificationText(part));
    case "CERT":
      return summarised(encodingText(part, "encoding", "data"));
    case "CR":
      return summarised(encodingText(part, "certificateType", "authority"));
    case "N":
      return summarised(notificationText(part));
    case "D":
      return summarised(deleteText(part));
    case "VID": {
      const value = vendorIdText(part, context.senderCookie);
      return value === undefined
        ? { ...summarised(undefined), octets: bodyOf(part), note: "unknown vendor" }
        : summarised(value);
    }
    case "ATTRIBUTES":
      return node(part, part.name, configurationText(part), part.parts.map(configurationPart));
    case "NAT-OA":
      return summarised(originalAddressText(part));
    case "FRAGMENT":
      return summarised(fragmentText(part));
    default:
      return { ...summarised(undefined), octets: bodyOf(part) };
  }
}

function headerText(part: Part): string | undefined {
  const initiator = octetsIn(part, "initiatorCookie");
  const responder = octetsIn(part, "responderCookie");
  const messageId = numberIn(part, "messageId");
  if (initiator === undefined || responder === undefined || messageId === undefined) return undefined;
  const names = flagNames(numberIn(part, "flags") ?? 0);
  const flags = names === "" ? "" : `  ${names}`;
  return `CKY-I ${hex(initiator)}  CKY-R ${hex(responder)}  M-ID ${hex8(messageId)}${flags}`;
}

function flagNames(flags: number): string {
  const names: string[] = [];
  if ((flags & FLAG_ENCRYPTION) !== 0) names.push("encryption");
  if ((flags & FLAG_COMMIT) !== 0) names.push("commit");
  if ((flags & FLAG_AUTHENTICATION) !== 0) names.push("authentication only");
  return names.join(", ");
}

function identificationText(part: Part): string | undefined {
  const idType = numberIn(part, "type");
  const data = octetsIn(part, "data");
  if (octetsIn(part, "body") !== undefined) return "encrypted to an RSA key";
  if (idType === undefined || data === undefined) return undefined;
  const limits = protocolAndPortText(numberIn(part, "protocolId") ?? 0, numberIn(part, "port") ?? 0);
  return identityText(idType, data) + limits;
}

function encodingText(part: Part, encoding: string, data: string): string | undefined {
  const type = numberIn(part, encoding);
  if (type === undefined) return undefined;
  const octets = octetsIn(part, data) ?? new Uint8Array(0);
  const issuer =
    data === "authority" && octets.length > 0 ? identityText(ID_TYPE.ID_DER_ASN1_DN, octets) : undefined;
  return `${nameOf(CERTIFICATE_ENCODING, type)}, ${issuer ?? `${octets.length} octets`}`;
}

function notificationText(part: Part): string | undefined {
  const type = numberIn(part, "type");
  const protocolId = numberIn(part, "protocolId");
  if (type === undefined || protocolId === undefined) return undefined;
  const words = [nameOf(NOTIFY_TYPE, type), nameOf(PROTOCOL_ID, protocolId)];
  const spi = octetsIn(part, "spi");
  if (spi !== undefined && spi.length > 0) words.push(`SPI ${hex(spi)}`);
  const data = octetsIn(part, "data");
  if (data !== undefined && data.length > 0) words.push(notificationDataText(type, protocolId, data));
  return words.join(", ");
}

function notificationDataText(type: number, protocolId: number, data: Uint8Array): string {
  switch (type) {
    case NOTIFY_TYPE["R-U-THERE"]:
    case NOTIFY_TYPE["R-U-THERE-ACK"]:
      return `sequence number ${attributeNumber({ type, encoding: "variable", value: data }) ?? hex(data)}`;
    case NOTIFY_TYPE["RESPONDER-LIFETIME"]:
      return attributesText(protocolId, data) ?? `data ${hex(data)}`;
    default:
      return `data ${hex(data)}`;
  }
}

function deleteText(part: Part): string | undefined {
  const protocolId = numberIn(part, "protocolId");
  if (protocolId === undefined) return undefined;
  const spis = part.parts.flatMap(({ name, field }) =>
    name === "spi" && field?.value instanceof Uint8Array ? [hex(field.value)] : [],
  );
  return `${nameOf(PROTOCOL_ID, protocolId)}, SPI ${spis.join(" ")}`;
}

function vendorIdText(part: Part, senderCookie: Uint8Array | undefined): string | undefined {
  const vendorId = octetsIn(part, "vendorId");
  if (vendorId === undefined) return undefined;
  if (senderCookie !== undefined && isIosVendorId(vendorId, senderCookie)) return "Cisco IOS";
  const known = recogniseVendorId(vendorId);
  if (known === undefined) return isText(vendorId) ? `unknown ${quoted(vendorId)}` : undefined;
  const { name, suffix } = known;
  if (suffix.length === 0) return name;
  return suffix.length === 2 ? `${name} version ${suffix.join(".")}` : `${name} ${hex(suffix)}`;
}

function configurationText(part: Part): string | undefined {
  const type = numberIn(part, "type");
  const identifier = numberIn(part, "identifier");
  if (type === undefined || identifier === undefined) return undefined;
  return `${nameOf(CONFIGURATION_TYPE, type)}, identifier ${identifier}`;
}

function configurationPart(part: Part): DissectionNode {
  const attribute = attributeOf(part);
  if (attribute === undefined) return framing(part);
  const { name, value, isSecret } = configurationAttributeMeaning(attribute);
  const children = part.parts.map((child) =>
    isSecret && child.name === "value" ? { ...framing(child), octets: undefined } : framing(child),
  );
  return {
    ...node(part, name, value, children),
    octets: value === undefined ? hex(attribute.value) : undefined,
  };
}

function originalAddressText(part: Part): string | undefined {
  const idType = numberIn(part, "type");
  const address = octetsIn(part, "address");
  return idType === undefined || address === undefined ? undefined : identityText(idType, address);
}

function fragmentText(part: Part): string | undefined {
  const number = numberIn(part, "number");
  const id = numberIn(part, "fragmentId");
  if (number === undefined || id === undefined) return undefined;
  const last = numberIn(part, "flags") === 1 ? ", the last" : "";
  return `fragment ${number} of message ${id}${last}, ${octetsIn(part, "data")?.length ?? 0} octets`;
}

/** Everything behind the generic header. */
function bodyOf(part: Part): string {
  const octets = part.parts.flatMap(({ field }) => (field?.value instanceof Uint8Array ? [field.value] : []));
  return hex(concat(...octets));
}

/** The union of all payloads, and the one table between payload types and their decoders. */
import type { Reader } from "../base/reader.ts";
import { Writer } from "../base/writer.ts";
import { PAYLOAD_TYPE } from "./numbers/payload-type.ts";
import { type Attributes, decodeAttributesPayload, encodeAttributesPayload } from "./payloads/attributes.ts";
import { type Certificate, decodeCertificate, encodeCertificate } from "./payloads/certificate.ts";
import {
  type CertificateRequest,
  decodeCertificateRequest,
  encodeCertificateRequest,
} from "./payloads/certificate-request.ts";
import { type Delete, decodeDelete, encodeDelete } from "./payloads/delete.ts";
import { decodeFragment, encodeFragment, type Fragment } from "./payloads/fragment.ts";
import { decodeHash, encodeHash, type Hash } from "./payloads/hash.ts";
import {
  decodeIdentification,
  encodeIdentification,
  type Identification,
} from "./payloads/identification.ts";
import { decodeKeyExchange, encodeKeyExchange, type KeyExchange } from "./payloads/key-exchange.ts";
import { decodeNatDiscovery, encodeNatDiscovery, type NatDiscovery } from "./payloads/nat-discovery.ts";
import {
  decodeNatOriginalAddress,
  encodeNatOriginalAddress,
  type NatOriginalAddress,
} from "./payloads/nat-original-address.ts";
import { decodeNonce, encodeNonce, type Nonce } from "./payloads/nonce.ts";
import { decodeNotification, encodeNotification, type Notification } from "./payloads/notification.ts";
import {
  decodeSecurityAssociation,
  encodeSecurityAssociation,
  type SecurityAssociation,
} from "./payloads/security-association.ts";
import { decodeSignature, encodeSignature, type Signature } from "./payloads/signature.ts";
import { decodeUnknown, encodeUnknown, type Unknown } from "./payloads/unknown.ts";
import { decodeVendorId, encodeVendorId, type VendorId } from "./payloads/vendor-id.ts";

export { type Attribute, attributeNumber, basicAttribute, variableAttribute } from "./attribute.ts";
export type { Proposal } from "./payloads/proposal.ts";
export type { Transform } from "./payloads/transform.ts";
export type {
  Attributes,
  Certificate,
  CertificateRequest,
  Delete,
  Fragment,
  Hash,
  Identification,
  KeyExchange,
  NatDiscovery,
  NatOriginalAddress,
  Nonce,
  Notification,
  SecurityAssociation,
  Signature,
  Unknown,
  VendorId,
};

export type Payload =
  | SecurityAssociation
  | KeyExchange
  | Identification
  | Certificate
  | CertificateRequest
  | Hash
  | Signature
  | Nonce
  | Notification
  | Delete
  | VendorId
  | Attributes
  | NatDiscovery
  | NatOriginalAddress
  | Fragment
  | Unknown;

/** What the generic header of a payload's predecessor calls it. */
export function payloadTypeOf(payload: Payload): number {
  switch (payload.kind) {
    case "NAT-D":
    case "NAT-OA":
    case "unknown":
      return payload.payloadType;
    default:
      return TYPES[payload.kind];
  }
}

/** The body of a payload of type `type`, which `reader` is confined to. */
export function decodeBody(type: number, reader: Reader): Payload {
  const payload = decoderOf(type)(reader);
  reader.end();
  return payload;
}

/** The octets after the generic header: what RFC 2409 writes SAi_b, IDii_b, Ni_b. */
export function encodeBody(payload: Payload): Uint8Array {
  const writer = new Writer();
  writeBody(writer, payload);
  return writer.finish();
}

export function writeBody(writer: Writer, payload: Payload): void {
  writeBodyOf(writer, payload.kind, payload);
}

/** `kind` is the payload's; apart, so that the compiler pairs each payload with its own encoder. */
function writeBodyOf<K extends Kind>(writer: Writer, kind: K, payload: PayloadOf[K]): void {
  ENCODERS[kind](writer, payload);
}

type Kind = Payload["kind"];
type PayloadOf = { readonly [K in Kind]: Extract<Payload, { readonly kind: K }> };

const ENCODERS: { readonly [K in Kind]: (writer: Writer, payload: PayloadOf[K]) => void } = {
  SA: encodeSecurityAssociation,
  KE: encodeKeyExchange,
  ID: encodeIdentification,
  CERT: encodeCertificate,
  CERTREQ: encodeCertificateRequest,
  HASH: encodeHash,
  SIG: encodeSignature,
  NONCE: encodeNonce,
  NOTIFY: encodeNotification,
  DELETE: encodeDelete,
  VID: encodeVendorId,
  ATTRIBUTES: encodeAttributesPayload,
  "NAT-D": encodeNatDiscovery,
  "NAT-OA": encodeNatOriginalAddress,
  FRAGMENT: encodeFragment,
  unknown: encodeUnknown,
};

type Decoder = (reader: Reader) => Payload;

function decoderOf(type: number): Decoder {
  return DECODERS[type] ?? ((reader) => decodeUnknown(reader, type));
}

const DECODERS: { readonly [type: number]: Decoder } = {
  [PAYLOAD_TYPE.SA]: decodeSecurityAssociation,
  [PAYLOAD_TYPE.KE]: decodeKeyExchange,
  [PAYLOAD_TYPE.ID]: decodeIdentification,
  [PAYLOAD_TYPE.CERT]: decodeCertificate,
  [PAYLOAD_TYPE.CR]: decodeCertificateRequest,
  [PAYLOAD_TYPE.HASH]: decodeHash,
  [PAYLOAD_TYPE.SIG]: decodeSignature,
  [PAYLOAD_TYPE.NONCE]: decodeNonce,
  [PAYLOAD_TYPE.N]: decodeNotification,
  [PAYLOAD_TYPE.D]: decodeDelete,
  [PAYLOAD_TYPE.VID]: decodeVendorId,
  [PAYLOAD_TYPE.ATTRIBUTES]: decodeAttributesPayload,
  15: (reader) => decodeNatDiscovery(reader, 15),
  16: (reader) => decodeNatOriginalAddress(reader, 16),
  20: (reader) => decodeNatDiscovery(reader, 20),
  21: (reader) => decodeNatOriginalAddress(reader, 21),
  130: (reader) => decodeNatDiscovery(reader, 130),
  131: (reader) => decodeNatOriginalAddress(reader, 131),
  [PAYLOAD_TYPE.FRAGMENT]: decodeFragment,
};

const TYPES = {
  SA: PAYLOAD_TYPE.SA,
  KE: PAYLOAD_TYPE.KE,
  ID: PAYLOAD_TYPE.ID,
  CERT: PAYLOAD_TYPE.CERT,
  CERTREQ: PAYLOAD_TYPE.CR,
  HASH: PAYLOAD_TYPE.HASH,
  SIG: PAYLOAD_TYPE.SIG,
  NONCE: PAYLOAD_TYPE.NONCE,
  NOTIFY: PAYLOAD_TYPE.N,
  DELETE: PAYLOAD_TYPE.D,
  VID: PAYLOAD_TYPE.VID,
  ATTRIBUTES: PAYLOAD_TYPE.ATTRIBUTES,
  FRAGMENT: PAYLOAD_TYPE.FRAGMENT,
} as const;

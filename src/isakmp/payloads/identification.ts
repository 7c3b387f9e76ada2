/**
 * Identification payload (RFC 2408 §3.8, figure 9; RFC 2407 §4.6.2, figure 2): type of identity, protocol and port it
 * is limited to, and the identity, whose form its type decides.
 */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { ID_TYPE } from "../numbers/identification-type.ts";
import { nameOf } from "../numbers/registry.ts";

export interface Identification {
  readonly kind: "ID";
  readonly idType: number;
  /** IP protocol; 0 is any. */
  readonly protocolId: number;
  /** 0 is any. */
  readonly port: number;
  /** Has the length its type prescribes; names are not empty and free of NUL. */
  readonly data: Uint8Array;
}

export function decodeIdentification(reader: Reader): Identification {
  const idType = reader.u8("type");
  const protocolId = reader.u8("protocolId");
  const port = reader.u16("port");
  const at = reader.offset;
  const data = reader.rest("data");
  const objection = objectionTo(idType, data);
  if (objection !== undefined) reader.fail(`${nameOf(ID_TYPE, idType)} ${objection}`, "data", at);
  return { kind: "ID", idType, protocolId, port, data };
}

export function encodeIdentification(writer: Writer, payload: Identification): void {
  writer.u8(payload.idType);
  writer.u8(payload.protocolId);
  writer.u16(payload.port);
  writer.bytes(payload.data);
}

/** RFC 2407 §4.6.2.2 to §4.6.2.12: what is wrong with `data` as an identity of this type. */
function objectionTo(idType: number, data: Uint8Array): string | undefined {
  const length = LENGTHS.get(idType);
  if (length !== undefined)
    return data.length === length ? undefined : `has ${length} octets, not ${data.length}`;
  switch (idType) {
    case ID_TYPE.ID_FQDN:
    case ID_TYPE.ID_USER_FQDN:
      if (data.length === 0) return "is empty";
      return data.includes(0) ? "contains NUL" : undefined;
    case ID_TYPE.ID_DER_ASN1_DN:
      return isOneSequence(data) ? undefined : "is not one DER SEQUENCE";
    default:
      return undefined;
  }
}

const LENGTHS: ReadonlyMap<number, number> = new Map([
  [ID_TYPE.ID_IPV4_ADDR, 4],
  [ID_TYPE.ID_IPV4_ADDR_SUBNET, 8],
  [ID_TYPE.ID_IPV4_ADDR_RANGE, 8],
  [ID_TYPE.ID_IPV6_ADDR, 16],
  [ID_TYPE.ID_IPV6_ADDR_SUBNET, 32],
  [ID_TYPE.ID_IPV6_ADDR_RANGE, 32],
]);

/** The outermost tag and length of a distinguished name; what is inside is for whoever compares it. */
function isOneSequence(der: Uint8Array): boolean {
  const [tag, first = 0xff] = der;
  if (tag !== 0x30) return false;
  if (first < 0x80) return der.length === 2 + first;
  const lengthOctets = first & 0x7f;
  if (lengthOctets === 0 || lengthOctets > 2) return false;
  let length = 0;
  for (const octet of der.subarray(2, 2 + lengthOctets)) length = length * 256 + octet;
  return der.length === 2 + lengthOctets + length;
}

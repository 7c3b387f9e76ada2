/** NAT-OA payload (RFC 3947 §5.2): an address as its owner sees it. Drafts used other payload types. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { ID_TYPE } from "../numbers/identification-type.ts";

export interface NatOriginalAddress {
  readonly kind: "NAT-OA";
  /** 21 in RFC 3947, 131 in drafts 00 to 03, 16 in drafts 04 to 08. */
  readonly payloadType: 16 | 21 | 131;
  /** ID_IPV4_ADDR or ID_IPV6_ADDR. */
  readonly idType: number;
  /** 4 or 16 octets, as the type says. */
  readonly address: Uint8Array;
}

export function decodeNatOriginalAddress(
  reader: Reader,
  payloadType: NatOriginalAddress["payloadType"],
): NatOriginalAddress {
  const idType = reader.u8("type");
  if (idType !== ID_TYPE.ID_IPV4_ADDR && idType !== ID_TYPE.ID_IPV6_ADDR)
    reader.fail(`identity type ${idType} is not an address`, "type", reader.offset - 1);
  const reserved = reader.bytes("reserved", 3);
  if (reserved.some((octet) => octet !== 0)) reader.fail("not zero as is due", "reserved", reader.offset - 3);
  const address = reader.bytes("address", idType === ID_TYPE.ID_IPV4_ADDR ? 4 : 16);
  reader.end();
  return { kind: "NAT-OA", payloadType, idType, address };
}

export function encodeNatOriginalAddress(writer: Writer, payload: NatOriginalAddress): void {
  writer.u8(payload.idType);
  writer.zeros(3);
  writer.bytes(payload.address);
}

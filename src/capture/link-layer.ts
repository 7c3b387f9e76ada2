/** From a captured frame to the IP packet in it: what lies before the packet depends on where it was captured. */
import { Reader, type ReaderOptions } from "../base/reader.ts";
import { type CapturedFrame, LINK_TYPE } from "./captured-frame.ts";
import { NESTED_HEADERS_MAX } from "./limits.ts";

/** A reader of what follows the link-layer header, where that is IP; undefined for other protocols. */
export function ipPacketIn(frame: CapturedFrame, options: ReaderOptions = {}): Reader | undefined {
  const reader = new Reader(frame.bytes, options);
  if (skipLinkHeader(reader, frame.linkType) === "other") return undefined;
  return reader;
}

/** Whether we know the link types of this frame. */
export function isKnownLinkType(linkType: number): boolean {
  return Object.values<number>(LINK_TYPE).includes(linkType);
}

function skipLinkHeader(reader: Reader, linkType: number): "ip" | "other" {
  switch (linkType) {
    case LINK_TYPE.RAW:
    case LINK_TYPE.RAW_BSD:
    case LINK_TYPE.RAW_OPENBSD:
    case LINK_TYPE.IPV4:
    case LINK_TYPE.IPV6:
      return "ip";
    case LINK_TYPE.ETHERNET:
      reader.bytes("ethernet.addresses", 12);
      return afterEtherType(reader, "ethernet.type");
    case LINK_TYPE.LINUX_SLL:
      reader.bytes("sll.header", 14);
      return afterEtherType(reader, "sll.protocol");
    case LINK_TYPE.LINUX_SLL2: {
      const protocol = reader.u16("sll2.protocol");
      reader.bytes("sll2.header", 18);
      return isIp(protocol) ? "ip" : "other";
    }
    case LINK_TYPE.NULL:
    case LINK_TYPE.LOOP:
      return isAddressFamilyOfIp(reader.u32("loopback.family")) ? "ip" : "other";
    default:
      return "other";
  }
}

/** Passes over VLAN tags. */
function afterEtherType(reader: Reader, name: string): "ip" | "other" {
  let type = reader.u16(name);
  for (let tags = 0; VLAN_TYPES.includes(type); tags++) {
    if (tags === NESTED_HEADERS_MAX) reader.fail(`more than ${NESTED_HEADERS_MAX} VLAN tags`, "vlan");
    reader.u16("vlan.tag");
    type = reader.u16("vlan.type");
  }
  return isIp(type) ? "ip" : "other";
}

function isIp(etherType: number): boolean {
  return etherType === 0x0800 || etherType === 0x86dd;
}

/** 2 is IPv4 everywhere; IPv6 has another number on each BSD. The writer's byte order is not known. */
function isAddressFamilyOfIp(family: number): boolean {
  const value = family > 0xffff ? family >>> 24 : family;
  return [2, 10, 24, 28, 30].includes(value);
}

const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];

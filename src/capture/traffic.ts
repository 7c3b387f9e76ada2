/**
 * What of a captured frame concerns IPsec: ISAKMP on UDP port 500, ISAKMP behind a non-ESP marker, ESP and keepalives on
 * port 4500 (RFC 3948 §2), ESP and AH as protocols of their own.
 */
import { MalformedError } from "../base/errors.ts";
import { isZero } from "../base/octets.ts";
import { Reader } from "../base/reader.ts";
import { PROTOCOL } from "../net/protocols.ts";
import type { CapturedFrame } from "./captured-frame.ts";
import { readIpPacket } from "./ip-header.ts";
import { IpReassembly } from "./ip-reassembly.ts";
import { ipPacketIn } from "./link-layer.ts";

/** Whose packet it is. Ports are there for UDP. */
export interface PacketAddresses {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

/** Both ends as `192.0.2.1:500`, or the address alone. */
export function endpointText(addresses: PacketAddresses): {
  readonly source: string;
  readonly destination: string;
} {
  const text = (address: string, port: number | undefined): string => {
    if (port === undefined) return address;
    return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  };
  return {
    source: text(addresses.source, addresses.sourcePort),
    destination: text(addresses.destination, addresses.destinationPort),
  };
}

export type Traffic =
  | {
      readonly kind: "isakmp";
      readonly addresses: PacketAddresses;
      /** The message, without the non-ESP marker. */
      readonly bytes: Uint8Array;
      readonly hasMarker: boolean;
      /** Octets that the IP or UDP header promises and that are not there. */
      readonly missing: number;
    }
  | {
      readonly kind: "esp" | "ah";
      readonly addresses: PacketAddresses;
      readonly bytes: Uint8Array;
      readonly missing: number;
    }
  | { readonly kind: "keepalive"; readonly addresses: PacketAddresses }
  | {
      readonly kind: "malformed";
      readonly addresses: PacketAddresses | undefined;
      readonly reason: string;
      readonly path: string;
      /** From the start of the frame. */
      readonly offset: number;
    };

/** Looks into frames one after the other, and remembers fragments. */
export class TrafficFinder {
  readonly #reassembly = new IpReassembly();

  /** Undefined where the frame is none of our business, or a fragment that does not complete a datagram. */
  find(frame: CapturedFrame): Traffic | undefined {
    try {
      return this.#find(frame);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      const { reason, path, offset } = error;
      return { kind: "malformed", addresses: undefined, reason, path, offset };
    }
  }

  /** Fragmented datagrams that could not be put together. */
  get incompleteDatagrams(): number {
    return this.#reassembly.incomplete;
  }

  #find(frame: CapturedFrame): Traffic | undefined {
    const ip = ipPacketIn(frame);
    if (ip === undefined) return undefined;
    const packet = readIpPacket(ip);
    const { protocol } = packet;
    if (protocol !== PROTOCOL.UDP && protocol !== PROTOCOL.ESP && protocol !== PROTOCOL.AH) return undefined;
    const at = packet.payload.offset;
    const octets = packet.payload.rest("data");
    // A first fragment that was captured in part can never become whole, but what is there can be read.
    const isAlone = packet.missing > 0 && packet.fragment?.offset === 0;
    const payload = isAlone ? octets : this.#reassembly.add(packet, octets);
    if (payload === undefined) return undefined;
    const { source, destination, missing } = packet;
    if (protocol !== PROTOCOL.UDP) {
      const addresses = { source, destination, sourcePort: undefined, destinationPort: undefined };
      return { kind: protocol === PROTOCOL.ESP ? "esp" : "ah", addresses, bytes: payload, missing };
    }
    return inUdp(new Reader(payload, { name: "udp", baseOffset: at }), source, destination);
  }
}

function inUdp(udp: Reader, source: string, destination: string): Traffic | undefined {
  const sourcePort = udp.u16("sourcePort");
  const destinationPort = udp.u16("destinationPort");
  const isEither = (port: number): boolean => sourcePort === port || destinationPort === port;
  if (!isEither(PORT.ISAKMP) && !isEither(PORT.NAT_TRAVERSAL)) return undefined;
  const length = udp.u16("length");
  if (length < 8) udp.fail(`${length} octets are less than the header`, "length", udp.offset - 2);
  udp.u16("checksum");
  const missing = Math.max(0, length - 8 - udp.remaining);
  const at = udp.offset;
  const bytes = udp.bytes("data", length - 8 - missing);
  const addresses = { source, destination, sourcePort, destinationPort };
  return isEither(PORT.ISAKMP)
    ? { kind: "isakmp", addresses, bytes, hasMarker: false, missing }
    : onNatTraversalPort({ addresses, bytes, missing }, at);
}

interface Datagram {
  readonly addresses: PacketAddresses;
  readonly bytes: Uint8Array;
  readonly missing: number;
}

/** RFC 3948 §2.2, §2.3. Four octets that are all zero announce ISAKMP, because no SPI is zero. */
function onNatTraversalPort(datagram: Datagram, offset: number): Traffic {
  const { addresses, bytes, missing } = datagram;
  if (bytes.length === 1 && bytes[0] === 0xff) return { kind: "keepalive", addresses };
  if (bytes.length < MARKER_LENGTH) {
    const reason = `${bytes.length} octets are neither a keepalive, nor ISAKMP, nor ESP`;
    return { kind: "malformed", addresses, reason, path: "udp.data", offset };
  }
  if (isZero(bytes.subarray(0, MARKER_LENGTH)))
    return { kind: "isakmp", addresses, bytes: bytes.slice(MARKER_LENGTH), hasMarker: true, missing };
  return { kind: "esp", addresses, bytes, missing };
}

const PORT = { ISAKMP: 500, NAT_TRAVERSAL: 4500 } as const;
const MARKER_LENGTH = 4;

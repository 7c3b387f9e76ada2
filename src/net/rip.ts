/** RIP version 2 (RFC 2453 §4): what routers tell their neighbours of the networks that they reach. */
import { MisuseError } from "../base/errors.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "./ip-address.ts";
import { type AddressBlock, blockOf, maskOf } from "./selector.ts";
import { putU16, putU32, u16At, u32At } from "./words.ts";

export const RIP_PORT = 520;
/** All routers that speak version 2 (RFC 2453 §4.5). */
// Known to be good.
export const RIP_GROUP = "224.0.0.9" as IpAddress;
/** No way there. */
export const RIP_INFINITY = 16;
/** In a message. */
export const RIP_ENTRIES_MAX = 25;

export interface RipEntry {
  readonly prefix: AddressBlock;
  /** 0.0.0.0: whoever sends this. */
  readonly nextHop: IpAddress;
  /** 1 to 16. */
  readonly metric: number;
}

export type RipMessage =
  /** For all that the neighbour knows, or for what it knows of some prefixes (§3.9.1). */
  | { readonly kind: "request"; readonly about: readonly RipEntry[] | "everything" }
  | { readonly kind: "response"; readonly entries: readonly RipEntry[] };

export function buildRip(message: RipMessage): Uint8Array {
  const entries =
    message.kind === "response" ? message.entries : message.about === "everything" ? [] : message.about;
  if (entries.length > RIP_ENTRIES_MAX) throw new MisuseError(`a RIP message of ${entries.length} entries`);
  const isForAll = message.kind === "request" && message.about === "everything";
  const octets = new Uint8Array(HEADER + ENTRY * (isForAll ? 1 : entries.length));
  octets[0] = message.kind === "request" ? REQUEST : RESPONSE;
  octets[1] = VERSION;
  if (isForAll) putU32(octets, HEADER + 16, RIP_INFINITY);
  entries.forEach(({ prefix, nextHop, metric }, i) => {
    const at = HEADER + ENTRY * i;
    putU16(octets, at, FAMILY_IP);
    putU32(octets, at + 4, ipv4ToNumber(prefix.address));
    putU32(octets, at + 8, ~ipv4ToNumber(prefix.wildcard) >>> 0);
    putU32(octets, at + 12, ipv4ToNumber(nextHop));
    putU32(octets, at + 16, metric);
  });
  return octets;
}

/**
 * Undefined where it is no message of version 2 without authentication: what others authenticate is to be discarded by who
 * does not (§4.1). Entries that make no sense are left out, the others count (§3.9.2).
 */
export function parseRip(octets: Uint8Array): RipMessage | undefined {
  const count = (octets.length - HEADER) / ENTRY;
  if (octets[1] !== VERSION || !Number.isInteger(count) || count < 0 || count > RIP_ENTRIES_MAX)
    return undefined;
  if (count > 0 && u16At(octets, HEADER) === FAMILY_AUTHENTICATION) return undefined;
  const places = Array.from({ length: count }, (_, i) => HEADER + ENTRY * i);
  if (octets[0] === RESPONSE)
    return { kind: "response", entries: places.flatMap((at) => entryAt(octets, at)) };
  if (octets[0] !== REQUEST) return undefined;
  const isForAll = count === 1 && u16At(octets, HEADER) === 0 && u32At(octets, HEADER + 16) === RIP_INFINITY;
  return {
    kind: "request",
    about: isForAll ? "everything" : places.flatMap((at) => entryAt(octets, at)),
  };
}

function entryAt(octets: Uint8Array, at: number): RipEntry[] {
  const address = ipv4FromNumber(u32At(octets, at + 4));
  const mask = ipv4FromNumber(u32At(octets, at + 8));
  const metric = u32At(octets, at + 16);
  const prefix = blockOf(address, mask);
  const isSound =
    u16At(octets, at) === FAMILY_IP &&
    metric >= 1 &&
    metric <= RIP_INFINITY &&
    maskOf(prefix) !== undefined &&
    isForOne(address, mask);
  return isSound ? [{ prefix, nextHop: ipv4FromNumber(u32At(octets, at + 12)), metric }] : [];
}

/** A network that packets can be for: the default one, or neither 0, nor 127, nor multicast. */
function isForOne(address: IpAddress, mask: IpAddress): boolean {
  const first = Number.parseInt(address, 10);
  if (first === 0) return address === "0.0.0.0" && mask === "0.0.0.0";
  return first !== 127 && first < 224;
}

const REQUEST = 1;
const RESPONSE = 2;
const VERSION = 2;
const FAMILY_IP = 2;
const FAMILY_AUTHENTICATION = 0xffff;
const HEADER = 4;
const ENTRY = 20;

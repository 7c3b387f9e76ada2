/** Putting fragments together (RFC 791 §3.2), within bounds. Overlapping pieces condemn their packet, as RFC 5722 rules for IPv6. */
import { after, type Deadline, type Instant, seconds } from "../base/time.ts";
import {
  buildIpv4Packet,
  IPV4_HEADER_LENGTH,
  IPV4_TOTAL_LENGTH_MAX,
  type Ipv4Packet,
  isFragment,
  parseIpv4Packet,
} from "./ipv4-packet.ts";
import { NET_LIMITS, type NetLimits } from "./limits.ts";

/** Pieces of one packet. A condemned one holds nothing and swallows its later pieces until it expires. */
interface Assembly {
  readonly expiresAt: Instant;
  readonly isCondemned: boolean;
  /** Ascending offset, none overlapping. */
  readonly pieces: readonly Ipv4Packet[];
  readonly octets: number;
}

export class FragmentReassembler {
  readonly #limits: NetLimits;
  /** In order of arrival, which is the order of expiry. */
  readonly #assemblies = new Map<string, Assembly>();
  #octets = 0;

  constructor(limits: Readonly<Partial<NetLimits>> = {}) {
    this.#limits = { ...NET_LIMITS, ...limits };
  }

  /**
   * Takes a packet; gives it back whole: itself where it is no fragment, undefined while pieces are missing. Pieces of
   * different `scope` are never put together.
   */
  add(now: Instant, packet: Ipv4Packet, scope = ""): Ipv4Packet | undefined {
    this.expire(now);
    if (!isFragment(packet)) return packet;
    const { source, destination, protocol, identification } = packet;
    const key = `${source} ${destination} ${protocol} ${identification} ${scope}`;
    const known = this.#assemblies.get(key);
    if (known?.isCondemned === true) return undefined;
    const pieces = withPiece(known?.pieces ?? [], packet);
    if (pieces === "duplicate") return undefined;
    const expiresAt = known?.expiresAt ?? after(now, seconds(this.#limits.fragmentTimeoutSeconds));
    if (pieces === "overlap" || pieces.length > this.#limits.fragmentsPerPacketMax) {
      this.#put(key, { expiresAt, isCondemned: true, pieces: [], octets: ASSEMBLY_OVERHEAD });
      return undefined;
    }
    const whole = joined(pieces);
    if (whole !== undefined) {
      this.#drop(key);
      return whole;
    }
    const octets = (known?.octets ?? ASSEMBLY_OVERHEAD) + packet.bytes.length + PIECE_OVERHEAD;
    this.#put(key, { expiresAt, isCondemned: false, pieces, octets });
    return undefined;
  }

  /** Forgets what has waited too long. */
  expire(now: Instant): void {
    for (const [key, { expiresAt }] of this.#assemblies) {
      if (expiresAt > now) return;
      this.#drop(key);
    }
  }

  nextDeadline(): Deadline | undefined {
    for (const { expiresAt } of this.#assemblies.values()) return { at: expiresAt, why: "fragments expire" };
    return undefined;
  }

  /** Packets of which pieces are held. */
  get size(): number {
    return this.#assemblies.size;
  }

  /** Octets held, overhead estimated. */
  get octets(): number {
    return this.#octets;
  }

  #put(key: string, assembly: Assembly): void {
    this.#octets += assembly.octets - (this.#assemblies.get(key)?.octets ?? 0);
    // Setting a known key keeps its place in the order.
    this.#assemblies.set(key, assembly);
    for (const oldest of this.#assemblies.keys()) {
      const isWithin =
        this.#assemblies.size <= this.#limits.partialPacketsMax &&
        this.#octets <= this.#limits.partialOctetsMax;
      if (isWithin) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#octets -= this.#assemblies.get(key)?.octets ?? 0;
    this.#assemblies.delete(key);
  }
}

/** The pieces with one more. The network may duplicate a piece; pieces that overlap otherwise hide something (RFC 1858). */
function withPiece(
  pieces: readonly Ipv4Packet[],
  piece: Ipv4Packet,
): readonly Ipv4Packet[] | "duplicate" | "overlap" {
  const at = pieces.findIndex((other) => other.fragmentOffset >= piece.fragmentOffset);
  const index = at === -1 ? pieces.length : at;
  const next = pieces[index];
  const previous = pieces[index - 1];
  if (
    next !== undefined &&
    next.fragmentOffset === piece.fragmentOffset &&
    endOf(next) === endOf(piece) &&
    next.moreFragments === piece.moreFragments
  )
    return "duplicate";
  if (next !== undefined && (endOf(piece) > next.fragmentOffset || !piece.moreFragments)) return "overlap";
  if (previous !== undefined && (endOf(previous) > piece.fragmentOffset || !previous.moreFragments))
    return "overlap";
  return [...pieces.slice(0, index), piece, ...pieces.slice(index)];
}

/** The packet that pieces without a gap make, with the first piece's header (RFC 791 §3.2); else undefined. */
function joined(pieces: readonly Ipv4Packet[]): Ipv4Packet | undefined {
  const first = pieces[0];
  const last = pieces.at(-1);
  if (first === undefined || last === undefined || last.moreFragments) return undefined;
  let expected = 0;
  for (const piece of pieces) {
    if (piece.fragmentOffset !== expected) return undefined;
    expected = endOf(piece);
  }
  if (first.headerLength + expected > IPV4_TOTAL_LENGTH_MAX) return undefined;
  const payload = new Uint8Array(expected);
  for (const piece of pieces) payload.set(piece.payload, piece.fragmentOffset);
  const { source, destination, protocol, timeToLive, identification, typeOfService, dontFragment } = first;
  const options = first.bytes.subarray(IPV4_HEADER_LENGTH, first.headerLength);
  const fields = {
    source,
    destination,
    protocol,
    timeToLive,
    identification,
    typeOfService,
    dontFragment,
    options,
  };
  return parseIpv4Packet(buildIpv4Packet(fields, payload));
}

function endOf(piece: Ipv4Packet): number {
  return piece.fragmentOffset + piece.payload.length;
}

/** Octets, estimated, of what is held beside the packets themselves. */
const ASSEMBLY_OVERHEAD = 200;
const PIECE_OVERHEAD = 300;

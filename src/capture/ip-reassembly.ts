/** Puts the fragments of a datagram together (RFC 791 §3.2). Pieces that overlap condemn their datagram. */
import type { IpPacket } from "./ip-header.ts";
import { FRAGMENTS_MAX, REASSEMBLIES_MAX } from "./limits.ts";

export class IpReassembly {
  /** In order of their first fragment. */
  readonly #collected = new Map<string, Piece[]>();
  #abandoned = 0;

  /** The whole payload once `packet`, a fragment with payload `octets`, completes it. */
  add(packet: IpPacket, octets: Uint8Array): Uint8Array | undefined {
    const { fragment } = packet;
    if (fragment === undefined) return octets;
    const key = `${packet.source} ${packet.destination} ${packet.protocol} ${fragment.identification}`;
    const pieces = this.#collected.get(key) ?? this.#begin(key);
    const piece = { offset: fragment.offset, octets, isLast: !fragment.moreFollow };
    if (pieces.some((known) => known.offset === piece.offset && known.octets.length === octets.length))
      return undefined;
    pieces.push(piece);
    pieces.sort((a, b) => a.offset - b.offset);
    const state = examine(pieces);
    if (state === "gaps" && pieces.length <= FRAGMENTS_MAX) return undefined;
    this.#collected.delete(key);
    if (state === "complete") return join(pieces);
    this.#abandoned += 1;
    return undefined;
  }

  /** Datagrams of which fragments came that could not be put together. */
  get incomplete(): number {
    return this.#collected.size + this.#abandoned;
  }

  #begin(key: string): Piece[] {
    const [oldest] = this.#collected.keys();
    if (oldest !== undefined && this.#collected.size === REASSEMBLIES_MAX) {
      this.#collected.delete(oldest);
      this.#abandoned += 1;
    }
    const pieces: Piece[] = [];
    this.#collected.set(key, pieces);
    return pieces;
  }
}

interface Piece {
  readonly offset: number;
  readonly octets: Uint8Array;
  readonly isLast: boolean;
}

/** `pieces` are in ascending order. */
function examine(pieces: readonly Piece[]): "complete" | "gaps" | "contradiction" {
  let end = 0;
  let hasGap = false;
  for (const [i, piece] of pieces.entries()) {
    if (piece.offset < end) return "contradiction";
    if (piece.offset > end) hasGap = true;
    if (piece.isLast && i < pieces.length - 1) return "contradiction";
    end = piece.offset + piece.octets.length;
  }
  if (end > 65535) return "contradiction";
  return !hasGap && pieces.at(-1)?.isLast === true ? "complete" : "gaps";
}

function join(pieces: readonly Piece[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.octets.length, 0));
  for (const { offset, octets } of pieces) whole.set(octets, offset);
  return whole;
}

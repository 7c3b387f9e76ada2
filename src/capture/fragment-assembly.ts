/** Puts messages together that came in Cisco's fragment payloads. One message for each SA at a time. */
import { concat, hex } from "../base/octets.ts";
import type { Fragment } from "../isakmp/payload.ts";
import { REASSEMBLIES_MAX } from "./limits.ts";

export interface AssembledMessage {
  readonly bytes: Uint8Array;
  /** Of its fragments, in their order. */
  readonly frames: readonly number[];
}

export class FragmentAssembly {
  /** By cookies. */
  readonly #collected = new Map<string, Collection>();

  /** The whole message once `fragment`, which came with these cookies in `frame`, completes it. */
  add(cookies: Uint8Array, fragment: Fragment, frame: number): AssembledMessage | undefined {
    const key = hex(cookies);
    let collection = this.#collected.get(key);
    if (collection?.fragmentId !== fragment.fragmentId) {
      collection = { fragmentId: fragment.fragmentId, pieces: new Map() };
      const [oldest] = this.#collected.keys();
      if (oldest !== undefined && this.#collected.size >= REASSEMBLIES_MAX) this.#collected.delete(oldest);
      this.#collected.set(key, collection);
    }
    collection.pieces.set(fragment.number, { fragment, frame });
    const pieces = wholeOf(collection);
    if (pieces === undefined) return undefined;
    this.#collected.delete(key);
    return {
      bytes: concat(...pieces.map((piece) => piece.fragment.data)),
      frames: pieces.map((piece) => piece.frame),
    };
  }
}

interface Piece {
  readonly fragment: Fragment;
  readonly frame: number;
}

interface Collection {
  readonly fragmentId: number;
  readonly pieces: Map<number, Piece>;
}

/** Fragments 1 to the last, without a gap. */
function wholeOf({ pieces }: Collection): readonly Piece[] | undefined {
  const whole: Piece[] = [];
  for (let number = 1; ; number++) {
    const piece = pieces.get(number);
    if (piece === undefined) return undefined;
    whole.push(piece);
    if (piece.fragment.isLast) return whole;
  }
}

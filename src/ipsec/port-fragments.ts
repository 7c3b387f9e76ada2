/**
 * Fragments where ports decide (RFC 4301 §7): only the first shows them, so they are put together, and the whole packet is
 * held against policy or SA. Others pass as they are, which costs nothing.
 */
import type { Instant } from "../base/time.ts";
import { FragmentReassembler } from "../net/fragments.ts";
import { allowFragmentation, parseIpv4Packet } from "../net/ipv4-packet.ts";
import type { PacketFlow } from "./packet-flow.ts";
import { decide, type InterfacePolicy } from "./protected-policy.ts";

export class PortFragments {
  readonly #reassembler = new FragmentReassembler();

  /**
   * The packet that this fragment completes, in octets of its own; undefined while pieces are missing. It may be cut
   * again, whatever its DF bit said: its sender has cut it itself.
   */
  whole(now: Instant, fragment: Uint8Array, scope: string): Uint8Array | undefined {
    const piece = parseIpv4Packet(fragment.slice(), "ignored");
    const packet = piece && this.#reassembler.add(now, piece, scope);
    if (packet !== undefined) allowFragmentation(packet.bytes);
    return packet?.bytes;
  }

  expire(now: Instant): void {
    this.#reassembler.expire(now);
  }
}

/** What becomes of the fragment's packet may hang on ports. For one that came in, `flow` is that of the answers. */
export function dependsOnPorts(policy: InterfacePolicy, flow: PacketFlow): boolean {
  return decide(policy, { ...flow, sourcePort: 0, destinationPort: 0, isLaterFragment: true }).dependsOnPorts;
}

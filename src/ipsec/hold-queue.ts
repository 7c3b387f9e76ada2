/** Packets that wait for an SA, per flow of the policy, bounded in number and octets. */
import type { DataPlaneLimits } from "./limits.ts";

export interface HeldPacket {
  readonly interfaceName: string;
  readonly bytes: Uint8Array;
}

export class HoldQueue {
  readonly #limits: DataPlaneLimits;
  readonly #queues = new Map<string, HeldPacket[]>();
  #packets = 0;
  #octets = 0;

  constructor(limits: DataPlaneLimits) {
    this.#limits = limits;
  }

  /** Keeps a copy of the packet as the flow's last; false where there is no room. */
  hold(key: string, packet: HeldPacket): boolean {
    const queue = this.#queues.get(key) ?? [];
    const hasRoom =
      queue.length < this.#limits.heldPacketsPerFlowMax &&
      this.#packets < this.#limits.heldPacketsMax &&
      this.#octets + packet.bytes.length <= this.#limits.heldOctetsMax;
    if (!hasRoom) return false;
    queue.push({ ...packet, bytes: packet.bytes.slice() });
    this.#queues.set(key, queue);
    this.#packets++;
    this.#octets += packet.bytes.length;
    return true;
  }

  /** The packets of a flow in their order; they are held no longer. */
  release(key: string): readonly HeldPacket[] {
    const queue = this.#queues.get(key) ?? [];
    this.#queues.delete(key);
    this.#packets -= queue.length;
    for (const { bytes } of queue) this.#octets -= bytes.length;
    return queue;
  }

  /** Flows with packets. */
  keys(): readonly string[] {
    return [...this.#queues.keys()];
  }

  get packets(): number {
    return this.#packets;
  }

  get octets(): number {
    return this.#octets;
  }
}

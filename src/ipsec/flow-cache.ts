/**
 * What was decided for a flow, in front of slower look-ups. Every flow has one slot, chosen by a hash; the last to use a
 * slot has it. So the memory is fixed and there is nothing to evict: who provokes collisions only pays for look-ups.
 */
import { MisuseError } from "../base/errors.ts";
import type { PacketFlow } from "./packet-flow.ts";

export class FlowCache<T> {
  /** Four words a slot: source, destination, ports, protocol with fragment mark. */
  readonly #keys: Uint32Array;
  readonly #values: (T | undefined)[];
  readonly #mask: number;

  /** `slots` is a power of two. */
  constructor(slots: number) {
    if (slots < 1 || (slots & (slots - 1)) !== 0) throw new MisuseError(`${slots} slots`);
    this.#keys = new Uint32Array(slots * WORDS);
    this.#values = new Array<T | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
  }

  get(flow: PacketFlow): T | undefined {
    const slot = this.#slotOf(flow);
    const at = slot * WORDS;
    const isSame =
      this.#keys[at] === flow.source &&
      this.#keys[at + 1] === flow.destination &&
      this.#keys[at + 2] === portsWord(flow) &&
      this.#keys[at + 3] === protocolWord(flow);
    return isSame ? this.#values[slot] : undefined;
  }

  set(flow: PacketFlow, value: T): void {
    const slot = this.#slotOf(flow);
    const at = slot * WORDS;
    this.#keys[at] = flow.source;
    this.#keys[at + 1] = flow.destination;
    this.#keys[at + 2] = portsWord(flow);
    this.#keys[at + 3] = protocolWord(flow);
    this.#values[slot] = value;
  }

  clear(): void {
    this.#values.fill(undefined);
  }

  #slotOf(flow: PacketFlow): number {
    let hash = Math.imul(flow.source, 0x9e3779b1);
    hash = Math.imul(hash ^ flow.destination ^ (hash >>> 15), 0x85ebca6b);
    hash = Math.imul(hash ^ portsWord(flow) ^ (hash >>> 13), 0xc2b2ae35);
    hash = Math.imul(hash ^ protocolWord(flow) ^ (hash >>> 16), 0x27d4eb2f);
    return (hash ^ (hash >>> 15)) & this.#mask;
  }
}

function portsWord(flow: PacketFlow): number {
  return ((flow.sourcePort << 16) | flow.destinationPort) >>> 0;
}

function protocolWord(flow: PacketFlow): number {
  return flow.protocol | (flow.isLaterFragment ? 0x100 : 0);
}

const WORDS = 4;

/**
 * Decrypted packets of flows that peers have begun and whose steering rules are not there yet: they wait, for what answers
 * them would leave in clear.
 */
import type { GatewayEffect } from "../../gateway/contract.ts";
import {
  answeringFlowOf,
  type CompiledSelector,
  compileSelector,
  flowMatches,
} from "../../ipsec/packet-flow.ts";
import type { IpsecPolicy } from "../../ipsec/policy.ts";
import type { TemporaryFlow } from "../../ipsec/temporary-flows.ts";
import type { PacketPort } from "./gateway-driver.ts";
import { hasDynamicEntries } from "./temporary-steering.ts";

type Received = Extract<GatewayEffect, { kind: "receive" }>;

export class AwaitedSteering {
  readonly #flows: () => readonly TemporaryFlow[];
  #isDynamic = false;
  #steered: ReadonlySet<string> = new Set();
  /** Undefined until a packet wants to know. */
  #awaited: readonly CompiledSelector[] | undefined = [];
  #held: Received[] = [];

  /** `flows` are those that there are. */
  constructor(flows: () => readonly TemporaryFlow[]) {
    this.#flows = flows;
  }

  setPolicy(policy: IpsecPolicy): void {
    this.#isDynamic = hasDynamicEntries(policy);
    this.changed();
  }

  /** SAs have come or gone. */
  changed(): void {
    this.#awaited = this.#isDynamic ? undefined : [];
  }

  /** True for a packet that waits, or for which there is no room to. It is lent: a copy is kept. */
  holds(received: Received): boolean {
    this.#awaited ??= this.#flows()
      .filter((flow) => !this.#steered.has(keyOf(flow)))
      .map(({ selector }) => compileSelector(selector));
    if (this.#awaited.length === 0) return false;
    const answers = answeringFlowOf(received.bytes);
    if (!this.#awaited.some((selector) => flowMatches(selector, answers))) return false;
    if (this.#held.length < HELD_MAX)
      this.#held.push({ ...received, bytes: Uint8Array.from(received.bytes) });
    return true;
  }

  /** These have their rules, or will have none. Gives what need not wait any more, in the order in which it came. */
  steered(flows: readonly TemporaryFlow[]): readonly Received[] {
    this.#steered = new Set(flows.map(keyOf));
    this.changed();
    const held = this.#held;
    this.#held = [];
    return held.filter((received) => !this.holds(received));
  }
}

/** The port, before which decrypted packets wait. */
export function withHeld(port: PacketPort, awaited: AwaitedSteering): PacketPort {
  return {
    sendDatagram: (effect) => port.sendDatagram(effect),
    transmit: (effect) => port.transmit(effect),
    receive(effect: Received) {
      if (!effect.wasProtected || !awaited.holds(effect)) port.receive(effect);
    },
    flush: () => port.flush(),
  };
}

function keyOf({ mapName, localAddress, selector }: TemporaryFlow): string {
  return JSON.stringify([mapName, localAddress, selector]);
}

/** Packets, of all peers: rules are there in some milliseconds, and what is lost then is sent again. */
const HELD_MAX = 512;

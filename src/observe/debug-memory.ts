/**
 * What a debugging session must remember, because IOS's lines come in another order than the facts: the keys of a pair
 * are told to IPsec in one block once both directions are in place, and the end of phase 1 is told twice.
 */
import type { EventOf } from "./entry.ts";
import { OBSERVE_LIMITS } from "./limits.ts";

/** A negotiated pair with both of its SAs in place. */
export interface InstalledPair {
  readonly created: EventOf<"ipsec-sas-created">;
  readonly inbound: EventOf<"sa-installed">;
  readonly outbound: EventOf<"sa-installed">;
}

export class DebugMemory {
  readonly #created = new Map<string, EventOf<"ipsec-sas-created">>();
  readonly #installed = new Map<string, EventOf<"sa-installed">>();
  readonly #phase1JustComplete = new Map<number, true>();

  /** The initiator's phase 1 is over; its first quick mode follows. */
  phase1Completed(connId: number): void {
    remember(this.#phase1JustComplete, connId, true);
  }

  /** True once for each phase 1 that completed. */
  takePhase1Completion(connId: number): boolean {
    return this.#phase1JustComplete.delete(connId);
  }

  /** The pair, if this was the last fact of it that was missing. */
  pairCreated(event: EventOf<"ipsec-sas-created">): InstalledPair | undefined {
    remember(this.#created, inboundKey(event), event);
    return this.#complete(event);
  }

  /** The pair, if this was the last fact of it that was missing. */
  saInstalled(event: EventOf<"sa-installed">): InstalledPair | undefined {
    const key = saKey(event.direction, event.destination, event.spi);
    remember(this.#installed, key, event);
    for (const created of this.#created.values())
      if (inboundKey(created) === key || outboundKey(created) === key) return this.#complete(created);
    return undefined;
  }

  #complete(created: EventOf<"ipsec-sas-created">): InstalledPair | undefined {
    const inbound = this.#installed.get(inboundKey(created));
    const outbound = this.#installed.get(outboundKey(created));
    if (inbound === undefined || outbound === undefined) return undefined;
    this.#created.delete(inboundKey(created));
    this.#installed.delete(inboundKey(created));
    this.#installed.delete(outboundKey(created));
    return { created, inbound, outbound };
  }
}

function inboundKey({ sa, negotiated }: EventOf<"ipsec-sas-created">): string {
  return saKey("inbound", sa.local.address, negotiated.inboundSpi);
}

function outboundKey({ sa, negotiated }: EventOf<"ipsec-sas-created">): string {
  return saKey("outbound", sa.remote.address, negotiated.outboundSpi);
}

function saKey(direction: string, destination: string, spi: number): string {
  return `${direction} ${destination} ${spi}`;
}

/** Adds to a map, which then forgets its oldest entry where it would grow past what a session needs. */
function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  if (map.size <= OBSERVE_LIMITS.followedNegotiations) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/**
 * What a debugging session must remember, because IOS's lines come in another order than the facts: the keys of a pair
 * are told to IPsec in one block once both directions are in place, and the end of phase 1 is told twice.
 */
import { protocolOf, type SaSuite } from "../crypto/names.ts";
import type { EventOf } from "./entry.ts";
import { OBSERVE_LIMITS } from "./limits.ts";
import { pairsOf } from "./negotiated-pairs.ts";

/** A negotiated pair with all of its SAs in place. */
export interface InstalledPair {
  readonly created: EventOf<"ipsec-sas-created">;
  /** Inbound and outbound of each protocol, AH first. */
  readonly installed: readonly EventOf<"sa-installed">[];
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
    remember(this.#created, keysOf(event).join(), event);
    return this.#complete(event);
  }

  /** The pair, if this was the last fact of it that was missing. */
  saInstalled(event: EventOf<"sa-installed">): InstalledPair | undefined {
    const key = saKey(event.direction, event.destination, event.suite, event.spi);
    remember(this.#installed, key, event);
    for (const created of this.#created.values())
      if (keysOf(created).includes(key)) return this.#complete(created);
    return undefined;
  }

  #complete(created: EventOf<"ipsec-sas-created">): InstalledPair | undefined {
    const keys = keysOf(created);
    const installed = keys.flatMap((key) => this.#installed.get(key) ?? []);
    if (installed.length < keys.length) return undefined;
    this.#created.delete(keys.join());
    for (const key of keys) this.#installed.delete(key);
    return { created, installed };
  }
}

function keysOf({ sa, negotiated }: EventOf<"ipsec-sas-created">): readonly string[] {
  return pairsOf(negotiated).flatMap(({ suite, inboundSpi, outboundSpi }) => [
    saKey("inbound", sa.local.address, suite, inboundSpi),
    saKey("outbound", sa.remote.address, suite, outboundSpi),
  ]);
}

function saKey(direction: string, destination: string, suite: SaSuite, spi: number): string {
  return `${direction} ${destination} ${protocolOf(suite)} ${spi}`;
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

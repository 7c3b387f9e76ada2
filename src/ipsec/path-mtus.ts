/** What has been learned of the ways to peers: how long a packet may be on each (RFC 1191 §6.1). All SAs between two addresses share a way. */
import type { IpAddress } from "../net/ip-address.ts";
import type { PlaneAlarm } from "./live-sa.ts";

export interface LearnedMtu {
  /** Octets of the longest packet. */
  readonly mtu: number;
  /** Even less was claimed than is believed: packets go without DF, for routers to cut. */
  readonly isNarrower: boolean;
  /** When it is too old. */
  readonly forget: PlaneAlarm;
}

/** Bounded by the peers: only ways that SAs take are learned of, and each is forgotten in time. */
export class PathMtus {
  readonly #learned = new Map<string, LearnedMtu>();

  of(local: IpAddress, peer: IpAddress): LearnedMtu | undefined {
    return this.#learned.get(keyOf(local, peer));
  }

  /** Undefined forgets it. */
  put(local: IpAddress, peer: IpAddress, learned: LearnedMtu | undefined): void {
    if (learned === undefined) this.#learned.delete(keyOf(local, peer));
    else this.#learned.set(keyOf(local, peer), learned);
  }
}

function keyOf(local: IpAddress, peer: IpAddress): string {
  return `${local} ${peer}`;
}

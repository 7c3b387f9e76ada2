/** The inbound SPIs that are taken, and with whom: which ones stand for SAs that a peer says it has lost is told from here. */
import { MultiMap } from "../base/multi-map.ts";
import type { Random } from "../base/random.ts";
import type { Instant } from "../base/time.ts";
import type { IpAddress } from "../net/ip-address.ts";

/** Under which ISAKMP SA a pair of IPsec SAs was made. */
export interface SpiOwner {
  readonly peer: IpAddress;
  readonly identity: string;
  readonly isakmpConnId: number;
  /** When the inbound SA came into use. */
  readonly since: Instant;
}

export class SpiTable {
  /** Undefined while a negotiation may still come to nothing. */
  readonly #owners = new Map<number, SpiOwner | undefined>();
  readonly #byPeer = new MultiMap<IpAddress, number>();

  /** An SPI that nobody uses: random, outside the reserved 0 to 255 (RFC 2406 §2.1). */
  take(random: Random): number {
    for (;;) {
      const octets = random.bytes("spi", 4);
      const spi = new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0);
      if (spi < RESERVED || this.#owners.has(spi)) continue;
      this.#owners.set(spi, undefined);
      return spi;
    }
  }

  /** Its SA is in use. */
  own(spi: number, owner: SpiOwner): void {
    this.#owners.set(spi, owner);
    this.#byPeer.add(owner.peer, spi);
  }

  release(spi: number): void {
    const owner = this.#owners.get(spi);
    this.#owners.delete(spi);
    if (owner !== undefined) this.#byPeer.remove(owner.peer, spi);
  }

  /** Some SA with this peer is in use. */
  hasPeer(peer: IpAddress): boolean {
    return this.#byPeer.has(peer);
  }

  ofPeer(peer: IpAddress): readonly (SpiOwner & { readonly spi: number })[] {
    return this.#byPeer.get(peer).flatMap((spi) => {
      const owner = this.#owners.get(spi);
      return owner === undefined ? [] : [{ ...owner, spi }];
    });
  }
}

const RESERVED = 256;

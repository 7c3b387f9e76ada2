/** The inbound SPIs that are taken, and with whom: which ones stand for SAs that a peer says it has lost is told from here. */
import { MultiMap } from "../base/multi-map.ts";
import type { Random } from "../base/random.ts";
import type { Instant } from "../base/time.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { type AddressBlock, selectorsOverlap, type TrafficSelector } from "../net/selector.ts";

/** Ours of a pair of SAs: the peer sends to them. */
export interface InboundSpis {
  /** Of ESP, or of AH alone. */
  readonly spi: number;
  /** Of AH around ESP; undefined where no transform set has both. */
  readonly ahSpi: number | undefined;
}

/** From the outside in, as transform sets list their protocols. */
export function outsideIn({ spi, ahSpi }: InboundSpis): readonly number[] {
  return ahSpi === undefined ? [spi] : [ahSpi, spi];
}

/** Under which ISAKMP SA a pair of IPsec SAs was made. */
export interface SpiOwner {
  readonly peer: IpAddress;
  readonly identity: string;
  readonly isakmpConnId: number;
  /** When the inbound SA came into use. */
  readonly since: Instant;
  /** Of a peer behind a NAT: others there have its address, so that its SAs are told from theirs by these. */
  readonly behindNat: PairBehindNat | undefined;
}

export interface PairBehindNat {
  readonly outboundSpi: number;
  readonly selector: TrafficSelector;
}

export class SpiTable {
  /** Undefined while a negotiation may still come to nothing, and of AH around an ESP that has one. */
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

  /** Those of a pair, with one for AH around ESP or without. */
  takePair(random: Random, withAh: boolean): InboundSpis {
    const spi = this.take(random);
    return { spi, ahSpi: withAh ? this.take(random) : undefined };
  }

  /** Its SA is in use. */
  own(spi: number, owner: SpiOwner): void {
    this.#owners.set(spi, owner);
    this.#byPeer.add(owner.peer, spi);
  }

  /** A peer behind a NAT has another address now. */
  move(from: IpAddress, to: IpAddress, identity: string): void {
    for (const { spi, ...owner } of this.ofPeer(from))
      if (owner.identity === identity) {
        this.release(spi);
        this.own(spi, { ...owner, peer: to });
      }
  }

  release(spi: number): void {
    const owner = this.#owners.get(spi);
    this.#owners.delete(spi);
    if (owner !== undefined) this.#byPeer.remove(owner.peer, spi);
  }

  /** Whose pair has this SPI of ours, where its peer is behind a NAT. */
  identityBehindNat(spi: number): string | undefined {
    const owner = this.#owners.get(spi);
    return owner?.behindNat === undefined ? undefined : owner.identity;
  }

  /** Whose pair sends with this SPI to a peer behind a NAT. */
  identityBySpiOfPeer(peer: IpAddress, outboundSpi: number): string | undefined {
    return this.ofPeer(peer).find(({ behindNat }) => behindNat?.outboundSpi === outboundSpi)?.identity;
  }

  /** Another peer behind the same NAT, to which such traffic goes. What is for both cannot be told apart (RFC 3948 §5). */
  otherBehindNat(peer: IpAddress, identity: string, selector: TrafficSelector): string | undefined {
    return this.ofPeer(peer).find(
      ({ behindNat, identity: other }) =>
        behindNat !== undefined &&
        other !== identity &&
        blocksEqual(behindNat.selector, selector) &&
        selectorsOverlap(behindNat.selector, selector),
    )?.identity;
  }

  releasePair(spis: InboundSpis): void {
    for (const spi of outsideIn(spis)) this.release(spi);
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

/** Of blocks that differ the narrower one decides, as between any two peers. */
function blocksEqual(a: TrafficSelector, b: TrafficSelector): boolean {
  return isSameBlock(a.local, b.local) && isSameBlock(a.remote, b.remote);
}

function isSameBlock(a: AddressBlock, b: AddressBlock): boolean {
  return a.address === b.address && a.wildcard === b.wildcard;
}

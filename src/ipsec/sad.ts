/** The security association database (RFC 2401 §4.4.3): finds SAs by address and SPI, and a direction's partner. */
import type { IpAddress } from "../net/ip-address.ts";
import type { InboundSa, LiveSa, OutboundSa } from "./live-sa.ts";

export class Sad {
  /** By our own address, what an ESP packet is sent to, then by SPI. */
  readonly #inbound = new Map<IpAddress, Map<number, InboundSa>>();
  /** By the peer's address. Most peers have one or two, for which a map by SPI takes three times the memory. */
  readonly #outbound = new Map<IpAddress, readonly OutboundSa[]>();

  /** The SA of an ESP packet that came to `localAddress`. */
  inboundFor(localAddress: IpAddress, spi: number): InboundSa | undefined {
    return this.#inbound.get(localAddress)?.get(spi);
  }

  /** The SA that sends to `peer` with the SPI that the peer has chosen. */
  outboundFor(peer: IpAddress, spi: number): OutboundSa | undefined {
    return this.#outbound.get(peer)?.find((sa) => sa.parameters.spi === spi);
  }

  /** The SA with our own SPI that receives from `peer`, at whichever of our addresses. */
  inboundFrom(peer: IpAddress, spi: number): InboundSa | undefined {
    for (const sas of this.#inbound.values()) {
      const sa = sas.get(spi);
      if (sa?.parameters.peer === peer) return sa;
    }
    return undefined;
  }

  /** All that send from one of our addresses to one of a peer. */
  outboundBetween(localAddress: IpAddress, peer: IpAddress): readonly OutboundSa[] {
    const toPeer = this.#outbound.get(peer) ?? [];
    return toPeer.filter(({ parameters }) => parameters.localAddress === localAddress);
  }

  partnerOf(sa: LiveSa): LiveSa | undefined {
    const { localAddress, peer, pairSpi, spi } = sa.parameters;
    const partner =
      sa.direction === "inbound" ? this.outboundFor(peer, pairSpi) : this.inboundFor(localAddress, pairSpi);
    const isPair = partner?.parameters.pairSpi === spi && partner.parameters.localAddress === localAddress;
    return isPair && partner.parameters.peer === peer ? partner : undefined;
  }

  /** Adds an SA to the database and as newest to its connection. Its place must be free. */
  add(sa: LiveSa): void {
    const { localAddress, peer, spi } = sa.parameters;
    const { connection } = sa.line;
    if (sa.direction === "inbound") {
      const sas = this.#inbound.get(localAddress) ?? new Map<number, InboundSa>();
      this.#inbound.set(localAddress, sas);
      sas.set(spi, sa);
      connection.inbound = connection.inbound.concat(sa);
    } else {
      this.#outbound.set(peer, (this.#outbound.get(peer) ?? []).concat(sa));
      connection.outbound = connection.outbound.concat(sa);
      connection.version++;
    }
  }

  remove(sa: LiveSa): void {
    const { localAddress, peer, spi } = sa.parameters;
    const { connection } = sa.line;
    if (sa.direction === "inbound") {
      const sas = this.#inbound.get(localAddress);
      sas?.delete(spi);
      if (sas?.size === 0) this.#inbound.delete(localAddress);
      connection.inbound = connection.inbound.filter((other) => other !== sa);
    } else {
      const others = this.#outbound.get(peer)?.filter((other) => other !== sa) ?? [];
      if (others.length === 0) this.#outbound.delete(peer);
      else this.#outbound.set(peer, others);
      connection.outbound = connection.outbound.filter((other) => other !== sa);
      connection.version++;
    }
  }

  has(sa: LiveSa): boolean {
    const { localAddress, peer, spi } = sa.parameters;
    return (
      sa === (sa.direction === "inbound" ? this.inboundFor(localAddress, spi) : this.outboundFor(peer, spi))
    );
  }

  /** All SAs, inbound first, in order of installation within an address. */
  *all(): Generator<LiveSa> {
    for (const sas of this.#inbound.values()) yield* sas.values();
    for (const sas of this.#outbound.values()) yield* sas;
  }
}

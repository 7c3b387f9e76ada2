/** The security association database (RFC 2401 §4.4.3): finds SAs by address and SPI, and a direction's partner. */
import { MultiMap } from "../base/multi-map.ts";
import { isAh, protocolOf, type SaProtocol } from "../crypto/names.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { InboundSa, LiveSa, OutboundSa } from "./live-sa.ts";
import { type SaParameters, spiFor } from "./security-association.ts";

export class Sad {
  /** By our own address, what an ESP packet is sent to, then by SPI. */
  readonly #inbound: InboundSas = new Map();
  /** Found last: packets come many at a time. */
  #lastInbound: InboundSa | undefined;
  /** The same for AH. A bundle is in both. */
  readonly #inboundAh: InboundSas = new Map();
  /** By the peer's address. Most peers have one or two, for which a map by SPI takes three times the memory. */
  readonly #outbound = new MultiMap<IpAddress, OutboundSa>();

  /** The SA of an ESP packet that came to `localAddress`. */
  inboundFor(localAddress: IpAddress, spi: number): InboundSa | undefined {
    const last = this.#lastInbound?.parameters;
    if (last?.spi !== spi || last.localAddress !== localAddress)
      this.#lastInbound = this.#inbound.get(localAddress)?.get(spi);
    return this.#lastInbound;
  }

  /** The SA of an AH packet that came to `localAddress`. */
  inboundAhFor(localAddress: IpAddress, spi: number): InboundSa | undefined {
    return this.#inboundAh.get(localAddress)?.get(spi);
  }

  /** The SA that receives at `localAddress` by the protocol. */
  inboundBy(protocol: SaProtocol, localAddress: IpAddress, spi: number): InboundSa | undefined {
    return protocol === "esp" ? this.inboundFor(localAddress, spi) : this.inboundAhFor(localAddress, spi);
  }

  /** The SA that sends to `peer` by the protocol with the SPI that the peer has chosen. */
  outboundBy(protocol: SaProtocol, peer: IpAddress, spi: number): OutboundSa | undefined {
    return this.#outbound.get(peer).find((sa) => spiFor(sa.parameters, protocol) === spi);
  }

  /** The SA with our own SPI that receives from `peer`, at whichever of our addresses. IKE gives none to two. */
  inboundFrom(peer: IpAddress, spi: number): InboundSa | undefined {
    for (const inbound of [this.#inbound, this.#inboundAh])
      for (const sas of inbound.values()) {
        const sa = sas.get(spi);
        if (sa?.parameters.peer === peer) return sa;
      }
    return undefined;
  }

  /** All that send from one of our addresses to one of a peer. */
  outboundBetween(localAddress: IpAddress, peer: IpAddress): readonly OutboundSa[] {
    return this.#outbound.get(peer).filter(({ parameters }) => parameters.localAddress === localAddress);
  }

  partnerOf(sa: LiveSa): LiveSa | undefined {
    const { localAddress, peer, pairSpi, spi, suite } = sa.parameters;
    const protocol = protocolOf(suite);
    const partner =
      sa.direction === "inbound"
        ? this.outboundBy(protocol, peer, pairSpi)
        : this.inboundBy(protocol, localAddress, pairSpi);
    const isPair = partner?.parameters.pairSpi === spi && partner.parameters.localAddress === localAddress;
    return isPair && partner.parameters.peer === peer ? partner : undefined;
  }

  /** Adds an SA to the database and as newest to its connection. Its place must be free. */
  add(sa: LiveSa): void {
    const { localAddress, peer } = sa.parameters;
    const { connection } = sa.line;
    if (sa.direction === "inbound") {
      for (const [inbound, spi] of this.#placesOf(sa)) {
        const sas = inbound.get(localAddress) ?? new Map<number, InboundSa>();
        inbound.set(localAddress, sas);
        sas.set(spi, sa);
      }
      connection.inbound = connection.inbound.concat(sa);
    } else {
      this.#outbound.add(peer, sa);
      connection.outbound = connection.outbound.concat(sa);
    }
  }

  remove(sa: LiveSa): void {
    const { localAddress, peer } = sa.parameters;
    const { connection } = sa.line;
    if (sa === this.#lastInbound) this.#lastInbound = undefined;
    if (sa.direction === "inbound") {
      for (const [inbound, spi] of this.#placesOf(sa)) {
        const sas = inbound.get(localAddress);
        sas?.delete(spi);
        if (sas?.size === 0) inbound.delete(localAddress);
      }
      connection.inbound = connection.inbound.filter((other) => other !== sa);
    } else {
      this.#outbound.remove(peer, sa);
      connection.outbound = connection.outbound.filter((other) => other !== sa);
    }
  }

  /** An SA that has a place which one with these parameters needs. */
  inTheWayOf(parameters: SaParameters): LiveSa | undefined {
    const { direction, localAddress, peer } = parameters;
    for (const protocol of ANY_PROTOCOL) {
      const spi = spiFor(parameters, protocol);
      const isInbound = direction === "inbound";
      const sa =
        spi === undefined
          ? undefined
          : isInbound
            ? this.inboundBy(protocol, localAddress, spi)
            : this.outboundBy(protocol, peer, spi);
      if (sa !== undefined) return sa;
    }
    return undefined;
  }

  has(sa: LiveSa): boolean {
    return sa === this.inTheWayOf(sa.parameters);
  }

  /** All SAs, inbound first, in order of installation within an address. */
  *all(): Generator<LiveSa> {
    for (const sas of this.#inbound.values()) yield* sas.values();
    for (const sas of this.#inboundAh.values())
      for (const sa of sas.values()) if (isAh(sa.parameters.suite)) yield sa;
    yield* this.#outbound.values();
  }

  #placesOf({ parameters }: InboundSa): readonly (readonly [InboundSas, number])[] {
    const [esp, ah] = [spiFor(parameters, "esp"), spiFor(parameters, "ah")];
    return [
      ...(esp === undefined ? [] : [[this.#inbound, esp] as const]),
      ...(ah === undefined ? [] : [[this.#inboundAh, ah] as const]),
    ];
  }
}

const ANY_PROTOCOL: readonly SaProtocol[] = ["esp", "ah"];

type InboundSas = Map<IpAddress, Map<number, InboundSa>>;

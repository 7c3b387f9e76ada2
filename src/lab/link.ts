/**
 * A shared segment: the interfaces of one subnet, and what the wire does to packets on the way. Resolution of addresses
 * to stations is done by asking who owns the next hop; there is no ARP on the wire.
 */
import { after, type Instant, type Milliseconds, milliseconds } from "../base/time.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { Dice } from "./seeded-random.ts";
import type { World } from "./world.ts";

/** What the wire does. Percentages are of packets, 0 to 100, each drawn for itself. */
export interface LinkConditions {
  readonly delay: Milliseconds;
  /** Up to this much more delay, evenly spread. It does not change the order of packets. */
  readonly jitter: Milliseconds;
  readonly lossPercent: number;
  readonly duplicatePercent: number;
  /** Packets held back so that later ones overtake them. */
  readonly reorderPercent: number;
  /** Packets of which one bit is inverted. */
  readonly corruptPercent: number;
  /** Octets of the largest packet; larger ones are lost. */
  readonly mtu: number;
}

export const GOOD_LINK: LinkConditions = {
  delay: milliseconds(1),
  jitter: milliseconds(0),
  lossPercent: 0,
  duplicatePercent: 0,
  reorderPercent: 0,
  corruptPercent: 0,
  mtu: 1500,
};

/** A station's end of the link. */
export interface LinkPort {
  /** `Initiator Ethernet1/0`. */
  readonly name: string;
  readonly address: IpAddress;
  /** The station takes packets for another's address, because it has a route to it elsewhere (proxy ARP, RFC 1027). */
  answersFor(address: IpAddress): boolean;
  /** A whole IPv4 packet has come. */
  receive(bytes: Uint8Array): void;
}

/** A packet as it left its sender, and what became of it. */
export interface TappedPacket {
  readonly at: Instant;
  readonly link: string;
  readonly from: string;
  readonly bytes: Uint8Array;
  readonly fate: "delivered" | "lost" | "corrupted" | "duplicated" | "too big" | "nobody there";
}

export class Link {
  readonly name: string;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #ports = new Set<LinkPort>();
  readonly #taps: ((packet: TappedPacket) => void)[] = [];
  /** Per sender, when its latest packet that kept its place arrives. */
  readonly #lastArrival = new Map<LinkPort, Instant>();
  #conditions: LinkConditions;

  constructor(world: World, name: string, conditions: LinkConditions, seed: number) {
    this.#world = world;
    this.name = name;
    this.#conditions = conditions;
    this.#dice = new Dice(`${seed}/link/${name}`);
  }

  get conditions(): LinkConditions {
    return this.#conditions;
  }

  /** From now on the wire behaves otherwise; packets under way are not touched. */
  setConditions(conditions: LinkConditions): void {
    this.#conditions = conditions;
  }

  get ports(): readonly LinkPort[] {
    return [...this.#ports];
  }

  attach(port: LinkPort): void {
    this.#ports.add(port);
  }

  /** Packets under way to the port are lost. */
  detach(port: LinkPort): void {
    this.#ports.delete(port);
    this.#lastArrival.delete(port);
  }

  tap(listener: (packet: TappedPacket) => void): void {
    this.#taps.push(listener);
  }

  /** Puts a packet on the wire towards `nextHop`. False if nobody there has that address, as when ARP is not answered. */
  transmit(from: LinkPort, nextHop: IpAddress, bytes: Uint8Array): boolean {
    const stations = this.#stationsFor(from, nextHop);
    const fate = stations.length === 0 ? "nobody there" : this.#fate(bytes);
    for (const listener of this.#taps)
      listener({ at: this.#world.now, link: this.name, from: from.name, bytes, fate });
    if (fate === "lost" || fate === "too big") return true;
    for (const to of stations) {
      this.#deliver(from, to, fate === "corrupted" ? this.#corrupted(bytes) : bytes);
      if (fate === "duplicated") this.#deliver(from, to, bytes);
    }
    return stations.length > 0;
  }

  /** The address's owner goes before who answers for it; what is for many goes to all. */
  #stationsFor(from: LinkPort, nextHop: IpAddress): readonly LinkPort[] {
    const others = [...this.#ports].filter((port) => port !== from);
    if (Number.parseInt(nextHop, 10) >= FIRST_MULTICAST) return others;
    const owner =
      others.find(({ address }) => address === nextHop) ?? others.find((port) => port.answersFor(nextHop));
    return owner === undefined ? [] : [owner];
  }

  #fate(bytes: Uint8Array): TappedPacket["fate"] {
    const { lossPercent, corruptPercent, duplicatePercent, mtu } = this.#conditions;
    if (bytes.length > mtu) return "too big";
    if (this.#dice.happens(lossPercent)) return "lost";
    if (this.#dice.happens(corruptPercent)) return "corrupted";
    if (this.#dice.happens(duplicatePercent)) return "duplicated";
    return "delivered";
  }

  #deliver(from: LinkPort, to: LinkPort, bytes: Uint8Array): void {
    // Each receiver gets its own octets: what one does to them must not reach another.
    const copy = bytes.slice();
    this.#world.at(this.#arrival(from), () => {
      if (this.#ports.has(to)) to.receive(copy);
    });
  }

  #arrival(from: LinkPort): Instant {
    const { delay, jitter, reorderPercent } = this.#conditions;
    const spread = jitter > 0 ? this.#dice.between(0, jitter) : 0;
    const arrival = after(this.#world.now, milliseconds(delay + spread));
    if (this.#dice.happens(reorderPercent)) {
      const heldBack = this.#dice.between(REORDER_MIN, REORDER_MAX);
      return after(arrival, milliseconds(heldBack + delay * 2));
    }
    const last = this.#lastArrival.get(from);
    const inOrder = last !== undefined && last > arrival ? last : arrival;
    this.#lastArrival.set(from, inOrder);
    return inOrder;
  }

  #corrupted(bytes: Uint8Array): Uint8Array {
    const copy = bytes.slice();
    const bit = this.#dice.between(0, copy.length * 8 - 1);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  }
}

/** First octet of multicast addresses, and of limited broadcast. */
const FIRST_MULTICAST = 224;

/** Milliseconds that a packet is held back at least and at most, so that some that follow overtake it. */
const REORDER_MIN = 5;
const REORDER_MAX = 40;

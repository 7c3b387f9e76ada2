/**
 * TCP packets of one flow that come one after the other by the same SA: their data is gathered behind that of the first, and they
 * are handed over as one packet. What goes on with a train has the headers of its first packet, which the policy allows, so
 * nothing more is asked.
 */
import { TcpJoin } from "../net/tcp-join.ts";
import type { InboundSa } from "./live-sa.ts";
import type { DataPlaneOutput } from "./outbox.ts";
import type { PacketSpace } from "./packet-space.ts";

export class InboundTrain {
  readonly #join: TcpJoin;
  /** By which the train comes; undefined where there is none. */
  #sa: InboundSa | undefined;
  #interfaceName = "";
  /** The first packet alone, and the octets in which it begins; the data of all ends at `#end`. */
  #first: Uint8Array = new Uint8Array();
  #octets: Uint8Array = this.#first;
  #start = 0;
  #end = 0;

  constructor(space: PacketSpace) {
    this.#join = new TcpJoin((octets) => space.summed(octets));
  }

  /**
   * The packet of `octets` from `at` on is handed over, and may be the first of a train; there is none before. What lies behind it in
   * `octets` is free for the data of those that follow, up to where these are themselves.
   */
  begins(sa: InboundSa, interfaceName: string, packet: Uint8Array, octets: Uint8Array, at: number): boolean {
    if (!this.#join.offer(octets, at, at + packet.length)) return false;
    this.#sa = sa;
    this.#interfaceName = interfaceName;
    this.#first = packet;
    this.#octets = octets;
    this.#start = at;
    this.#end = at + packet.length;
    return true;
  }

  /** Whether what came by the SA, in `octets` from `at` to `end`, goes on with the train; it is part of it then. */
  goesOn(sa: InboundSa, octets: Uint8Array, at: number, end: number): boolean {
    if (sa !== this.#sa || octets !== this.#octets) return false;
    if (!this.#join.offerData(octets, at, end, this.#end)) return false;
    this.#end += end - at - this.#join.headerLength;
    return true;
  }

  /** The train as one packet, if there is one. */
  end(): DataPlaneOutput | undefined {
    if (this.#sa === undefined) return undefined;
    this.#sa = undefined;
    const { segmentLength } = this.#join.take();
    const interfaceName = this.#interfaceName;
    if (segmentLength === 0)
      return { kind: "receive", interfaceName, bytes: this.#first, wasProtected: true };
    const bytes = this.#octets.subarray(this.#start, this.#end);
    return { kind: "receive", interfaceName, bytes, wasProtected: true, segmentLength };
  }
}

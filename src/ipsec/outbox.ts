/** What the data plane wants done, in order, until the gateway takes it. */
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { IpsecEvent } from "./events.ts";
import type { RemovedPair } from "./live-sa.ts";
import type { PeerMove } from "./peer-moves.ts";

export type DataPlaneOutput =
  /**
   * A whole IPv4 packet leaves by an interface. With a `segmentLength` it is a train of datagrams (`net/udp-train.ts`), to be
   * sent as packets with so many octets of payload each; only what came as a train leaves as one.
   */
  | {
      readonly kind: "transmit";
      readonly interfaceName: string;
      readonly bytes: Uint8Array;
      readonly segmentLength?: number;
    }
  /**
   * A whole IPv4 packet to be routed on: decrypted and checked, allowed in clear, or made here for a sender. With a `segmentLength` it
   * is several TCP packets with so many octets of data each, joined to one, whose checksum is that of its pseudo-header.
   */
  | {
      readonly kind: "receive";
      readonly interfaceName: string;
      readonly bytes: Uint8Array;
      readonly wasProtected: boolean;
      readonly segmentLength?: number;
    }
  | NegotiateOutput
  /** An SA has reached the end of its lifetime, or was not wanted: the peer is to be told by a Delete. */
  | ({ readonly kind: "pair-expired" } & RemovedPair)
  /** Its ESP says so: IKE is to follow. */
  | ({ readonly kind: "peer-moved" } & PeerMove)
  | { readonly kind: "event"; readonly event: IpsecEvent };

/** IKE is to negotiate a pair of SAs. */
export interface NegotiateOutput {
  readonly kind: "negotiate";
  readonly connectionId: string;
  readonly peer: IpAddress;
  readonly selector: TrafficSelector;
  readonly reason: "traffic" | "lifetime" | "volume" | "sequence number";
  /** Our SPI of the pair that is being renewed. */
  readonly replaces?: number;
}

export class Outbox {
  #outputs: DataPlaneOutput[] = [];

  push(output: DataPlaneOutput): void {
    this.#outputs.push(output);
  }

  event(event: IpsecEvent): void {
    this.#outputs.push({ kind: "event", event });
  }

  drain(): readonly DataPlaneOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}

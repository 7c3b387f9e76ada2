/**
 * Two data planes, A and B, back to back in virtual time: a link that delays and reorders, and in IKE's place a stub that
 * answers every request with a pair of SAs after a delay. Collects what was delivered and what went over the link.
 */

import { hex } from "../../src/base/octets.ts";
import { type Instant, instant } from "../../src/base/time.ts";
import type { EspSuite } from "../../src/crypto/names.ts";
import { DataPlane, type DataPlaneOptions, type DataPlaneOutput } from "../../src/ipsec/data-plane.ts";
import type { NegotiateOutput } from "../../src/ipsec/outbox.ts";
import { FragmentReassembler } from "../../src/net/fragments.ts";
import { parseIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { mirror } from "../../src/net/selector.ts";
import { AES_SHA, keyedPair, POLICY_A, POLICY_B, seededRandom, WAN } from "./data-plane-fixtures.ts";

export type End = "a" | "b";

export interface TwoPlanesOptions {
  readonly suite?: EspSuite;
  readonly lifetimeSeconds?: number;
  readonly lifetimeKilobytes?: number;
  readonly ikeDelayMilliseconds?: number;
  readonly linkDelayMilliseconds?: number;
  /** Each packet is later by up to this much. */
  readonly linkJitterMilliseconds?: number;
  readonly limits?: DataPlaneOptions["limits"];
  readonly holdPackets?: boolean;
  readonly seed?: number;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
}

export class TwoPlanes {
  readonly planes: { readonly [E in End]: DataPlane };
  /** Inner packets that came out, as text, by the end that got them. */
  readonly delivered: { readonly [E in End]: string[] } = { a: [], b: [] };
  /** Protocol numbers of what crossed the link. */
  readonly onLink: number[] = [];
  readonly negotiations: { readonly at: number; readonly by: End; readonly output: NegotiateOutput }[] = [];
  readonly outputs: { readonly by: End; readonly output: DataPlaneOutput }[] = [];
  /** Milliseconds. */
  now = 0;
  readonly #options: TwoPlanesOptions;
  readonly #happenings: Happening[] = [];
  readonly #hosts = { a: new FragmentReassembler(), b: new FragmentReassembler() };
  #order = 0;
  #nextSpi = 0x1000;
  readonly #dice: () => number;

  constructor(options: TwoPlanesOptions = {}) {
    this.#options = options;
    const random = seededRandom(options.seed ?? 1);
    this.#dice = () => (random.bytes("jitter", 1)[0] ?? 0) / 256;
    const { holdPackets = true, limits = {} } = options;
    this.planes = {
      a: new DataPlane({ policy: POLICY_A, random: seededRandom(2), holdPackets, limits }),
      b: new DataPlane({ policy: POLICY_B, random: seededRandom(3), holdPackets, limits }),
    };
  }

  get instant(): Instant {
    return instant(this.now);
  }

  /** Sends a packet from the host behind an end, at a time in milliseconds. */
  sendAt(at: number, end: End, packet: Uint8Array): void {
    this.#later(at, () => this.planes[end].outbound(this.instant, WAN, packet));
  }

  /** Lets everything happen that is due by then. */
  runUntil(end: number): void {
    for (;;) {
      this.#drain();
      const next = this.#happenings[0];
      const wakeAt = Math.min(this.#deadline("a"), this.#deadline("b"));
      const at = Math.min(next?.at ?? Number.POSITIVE_INFINITY, wakeAt);
      if (at > end) break;
      this.now = Math.max(this.now, at);
      if (next !== undefined && next.at <= wakeAt) {
        this.#happenings.shift();
        next.happen();
      } else for (const plane of [this.planes.a, this.planes.b]) plane.wake(this.instant);
    }
    this.now = end;
  }

  #deadline(end: End): number {
    return this.planes[end].nextDeadline()?.at ?? Number.POSITIVE_INFINITY;
  }

  #later(at: number, happen: () => void): void {
    this.#happenings.push({ at, order: this.#order++, happen });
    this.#happenings.sort((x, y) => x.at - y.at || x.order - y.order);
  }

  #drain(): void {
    for (const end of ["a", "b"] as const)
      for (const output of this.planes[end].drain()) this.#perform(end, output);
  }

  /** To the host behind an end, which puts packets together. */
  #deliver(end: End, bytes: Uint8Array): void {
    const packet = parseIpv4Packet(bytes);
    const whole = packet && this.#hosts[end].add(this.instant, packet);
    if (whole !== undefined) this.delivered[end].push(hex(whole.bytes));
  }

  #perform(end: End, output: DataPlaneOutput): void {
    this.outputs.push({ by: end, output });
    const other = end === "a" ? "b" : "a";
    const { linkDelayMilliseconds = 10, linkJitterMilliseconds = 0 } = this.#options;
    switch (output.kind) {
      case "transmit": {
        const protocol = output.bytes[9] ?? 0;
        this.onLink.push(protocol);
        const at = this.now + linkDelayMilliseconds + this.#dice() * linkJitterMilliseconds;
        const peer = this.planes[other];
        if (protocol === 50) this.#later(at, () => peer.inboundEsp(this.instant, WAN, output.bytes));
        else this.#later(at, () => peer.inboundClear(this.instant, WAN, output.bytes));
        break;
      }
      case "receive":
        this.#deliver(end, output.bytes);
        break;
      case "negotiate":
        this.negotiations.push({ at: this.now, by: end, output });
        this.#negotiate(end, output);
        break;
      case "pair-expired": {
        const { localAddress, inbound } = output;
        const told = this.planes[other];
        this.#later(this.now + linkDelayMilliseconds, () =>
          inbound.forEach(({ protocol, spi }) => {
            told.remove(this.instant, localAddress, spi, "outbound", "peer deleted", { protocol });
          }),
        );
        break;
      }
      case "event":
    }
  }

  /** As quick mode does it: the responder can receive before QM2, the initiator is ready with QM2, the responder sends after QM3. */
  #negotiate(end: End, { selector }: NegotiateOutput): void {
    const { suite = AES_SHA, lifetimeSeconds, lifetimeKilobytes, ikeDelayMilliseconds = 60 } = this.#options;
    const spiOfA = this.#nextSpi;
    this.#nextSpi += 2;
    const install = (share: number, which: "inboundA" | "outboundA" | "inboundB" | "outboundB") =>
      this.#later(this.now + ikeDelayMilliseconds * share, () => {
        const pair = keyedPair({
          suite,
          spiOfA,
          initiator: end,
          selector: end === "a" ? selector : mirror(selector),
          installedAt: this.instant,
          ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
          ...(lifetimeKilobytes === undefined ? {} : { lifetimeKilobytes }),
        });
        this.planes[which.endsWith("A") ? "a" : "b"].install(this.instant, pair[which]);
      });
    install(1 / 3, end === "a" ? "inboundB" : "inboundA");
    install(2 / 3, end === "a" ? "inboundA" : "inboundB");
    install(2 / 3, end === "a" ? "outboundA" : "outboundB");
    install(1, end === "a" ? "outboundB" : "outboundA");
  }
}

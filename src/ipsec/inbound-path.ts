/** A packet that has come in: ESP is checked, decrypted and checked again (RFC 2401 §5.2, RFC 2406 §3.4); clear is held against the policy. */
import type { Instant } from "../base/time.ts";
import { flowOf } from "../net/flow.ts";
import { FragmentReassembler } from "../net/fragments.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { type Ipv4Packet, isCut, isFragment, parseIpv4Packet } from "../net/ipv4-packet.ts";
import type { Flow } from "../net/selector.ts";
import { beginsConnection, lowerAnnouncedMss } from "../net/tcp-mss.ts";
import { type DataPlaneParts, tellDrop, tellMalformed } from "./data-plane-parts.ts";
import { type EspHeader, openEsp, readEspHeader } from "./esp.ts";
import type { PacketDropReason } from "./events.ts";
import { isKeyingTraffic } from "./keying-traffic.ts";
import { type InboundSa, isExpired, renewalReason } from "./live-sa.ts";
import { flowMatches, packetFlowOf, reversed, selectsPorts } from "./packet-flow.ts";
import { followPeer } from "./peer-moves.ts";
import { dependsOnPorts, PortFragments } from "./port-fragments.ts";
import { countDrops, decide, type InterfacePolicy, lineKey } from "./protected-policy.ts";
import type { SaLifecycle } from "./sa-lifecycle.ts";
import { fittingMss, pathOf } from "./sa-path.ts";
import { transportedPacket } from "./transport.ts";
import { innerPacket } from "./tunnel.ts";

/** How an ESP packet came. A whole IPv4 packet says it itself. */
export interface EspArrival {
  readonly source: IpAddress;
  /** One of our addresses. */
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly typeOfService: number;
  /** Of the UDP that it came in. */
  readonly sourcePort?: number;
}

/** What is known of a packet that is being opened. */
interface Opening {
  readonly now: Instant;
  readonly outer: EspArrival;
  readonly header: EspHeader;
}

export class InboundPath {
  readonly #parts: DataPlaneParts;
  readonly #lifecycle: SaLifecycle;
  /** ESP packets are put together before they are opened (RFC 2406 §3.4.1). */
  readonly #reassembler = new FragmentReassembler();
  /** Kept apart: strangers must not push out what peers have sent. */
  readonly #innerFragments = new PortFragments();
  readonly #clearFragments = new PortFragments();

  constructor(parts: DataPlaneParts, lifecycle: SaLifecycle) {
    this.#parts = parts;
    this.#lifecycle = lifecycle;
  }

  /** A packet of protocol 50 to one of our addresses, or a fragment of one. */
  esp(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const received = parseIpv4Packet(bytes);
    if (received === undefined) {
      tellMalformed(this.#parts, now, bytes);
      return;
    }
    const outer = this.#reassembler.add(now, isFragment(received) ? ownCopy(received) : received);
    if (outer === undefined) return;
    this.receiveEsp(now, interfaceName, outer, outer.bytes, outer.headerLength, outer.bytes.length);
  }

  /** The ESP packet in `octets` from `start` to `end`. */
  receiveEsp(
    now: Instant,
    interfaceName: string,
    outer: EspArrival,
    octets: Uint8Array,
    start: number,
    end: number,
  ): void {
    const header = readEspHeader(octets, start, end);
    const sa = header === undefined ? undefined : this.#parts.sad.inboundFor(outer.destination, header.spi);
    if (header === undefined) {
      const detail = `${end - start} bytes are too few for SPI and sequence number`;
      this.#tell({ now, outer, header }, "malformed", detail);
    } else if (sa === undefined) {
      this.#tell({ now, outer, header }, "unknown spi", "no SA has this SPI");
    } else {
      const inner = this.#open({ now, outer, header }, sa, octets, start, end);
      if (inner !== undefined && this.#parts.lowersMss && beginsConnection(inner)) this.#lowerMss(sa, inner);
      if (inner !== undefined) this.#receive(interfaceName, inner, true);
      this.#afterwards(now, sa);
    }
  }

  /** A packet in clear: dropped if the policy protects what answers it, because then it must be protected too. */
  clear(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const received = parseIpv4Packet(bytes);
    if (received === undefined) {
      tellMalformed(this.#parts, now, bytes);
      return;
    }
    const policy = this.#parts.policy.interfaces.get(interfaceName);
    const packet = this.#clearWhole(now, interfaceName, policy, received);
    if (packet === undefined) return;
    const answers = reversed(packetFlowOf(packet.bytes));
    const line = policy === undefined ? undefined : decide(policy, answers).line;
    if (line === undefined || isKeyingTraffic(answers, line.connection.interface.localAddress)) {
      this.#receive(interfaceName, packet.bytes, false);
      return;
    }
    countDrops(line.counters, "receiveErrors", "not protected");
    const { entry, interface: protectedInterface } = line.connection;
    const detail = `crypto map ${protectedInterface.mapName} ${entry.sequence} protects it`;
    this.#tell({ now, outer: packet, header: undefined }, "not protected", detail, flowOf(packet));
  }

  /** Forgets fragments that have waited too long. */
  expireFragments(now: Instant): void {
    this.#reassembler.expire(now);
    this.#innerFragments.expire(now);
    this.#clearFragments.expire(now);
  }

  #clearWhole(
    now: Instant,
    interfaceName: string,
    policy: InterfacePolicy | undefined,
    packet: Ipv4Packet,
  ): Ipv4Packet | undefined {
    if (!isFragment(packet) || policy === undefined) return packet;
    if (!dependsOnPorts(policy, reversed(packetFlowOf(packet.bytes)))) return packet;
    const whole = this.#clearFragments.whole(now, packet.bytes, interfaceName);
    return whole && parseIpv4Packet(whole);
  }

  /** The inner packet, or undefined where there is none to deliver. */
  #open(
    opening: Opening,
    sa: InboundSa,
    octets: Uint8Array,
    start: number,
    end: number,
  ): Uint8Array | undefined {
    const { now, outer, header } = opening;
    if (isExpired(sa, now)) return this.#refuse(opening, sa, "expired", "the SA's lifetime is over");
    if (sa.replayWindow?.isAcceptable(header.sequenceNumber) === false) {
      sa.replayErrors++;
      const detail = `seen before, or more than ${sa.replayWindow.size} behind ${sa.replayWindow.highest}`;
      return this.#refuse(opening, sa, "replayed", detail);
    }
    const opened = openEsp(sa.transforms, octets, this.#parts.space, start, end);
    if (opened.kind === "bad icv") {
      sa.icvErrors++;
      return this.#refuse(opening, sa, "bad icv", "the integrity check value is wrong");
    }
    if (opened.kind === "malformed") return this.#refuse(opening, sa, "malformed", opened.detail);
    // Only now: an attacker must not be able to move the window (RFC 2406 §3.4.3).
    sa.replayWindow?.mark(header.sequenceNumber);
    if (header.sequenceNumber > sa.sequenceNumber) {
      sa.sequenceNumber = header.sequenceNumber;
      followPeer(this.#parts, sa, outer.source, outer.sourcePort);
    }
    sa.packets++;
    sa.octets += opened.octets;
    const { counters } = sa.line;
    if (sa.transforms.icvLength > 0) counters.verified++;
    counters.decrypted++;
    const { nextHeader, payload } = opened;
    const inner =
      sa.parameters.mode === "transport"
        ? transportedPacket(sa.parameters, outer, nextHeader, payload)
        : innerPacket(outer.typeOfService, nextHeader, payload);
    if (inner.kind === "malformed") return this.#refuse(opening, sa, "malformed", inner.detail);
    counters.decapsulated++;
    if (inner.kind === "dummy") return undefined;
    const whole =
      isCut(inner.bytes) && selectsPorts(sa.selector)
        ? this.#innerFragments.whole(now, inner.bytes, lineKey(sa.line))
        : inner.bytes;
    if (whole === undefined) return undefined;
    if (flowMatches(sa.selector, reversed(packetFlowOf(whole)))) return whole;
    const packet = parseIpv4Packet(whole);
    const flow = packet === undefined ? undefined : flowOf(packet);
    return this.#refuse(opening, sa, "selector mismatch", "the SA is not for this traffic", flow);
  }

  /** The connection's answers go by the partner of the SA. */
  #lowerMss(sa: InboundSa, inner: Uint8Array): void {
    const { sad, paths } = this.#parts;
    const partner = sad.partnerOf(sa);
    if (partner?.direction === "outbound") lowerAnnouncedMss(inner, fittingMss(pathOf(partner, paths)));
  }

  #afterwards(now: Instant, sa: InboundSa): void {
    if (isExpired(sa, now)) this.#lifecycle.expire(sa);
    else if (now >= sa.renewAfter && renewalReason(sa, now, this.#parts.limits) !== undefined)
      this.#lifecycle.renew(now, sa);
  }

  #receive(interfaceName: string, bytes: Uint8Array, wasProtected: boolean): void {
    this.#parts.outbox.push({ kind: "receive", interfaceName, bytes, wasProtected });
  }

  #refuse(opening: Opening, sa: InboundSa, reason: PacketDropReason, detail: string, flow?: Flow): undefined {
    countDrops(sa.line.counters, "receiveErrors", reason);
    this.#tell(opening, reason, detail, flow);
  }

  #tell(
    { now, outer, header }: Omit<Opening, "header"> & { readonly header: EspHeader | undefined },
    reason: PacketDropReason,
    detail: string,
    flow?: Flow,
  ): void {
    tellDrop(this.#parts, now, {
      reason,
      source: outer.source,
      destination: outer.destination,
      protocol: outer.protocol,
      spi: header?.spi,
      sequenceNumber: header?.sequenceNumber,
      flow,
      detail,
    });
  }
}

/** The packet in octets of its own: those it came in are only lent. */
function ownCopy(packet: Ipv4Packet): Ipv4Packet {
  const bytes = packet.bytes.slice();
  return { ...packet, bytes, payload: bytes.subarray(packet.headerLength) };
}

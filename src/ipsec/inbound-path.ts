/** A packet that has come in: AH and ESP are checked, decrypted and checked again (RFC 2401 §5.2, RFC 2406 §3.4); clear is held against the policy. */
import type { Instant } from "../base/time.ts";
import { flowOf } from "../net/flow.ts";
import { FragmentReassembler } from "../net/fragments.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { type Ipv4Packet, isCut, isFragment, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import type { Flow } from "../net/selector.ts";
import { beginsConnection, lowerAnnouncedMss } from "../net/tcp-mss.ts";
import { openAh, readAhHeader } from "./ah.ts";
import { type DataPlaneParts, tellDrop, tellMalformed } from "./data-plane-parts.ts";
import { type EspHeader, openEsp, readEspHeader } from "./esp.ts";
import type { PacketDropReason } from "./events.ts";
import { InboundTrain } from "./inbound-train.ts";
import { isKeyingTraffic } from "./keying-traffic.ts";
import { type Arrivals, type InboundSa, isExpired, renewalReason } from "./live-sa.ts";
import { answeringFlowOf, flowMatches, selectsPorts } from "./packet-flow.ts";
import { followPeer } from "./peer-moves.ts";
import { PlaintextRoom } from "./plaintext-room.ts";
import { dependsOnPorts, PortFragments } from "./port-fragments.ts";
import { countDrops, countersOf, decide, type InterfacePolicy, lineKey } from "./protected-policy.ts";
import { isAuthenticated } from "./protection.ts";
import type { SaLifecycle } from "./sa-lifecycle.ts";
import { fittingMss, pathOf } from "./sa-path.ts";
import { transportedPacket } from "./transport.ts";
import { type InnerPacket, innerPacket } from "./tunnel.ts";

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
  /** Of ESP or AH: what is read of both. */
  readonly header: EspHeader;
}

export class InboundPath {
  readonly #parts: DataPlaneParts;
  readonly #lifecycle: SaLifecycle;
  /** ESP and AH packets are put together before they are opened (RFC 2406 §3.4.1, RFC 2402 §3.4.1). */
  readonly #reassembler = new FragmentReassembler();
  /** Kept apart: strangers must not push out what peers have sent. */
  readonly #innerFragments = new PortFragments();
  readonly #clearFragments = new PortFragments();
  readonly #plaintexts: PlaintextRoom;
  /** The payload that was opened last, and where in the room it begins. */
  #payload: Uint8Array | undefined;
  #payloadAt = 0;
  readonly #train: InboundTrain;

  constructor(parts: DataPlaneParts, lifecycle: SaLifecycle) {
    this.#parts = parts;
    this.#plaintexts = new PlaintextRoom(parts.space);
    this.#train = new InboundTrain(parts.space);
    this.#lifecycle = lifecycle;
  }

  /** A packet of protocol 50 to one of our addresses, or a fragment of one. */
  esp(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const outer = this.#whole(now, bytes);
    if (outer === undefined) return;
    this.receiveEsp(now, interfaceName, outer, outer.bytes, outer.headerLength, outer.bytes.length);
  }

  /** A packet of protocol 51 to one of our addresses, or a fragment of one. */
  ah(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const outer = this.#whole(now, bytes);
    if (outer === undefined) return;
    const header = readAhHeader(outer.bytes, outer.headerLength);
    const sa = header && this.#parts.sad.inboundAhFor(outer.destination, header.spi);
    if (header === undefined)
      this.#tell({ now, outer, header }, "malformed", `${outer.payload.length} bytes are too few for AH`);
    else if (sa === undefined) this.#tell({ now, outer, header }, "unknown spi", "no SA has this SPI");
    else this.#deliver(now, interfaceName, sa, this.#openAh({ now, outer, header }, sa, outer));
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
    } else if (sa.ah !== undefined) {
      // All that was negotiated must have been applied (RFC 2401 §5.2.1).
      this.#refuse({ now, outer, header }, sa, "not protected", "it has come without the AH of its bundle");
    } else this.#deliver(now, interfaceName, sa, this.#open({ now, outer, header }, sa, octets, start, end));
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
    const answers = answeringFlowOf(packet.bytes);
    const line = policy === undefined ? undefined : decide(policy, answers).line;
    if (line === undefined || isKeyingTraffic(answers, line.connection.interface.localAddress)) {
      this.#receive(interfaceName, packet.bytes, undefined);
      return;
    }
    countDrops(line, "receiveErrors", "not protected");
    const { entry, interface: protectedInterface } = line.connection;
    const detail = `crypto map ${protectedInterface.mapName} ${entry.sequence} protects it`;
    this.#tell({ now, outer: packet, header: undefined }, "not protected", detail, flowOf(packet));
  }

  /** What has been opened is handed over: nothing is written beside it any more. */
  leavePlaintexts(): void {
    this.#endTrain();
    this.#plaintexts.leave();
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
    if (!dependsOnPorts(policy, answeringFlowOf(packet.bytes))) return packet;
    const whole = this.#clearFragments.whole(now, packet.bytes, interfaceName);
    return whole && parseIpv4Packet(whole);
  }

  #whole(now: Instant, bytes: Uint8Array): Ipv4Packet | undefined {
    const received = parseIpv4Packet(bytes);
    if (received !== undefined)
      return this.#reassembler.add(now, isFragment(received) ? ownCopy(received) : received);
    tellMalformed(this.#parts, now, bytes);
    return undefined;
  }

  #deliver(now: Instant, interfaceName: string, sa: InboundSa, inner: Uint8Array | undefined): void {
    if (inner !== undefined && this.#parts.lowersMss && beginsConnection(inner)) this.#lowerMss(sa, inner);
    if (inner !== undefined) this.#receive(interfaceName, inner, sa);
    this.#afterwards(now, sa);
  }

  /** As `#open`; in a bundle ESP comes after, and must be that of the bundle. */
  #openAh(opening: Opening, sa: InboundSa, outer: Ipv4Packet): Uint8Array | undefined {
    const { now, header } = opening;
    const { bytes, headerLength, typeOfService } = outer;
    const { ah, parameters } = sa;
    const arrivals = sa.ahArrivals ?? sa;
    if (ah === undefined || !this.#mayOpen(opening, sa, arrivals)) return undefined;
    const opened = openAh(ah, bytes, headerLength);
    if (opened.kind === "malformed") return this.#refuse(opening, sa, "malformed", opened.detail);
    if (opened.kind === "bad icv") return this.#refuseIcv(opening, sa, arrivals);
    mark(arrivals, header.sequenceNumber);
    sa.octets += bytes.length;
    const { nextHeader, payloadAt } = opened;
    if (sa.esp !== undefined) {
      const esp = nextHeader === PROTOCOL.ESP ? readEspHeader(bytes, payloadAt) : undefined;
      if (esp?.spi !== parameters.spi)
        return this.#refuse(opening, sa, "not protected", "within its AH is not the ESP of its bundle");
      return this.#open({ now, outer, header: esp }, sa, bytes, payloadAt, bytes.length);
    }
    sa.packets++;
    const payload = bytes.subarray(payloadAt);
    if (parameters.mode === "transport")
      return this.#accept(opening, sa, transportedPacket(parameters, outer, nextHeader, payload));
    // The octets that it came in are only lent.
    const own = this.#parts.space.allocate(payload.length);
    own.set(payload);
    return this.#accept(opening, sa, innerPacket(typeOfService, nextHeader, own));
  }

  /** The inner packet, or undefined where there is none to deliver. */
  #open(
    opening: Opening,
    sa: InboundSa,
    octets: Uint8Array,
    start: number,
    end: number,
  ): Uint8Array | undefined {
    const { outer, header } = opening;
    const { esp, parameters } = sa;
    if (esp === undefined || !this.#mayOpen(opening, sa, sa)) return undefined;
    const opened = openEsp(esp, octets, this.#plaintexts, start, end);
    if (opened.kind === "bad icv") return this.#refuseIcv(opening, sa, sa);
    if (opened.kind === "malformed") return this.#refuse(opening, sa, "malformed", opened.detail);
    const isNewest = header.sequenceNumber > sa.sequenceNumber;
    mark(sa, header.sequenceNumber);
    if (isNewest) followPeer(this.#parts, sa, outer.source, outer.sourcePort);
    sa.packets++;
    // What AH is around has been counted with it.
    if (sa.ah === undefined) sa.octets += opened.octets;
    const counters = countersOf(sa.line);
    counters.decrypted++;
    const { nextHeader, payloadAt, payloadEnd } = opened;
    const { bytes } = this.#plaintexts;
    if (nextHeader === PROTOCOL.IPV4 && this.#train.goesOn(sa, bytes, payloadAt, payloadEnd)) {
      if (isAuthenticated(sa)) counters.verified++;
      counters.decapsulated++;
      return undefined;
    }
    const payload = bytes.subarray(payloadAt, payloadEnd);
    this.#payload = payload;
    this.#payloadAt = payloadAt;
    const inner =
      parameters.mode === "transport"
        ? transportedPacket(parameters, outer, nextHeader, payload)
        : innerPacket(outer.typeOfService, nextHeader, payload);
    return this.#accept(opening, sa, inner);
  }

  /** A packet that is not too late for its SA, and that has not been seen. */
  #mayOpen(opening: Opening, sa: InboundSa, arrivals: Arrivals): boolean {
    const { replayWindow } = arrivals;
    if (isExpired(sa, opening.now)) this.#refuse(opening, sa, "expired", "the SA's lifetime is over");
    else if (replayWindow?.isAcceptable(opening.header.sequenceNumber) === false) {
      arrivals.replayErrors++;
      const detail = `seen before, or more than ${replayWindow.size} behind ${replayWindow.highest}`;
      this.#refuse(opening, sa, "replayed", detail);
    } else return true;
    return false;
  }

  #refuseIcv(opening: Opening, sa: InboundSa, arrivals: Arrivals): undefined {
    arrivals.icvErrors++;
    return this.#refuse(opening, sa, "bad icv", "the integrity check value is wrong");
  }

  /** Of the traffic that the SA is for, once it is whole. */
  #accept(opening: Opening, sa: InboundSa, inner: InnerPacket): Uint8Array | undefined {
    const { now } = opening;
    const counters = countersOf(sa.line);
    if (isAuthenticated(sa)) counters.verified++;
    if (inner.kind === "malformed") return this.#refuse(opening, sa, "malformed", inner.detail);
    counters.decapsulated++;
    if (inner.kind === "dummy") return undefined;
    const whole =
      isCut(inner.bytes) && selectsPorts(sa.selector)
        ? this.#innerFragments.whole(now, inner.bytes, lineKey(sa.line))
        : inner.bytes;
    if (whole === undefined) return undefined;
    if (flowMatches(sa.selector, answeringFlowOf(whole))) return whole;
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

  /** By an SA, or in clear. */
  #receive(interfaceName: string, bytes: Uint8Array, sa: InboundSa | undefined): void {
    this.#endTrain();
    if (sa !== undefined && this.#begins(interfaceName, bytes, sa)) return;
    this.#parts.outbox.push({ kind: "receive", interfaceName, bytes, wasProtected: sa !== undefined });
  }

  #begins(interfaceName: string, bytes: Uint8Array, sa: InboundSa): boolean {
    if (!this.#parts.joinsTcp || bytes !== this.#payload) return false;
    return this.#train.begins(sa, interfaceName, bytes, this.#plaintexts.bytes, this.#payloadAt);
  }

  #endTrain(): void {
    const train = this.#train.end();
    if (train !== undefined) this.#parts.outbox.push(train);
  }

  #refuse(opening: Opening, sa: InboundSa, reason: PacketDropReason, detail: string, flow?: Flow): undefined {
    countDrops(sa.line, "receiveErrors", reason);
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

/** Only once the ICV has held: an attacker must not be able to move the window (RFC 2406 §3.4.3). */
function mark(arrivals: Arrivals, sequenceNumber: number): void {
  arrivals.replayWindow?.mark(sequenceNumber);
  if (sequenceNumber > arrivals.sequenceNumber) arrivals.sequenceNumber = sequenceNumber;
}

/** The packet in octets of its own: those it came in are only lent. */
function ownCopy(packet: Ipv4Packet): Ipv4Packet {
  const bytes = packet.bytes.slice();
  return { ...packet, bytes, payload: bytes.subarray(packet.headerLength) };
}

/** A packet on its way out: policy, SA, ESP, outer header (RFC 2401 §5.1). */
import type { Instant } from "../base/time.ts";
import { flowOf } from "../net/flow.ts";
import { cutIpv4, IPV4_MTU_MIN } from "../net/fragmentation.ts";
import { icmpErrorAbout, UNREACHABLE } from "../net/icmp.ts";
import {
  faultOfIpv4,
  IPV4_TOTAL_LENGTH_MAX,
  isCut,
  isUncuttable,
  parseIpv4Packet,
} from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { beginsConnection, lowerAnnouncedMss } from "../net/tcp-mss.ts";
import { TcpTrain } from "../net/tcp-train.ts";
import { u16At } from "../net/words.ts";
import { type DataPlaneParts, tellDrop, tellMalformed } from "./data-plane-parts.ts";
import { udpOverhead } from "./esp-in-udp.ts";
import type { PacketDropReason } from "./events.ts";
import type { HoldQueue } from "./hold-queue.ts";
import { IvPool } from "./iv-pool.ts";
import { isKeyingTraffic } from "./keying-traffic.ts";
import { hasRoomFor, type OutboundSa, renewalReason } from "./live-sa.ts";
import type { Negotiator } from "./negotiator.ts";
import { type PacketFlow, packetFlowOf } from "./packet-flow.ts";
import { dependsOnPorts, PortFragments } from "./port-fragments.ts";
import type { ProtectedConnection, ProtectedLine } from "./protected-connection.ts";
import { countDrops, countersOf, decide, isProtected, lineKey, wantedSelector } from "./protected-policy.ts";
import { isAuthenticated, outerProtocol, payloadOffset, sealedLength } from "./protection.ts";
import type { SaLifecycle } from "./sa-lifecycle.ts";
import { fittingMss, pathOf } from "./sa-path.ts";
import { saForFlow } from "./sa-selection.ts";
import { authenticate, sealPayload } from "./sealing.ts";
import { headerLengthOf, putTransportHeaders, renumber } from "./transport.ts";
import { OuterHeader } from "./tunnel.ts";

export class OutboundPath {
  readonly #parts: DataPlaneParts;
  readonly #lifecycle: SaLifecycle;
  readonly #negotiator: Negotiator;
  /** Undefined where packets do not wait for an SA. */
  readonly #holdQueue: HoldQueue | undefined;
  readonly #ivs: IvPool;
  readonly #fragments = new PortFragments();
  #identification: number;

  constructor(
    parts: DataPlaneParts,
    lifecycle: SaLifecycle,
    negotiator: Negotiator,
    holdQueue: HoldQueue | undefined,
  ) {
    this.#parts = parts;
    this.#lifecycle = lifecycle;
    this.#negotiator = negotiator;
    this.#holdQueue = holdQueue;
    this.#ivs = new IvPool(parts.random, parts.limits.ivPoolOctets);
    const [high = 0, low = 0] = parts.random.bytes("ip identification", 2);
    this.#identification = high * 256 + low;
  }

  /**
   * A sound or unsound packet. With a `segmentLength`, a TCP packet that is to be cut into packets with so many octets of
   * data: policy and SA are looked up once for all of them.
   */
  send(now: Instant, interfaceName: string, bytes: Uint8Array, segmentLength = 0): void {
    const train =
      segmentLength === 0 ? undefined : TcpTrain.of(bytes, segmentLength, this.#parts.space.summed(bytes));
    if (faultOfIpv4(bytes) !== undefined || (segmentLength > 0 && train === undefined)) {
      tellMalformed(this.#parts, now, bytes);
      return;
    }
    if (train !== undefined) this.#sendTrain(now, interfaceName, bytes, train);
    else if (isCut(bytes)) this.#sendFragment(now, interfaceName, trimmed(bytes));
    else this.#sendSound(now, interfaceName, trimmed(bytes));
  }

  /** Where ports decide what becomes of its packet, that goes once all its fragments are there. */
  #sendFragment(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const policy = this.#parts.policy.interfaces.get(interfaceName);
    const isAwaited = policy !== undefined && dependsOnPorts(policy, packetFlowOf(bytes));
    const packet = isAwaited ? this.#fragments.whole(now, bytes, interfaceName) : bytes;
    if (packet !== undefined) this.#sendSound(now, interfaceName, packet);
  }

  /** Forgets fragments that have waited too long. */
  expireFragments(now: Instant): void {
    this.#fragments.expire(now);
  }

  #sendSound(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const policy = this.#parts.policy.interfaces.get(interfaceName);
    const flow = packetFlowOf(bytes);
    const decision = policy === undefined ? undefined : decide(policy, flow);
    if (
      policy === undefined ||
      !isProtected(decision) ||
      isKeyingTraffic(flow, policy.interface.localAddress)
    ) {
      if (policy === undefined || isUncuttable(bytes)) this.#transmit(interfaceName, bytes);
      else this.#transmitCut(interfaceName, bytes, Math.max(policy.interface.mtu, IPV4_MTU_MIN));
      return;
    }
    const { line } = decision;
    const { sa, reason, exhausted } = saForFlow(now, policy, flow, decision, this.#parts.limits);
    for (const old of exhausted) this.#lifecycle.expire(old);
    if (sa === undefined) this.#awaitSa(now, interfaceName, line, bytes, reason);
    else if (sa.parameters.mode === "transport" && isCut(bytes)) this.#sendWhole(now, interfaceName, bytes);
    else if (bytes.length <= pathOf(sa, this.#parts.paths).innerMtu)
      this.#protect(now, interfaceName, sa, bytes);
    else this.#protectLong(now, interfaceName, sa, bytes);
  }

  /** A fragment, where transport mode is for whole packets (RFC 2406 §3.1). */
  #sendWhole(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const whole = this.#fragments.whole(now, bytes, interfaceName);
    if (whole !== undefined) this.#sendSound(now, interfaceName, whole);
  }

  /** At once where its SA takes it whole, packet by packet otherwise. */
  #sendTrain(now: Instant, interfaceName: string, bytes: Uint8Array, train: TcpTrain): void {
    const policy = this.#parts.policy.interfaces.get(interfaceName);
    const flow = packetFlowOf(bytes);
    const decision = policy === undefined ? undefined : decide(policy, flow);
    const { sa } =
      policy === undefined || !isProtected(decision)
        ? NO_CHOICE
        : saForFlow(now, policy, flow, decision, this.#parts.limits);
    const path = sa && pathOf(sa, this.#parts.paths);
    const isLong = path !== undefined && train.lengthMax > path.innerMtu;
    const isWhole = sa?.parameters.mode === "tunnel" && !isLong;
    if (isWhole && hasRoomFor(sa, train.count, bytes.length, this.#parts.limits))
      this.#protectTrain(now, interfaceName, sa, bytes, train);
    else if (sa !== undefined && isLong && isUncuttable(bytes) && !path.ignoresInnerDf)
      // Its sender need not be told of each.
      this.#tooBig(now, interfaceName, sa, train.packet(0), path.innerMtu);
    else for (let i = 0; i < train.count; i++) this.#sendSound(now, interfaceName, train.packet(i));
  }

  /** Sends what waited for the connection's SAs; what they do not cover goes on waiting. */
  release(now: Instant, connection: ProtectedConnection): void {
    if (this.#holdQueue === undefined || this.#holdQueue.packets === 0) return;
    for (const line of connection.lines)
      for (const { interfaceName, bytes } of this.#holdQueue.release(lineKey(line)))
        this.send(now, interfaceName, bytes);
  }

  /** There will be no SA for now: what waited for it is dropped. */
  abandon(now: Instant, line: ProtectedLine): void {
    for (const { bytes } of this.#holdQueue?.release(lineKey(line)) ?? []) {
      this.#drop(now, line, bytes, "no sa", "IKE could not negotiate one");
    }
  }

  #protect(now: Instant, interfaceName: string, sa: OutboundSa, given: Uint8Array): void {
    const bytes = this.#parts.lowersMss && beginsConnection(given) ? this.#withFittingMss(sa, given) : given;
    if (sa.parameters.mode === "transport") this.#transport(interfaceName, sa, bytes);
    else {
      const octets = this.#room(sa, bytes.length);
      octets.set(bytes, innerOffset(sa));
      this.#encapsulate(interfaceName, sa, octets, bytes.length, bytes);
    }
    this.#afterwards(now, sa, 1);
  }

  #withFittingMss(sa: OutboundSa, bytes: Uint8Array): Uint8Array {
    const own = bytes.slice();
    lowerAnnouncedMss(own, fittingMss(pathOf(sa, this.#parts.paths)));
    return own;
  }

  /** AH and ESP within the packet, behind its own header. */
  #transport(interfaceName: string, sa: OutboundSa, bytes: Uint8Array): void {
    const { udpEncapsulation } = sa.parameters;
    const headerLength = headerLengthOf(bytes);
    const at = headerLength + udpOverhead(udpEncapsulation);
    const payloadLength = bytes.length - headerLength;
    const octets = this.#parts.space.allocate(at + sealedLength(sa, payloadLength));
    octets.set(bytes.subarray(headerLength), at + payloadOffset(sa));
    sealPayload(sa, this.#ivs, octets, at, payloadLength, bytes[9] ?? 0);
    putTransportHeaders(octets, bytes, sa, udpEncapsulation);
    if (sa.ah !== undefined) {
      // Systems give such packets a number on their way out, and AH covers it.
      if (u16At(octets, 4) === 0) renumber(octets, this.#nextIdentification());
      authenticate(sa, sa.ah, octets, at, bytes[9] ?? 0);
    }
    this.#transmitCut(interfaceName, octets, pathOf(sa, this.#parts.paths).mtu);
  }

  /** The packet does not fit whole: it is cut before or after encryption, or its sender told what would fit. */
  #protectLong(now: Instant, interfaceName: string, sa: OutboundSa, bytes: Uint8Array): void {
    const path = pathOf(sa, this.#parts.paths);
    if (isUncuttable(bytes) && !path.ignoresInnerDf)
      this.#tooBig(now, interfaceName, sa, bytes, path.innerMtu);
    else if (!path.cutsBeforeEncryption && bytes.length > path.cuttableMax)
      this.#tooBig(now, interfaceName, sa, bytes, path.cuttableMax);
    else if (!path.cutsBeforeEncryption) this.#protect(now, interfaceName, sa, bytes);
    else {
      const pieces = cutIpv4(bytes, path.innerMtu);
      if (hasRoomFor(sa, pieces.length, bytes.length, this.#parts.limits))
        for (const piece of pieces) this.#protect(now, interfaceName, sa, piece);
      else
        this.#drop(now, sa.line, bytes, "expired", "the SA is too near its end for all pieces of the packet");
    }
  }

  #protectTrain(
    now: Instant,
    interfaceName: string,
    sa: OutboundSa,
    bytes: Uint8Array,
    train: TcpTrain,
  ): void {
    if (sa.parameters.udpEncapsulation === undefined) {
      const innerAt = innerOffset(sa);
      for (let i = 0; i < train.count; i++) {
        const length = train.lengthOf(i);
        const octets = this.#room(sa, length);
        train.put(i, octets, innerAt);
        this.#encapsulate(interfaceName, sa, octets, length, bytes);
      }
    } else
      for (let from = 0; from < train.count; )
        from += this.#encapsulateTrain(interfaceName, sa, bytes, train, from);
    this.#afterwards(now, sa, train.count);
  }

  /** Packets from `from` on become one train of datagrams; gives how many. */
  #encapsulateTrain(
    interfaceName: string,
    sa: OutboundSa,
    model: Uint8Array,
    train: TcpTrain,
    from: number,
  ): number {
    const outer = outerHeaderOf(sa);
    const segmentLength = sealedLength(sa, train.lengthOf(from));
    const room = Math.floor((IPV4_TOTAL_LENGTH_MAX - outer.length) / segmentLength);
    const count = Math.min(train.count - from, room);
    const last = sealedLength(sa, train.lengthOf(from + count - 1));
    const octets = this.#parts.space.allocate(outer.length + (count - 1) * segmentLength + last);
    const payloadAt = payloadOffset(sa);
    for (let i = 0; i < count; i++) {
      const espAt = outer.length + i * segmentLength;
      train.put(from + i, octets, espAt + payloadAt);
      sealPayload(sa, this.#ivs, octets, espAt, train.lengthOf(from + i), PROTOCOL.IPV4);
    }
    const { outerDf } = pathOf(sa, this.#parts.paths);
    outer.put(octets, this.#nextIdentification(), model[1] ?? 0, outerDf ?? isUncuttable(model));
    this.#parts.outbox.push({ kind: "transmit", interfaceName, bytes: octets, segmentLength });
    return count;
  }

  /** Octets for the outer packet of an inner one of `length`. */
  #room(sa: OutboundSa, length: number): Uint8Array {
    return this.#parts.space.allocate(outerHeaderOf(sa).length + sealedLength(sa, length));
  }

  /** ESP, AH and the outer header around the inner packet, which is in its place in `octets`. `model` is what they take after. */
  #encapsulate(
    interfaceName: string,
    sa: OutboundSa,
    octets: Uint8Array,
    length: number,
    model: Uint8Array,
  ): void {
    const outer = outerHeaderOf(sa);
    const path = pathOf(sa, this.#parts.paths);
    sealPayload(sa, this.#ivs, octets, outer.length, length, PROTOCOL.IPV4);
    outer.put(octets, this.#nextIdentification(), model[1] ?? 0, path.outerDf ?? isUncuttable(model));
    if (sa.ah !== undefined) authenticate(sa, sa.ah, octets, outer.length, PROTOCOL.IPV4);
    this.#transmitCut(interfaceName, octets, path.mtu);
  }

  /** Counts, and sees to a successor when it is time. */
  #afterwards(now: Instant, sa: OutboundSa, packets: number): void {
    const counters = countersOf(sa.line);
    sa.packets += packets;
    counters.encapsulated += packets;
    if (sa.esp !== undefined) counters.encrypted += packets;
    if (isAuthenticated(sa)) counters.digested += packets;
    if (now >= sa.renewAfter && renewalReason(sa, now, this.#parts.limits) !== undefined)
      this.#lifecycle.renew(now, sa);
  }

  /** The packet has no SA: IKE is asked for one, and the packet waits or is dropped, as IOS does. */
  #awaitSa(
    now: Instant,
    interfaceName: string,
    line: ProtectedLine,
    bytes: Uint8Array,
    reason: PacketDropReason,
  ): void {
    const standing = this.ask(now, line, packetFlowOf(bytes));
    if (standing !== undefined) this.#drop(now, line, bytes, reason, standing);
    else if (this.#holdQueue === undefined) this.#drop(now, line, bytes, reason, "IKE negotiates one");
    else if (!this.#holdQueue.hold(lineKey(line), { interfaceName, bytes }))
      this.#drop(now, line, bytes, "hold queue full", "while IKE negotiates an SA");
  }

  /** Sees to it that IKE negotiates for a packet; gives why it does not. */
  ask(
    now: Instant,
    line: ProtectedLine,
    hosts: Pick<PacketFlow, "source" | "destination">,
  ): string | undefined {
    const { connection } = line;
    const selector = wantedSelector(line, hosts);
    const peer = connection.currentPeer;
    if (connection.entry.template !== undefined)
      return "a dynamic crypto map begins no negotiation, its peers do";
    if (connection.entry.manual !== undefined) return "IKE has no part in an entry of type ipsec-manual";
    if (peer === undefined || connection.entry.transformSets.length === 0)
      return "the crypto map entry names no peer or no transform set";
    const asking = this.#negotiator.ask(now, { connection, peer, selector, reason: "traffic" });
    return asking.kind === "resting" ? "IKE could not negotiate one and is not asked again yet" : undefined;
  }

  /** The packet does not fit: its sender is told what would, if it has asked for that by DF (RFC 2401 §6.1, RFC 1191). */
  #tooBig(now: Instant, interfaceName: string, sa: OutboundSa, bytes: Uint8Array, nextHopMtu: number): void {
    this.#drop(now, sa.line, bytes, "too big", `${bytes.length} bytes, at most ${nextHopMtu} fit`);
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined || !packet.dontFragment) return;
    const cause = {
      kind: "destination-unreachable",
      code: UNREACHABLE.FRAGMENTATION_NEEDED,
      nextHopMtu,
    } as const;
    const source = sa.line.connection.interface.localAddress;
    const error = icmpErrorAbout(packet, cause, source, this.#nextIdentification());
    if (error !== undefined)
      this.#parts.outbox.push({ kind: "receive", interfaceName, bytes: error, wasProtected: false });
  }

  #transmitCut(interfaceName: string, bytes: Uint8Array, mtu: number): void {
    if (bytes.length <= mtu) this.#transmit(interfaceName, bytes);
    else for (const piece of cutIpv4(bytes, mtu)) this.#transmit(interfaceName, piece);
  }

  #transmit(interfaceName: string, bytes: Uint8Array): void {
    this.#parts.outbox.push({ kind: "transmit", interfaceName, bytes });
  }

  #drop(
    now: Instant,
    line: ProtectedLine,
    bytes: Uint8Array,
    reason: PacketDropReason,
    detail: string,
  ): void {
    countDrops(line, "sendErrors", reason);
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined) return;
    const { source, destination, protocol } = packet;
    const about = { source, destination, protocol, spi: undefined, sequenceNumber: undefined };
    tellDrop(this.#parts, now, { reason, ...about, flow: flowOf(packet), detail });
  }

  #nextIdentification(): number {
    // Never 0, which some systems replace on the way out.
    this.#identification = (this.#identification + 1) & 0xffff || 1;
    return this.#identification;
  }
}

/** Made with the first packet: most SAs of a large gateway are idle. */
function outerHeaderOf(sa: OutboundSa): OuterHeader {
  sa.outerHeader ??= new OuterHeader({
    local: sa.parameters.localAddress,
    remote: sa.parameters.peer,
    protocol: outerProtocol(sa),
    udp: sa.parameters.udpEncapsulation,
  });
  return sa.outerHeader;
}

/** Where in the outer packet the inner one is. */
function innerOffset(sa: OutboundSa): number {
  return outerHeaderOf(sa).length + payloadOffset(sa);
}

/** What follows the total length is padding of a link. */
function trimmed(bytes: Uint8Array): Uint8Array {
  const length = u16At(bytes, 2);
  return length === bytes.length ? bytes : bytes.subarray(0, length);
}

const NO_CHOICE = { sa: undefined } as const;

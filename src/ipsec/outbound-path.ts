/** A packet on its way out: policy, SA, ESP, outer header (RFC 2401 §5.1). */
import { BugError } from "../base/errors.ts";
import type { Instant } from "../base/time.ts";
import { flowOf } from "../net/flow.ts";
import { fragmentIpv4, IPV4_MTU_MIN } from "../net/fragmentation.ts";
import { icmpErrorAbout, UNREACHABLE } from "../net/icmp.ts";
import { IPV4_TOTAL_LENGTH_MAX, type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { type DataPlaneParts, tellDrop, tellMalformed } from "./data-plane-parts.ts";
import { encryptedLength, sealEsp, sealedLength } from "./esp.ts";
import type { PacketDropReason } from "./events.ts";
import type { HoldQueue } from "./hold-queue.ts";
import { IvPool } from "./iv-pool.ts";
import { isKeyingTraffic } from "./keying-traffic.ts";
import { type OutboundSa, renewalReason } from "./live-sa.ts";
import type { Negotiator } from "./negotiator.ts";
import { packetFlowOf } from "./packet-flow.ts";
import { decide, type ProtectedConnection, type ProtectedLine } from "./protected-policy.ts";
import type { SaLifecycle } from "./sa-lifecycle.ts";
import { saForFlow } from "./sa-selection.ts";
import { innerMtu, outerOverhead, outerPacket } from "./tunnel.ts";

export class OutboundPath {
  readonly #parts: DataPlaneParts;
  readonly #lifecycle: SaLifecycle;
  readonly #negotiator: Negotiator;
  /** Undefined where packets do not wait for an SA. */
  readonly #holdQueue: HoldQueue | undefined;
  readonly #ivs: IvPool;
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

  send(now: Instant, interfaceName: string, bytes: Uint8Array): void {
    const packet = parseIpv4Packet(bytes);
    if (packet === undefined) {
      tellMalformed(this.#parts, now, bytes);
      return;
    }
    const policy = this.#parts.policy.interfaces.get(interfaceName);
    const flow = packetFlowOf(packet);
    const line = policy === undefined ? undefined : decide(policy, flow).line;
    if (policy === undefined || line === undefined || isKeyingTraffic(flow, policy.interface.localAddress)) {
      this.#transmit(interfaceName, packet.bytes);
      return;
    }
    const { sa, reason, exhausted } = saForFlow(now, policy, flow, line, this.#parts.limits);
    for (const old of exhausted) this.#lifecycle.expire(old);
    if (sa === undefined) this.#awaitSa(now, interfaceName, line, packet, reason);
    else if (this.#fits(sa, packet)) this.#protect(now, interfaceName, sa, packet);
    else this.#tooBig(now, interfaceName, sa, packet);
  }

  /** Sends what waited for the connection's SAs; what they do not cover goes on waiting. */
  release(now: Instant, connection: ProtectedConnection): void {
    if (this.#holdQueue === undefined || this.#holdQueue.packets === 0) return;
    for (const line of connection.lines)
      for (const { interfaceName, bytes } of this.#holdQueue.release(line.key))
        this.send(now, interfaceName, bytes);
  }

  /** There will be no SA for now: what waited for it is dropped. */
  abandon(now: Instant, line: ProtectedLine): void {
    for (const { bytes } of this.#holdQueue?.release(line.key) ?? []) {
      const packet = parseIpv4Packet(bytes);
      if (packet !== undefined) this.#drop(now, line, packet, "no sa", "IKE could not negotiate one");
    }
  }

  /** Whatever may be cut fits, up to the longest packet there can be. */
  #fits(sa: OutboundSa, packet: Ipv4Packet): boolean {
    const length =
      outerOverhead(sa.parameters.udpEncapsulation) + sealedLength(sa.transforms, packet.bytes.length);
    return length <= (packet.dontFragment ? mtuOf(sa) : IPV4_TOTAL_LENGTH_MAX);
  }

  #protect(now: Instant, interfaceName: string, sa: OutboundSa, packet: Ipv4Packet): void {
    const { parameters, transforms, line } = sa;
    sa.sequenceNumber++;
    sa.packets++;
    sa.octets += encryptedLength(transforms, packet.bytes.length);
    const header = { spi: parameters.spi, sequenceNumber: sa.sequenceNumber };
    const iv = this.#ivs.draw(transforms.ivLength);
    const esp = sealEsp(transforms, header, iv, packet.bytes, PROTOCOL.IPV4);
    const ends = {
      local: parameters.localAddress,
      remote: parameters.peer,
      udp: parameters.udpEncapsulation,
    };
    const outer = outerPacket(packet, ends, esp, this.#nextIdentification());
    line.counters.encapsulated++;
    line.counters.encrypted++;
    if (transforms.icvLength > 0) line.counters.digested++;
    this.#transmitCut(interfaceName, outer, mtuOf(sa));
    if (now >= sa.renewAfter && renewalReason(sa, now, this.#parts.limits) !== undefined)
      this.#lifecycle.renew(now, sa);
  }

  /** The packet has no SA: IKE is asked for one, and the packet waits or is dropped, as IOS does. */
  #awaitSa(
    now: Instant,
    interfaceName: string,
    line: ProtectedLine,
    packet: Ipv4Packet,
    reason: PacketDropReason,
  ): void {
    const standing = this.#ask(now, line);
    if (standing !== undefined) this.#drop(now, line, packet, reason, standing);
    else if (this.#holdQueue === undefined) this.#drop(now, line, packet, reason, "IKE negotiates one");
    else if (!this.#holdQueue.hold(line.key, { interfaceName, bytes: packet.bytes }))
      this.#drop(now, line, packet, "hold queue full", "while IKE negotiates an SA");
  }

  /** Sees to it that IKE negotiates; gives why it does not. */
  #ask(now: Instant, line: ProtectedLine): string | undefined {
    const { connection, selector } = line;
    const peer = connection.currentPeer;
    if (peer === undefined || connection.entry.transformSets.length === 0)
      return "the crypto map entry names no peer or no transform set";
    const asking = this.#negotiator.ask(now, { connection, peer, selector, reason: "traffic" });
    return asking.kind === "resting" ? "IKE could not negotiate one and is not asked again yet" : undefined;
  }

  /** The packet may not be cut and does not fit: its sender is told what would (RFC 2401 §6.1, RFC 1191). */
  #tooBig(now: Instant, interfaceName: string, sa: OutboundSa, packet: Ipv4Packet): void {
    const nextHopMtu = innerMtu(sa.transforms, sa.parameters.udpEncapsulation, mtuOf(sa));
    this.#drop(now, sa.line, packet, "too big", `${packet.bytes.length} bytes, at most ${nextHopMtu} fit`);
    if (!packet.dontFragment) return;
    const cause = {
      kind: "destination-unreachable",
      code: UNREACHABLE.FRAGMENTATION_NEEDED,
      nextHopMtu,
    } as const;
    const source = sa.line.connection.interface.localAddress;
    const bytes = icmpErrorAbout(packet, cause, source, this.#nextIdentification());
    if (bytes !== undefined)
      this.#parts.outbox.push({ kind: "receive", interfaceName, bytes, wasProtected: false });
  }

  /** Cuts the outer packet where it must be: IOS's way unless `crypto ipsec fragmentation before-encryption` is set. */
  #transmitCut(interfaceName: string, outer: Uint8Array, mtu: number): void {
    const packet = outer.length <= mtu ? undefined : parseIpv4Packet(outer);
    const pieces = packet === undefined ? [outer] : fragmentIpv4(packet, mtu);
    if (pieces === undefined) throw new BugError("an outer packet that must not be cut does not fit");
    for (const piece of pieces) this.#transmit(interfaceName, piece);
  }

  #transmit(interfaceName: string, bytes: Uint8Array): void {
    this.#parts.outbox.push({ kind: "transmit", interfaceName, bytes });
  }

  #drop(
    now: Instant,
    line: ProtectedLine,
    packet: Ipv4Packet,
    reason: PacketDropReason,
    detail: string,
  ): void {
    line.counters.sendErrors++;
    const { source, destination, protocol } = packet;
    const about = { source, destination, protocol, spi: undefined, sequenceNumber: undefined };
    tellDrop(this.#parts, now, { reason, ...about, flow: flowOf(packet), detail });
  }

  #nextIdentification(): number {
    this.#identification = (this.#identification + 1) & 0xffff;
    return this.#identification;
  }
}

function mtuOf(sa: OutboundSa): number {
  return Math.max(sa.line.connection.interface.mtu, IPV4_MTU_MIN);
}

/**
 * Learning from routers how long our packets may be (RFC 2401 §6.1.2, RFC 4301 §8.2). Their word is not authenticated, so
 * little is believed: only what is about a packet that an SA in use has sent, never below a floor, and for a time.
 */
import { UNSET } from "../base/alarms.ts";
import { after, type Instant, seconds } from "../base/time.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { readTooBig, type TooBigReport } from "../net/too-big.ts";
import { UDP_HEADER_LENGTH } from "../net/udp.ts";
import { u16At } from "../net/words.ts";
import { readAhHeader } from "./ah.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import { readEspHeader } from "./esp.ts";
import type { OutboundSa, PlaneAlarm } from "./live-sa.ts";
import { outerProtocol } from "./protection.ts";
import { pathOf } from "./sa-path.ts";

export class PathDiscovery {
  readonly #parts: DataPlaneParts;

  constructor(parts: DataPlaneParts) {
    this.#parts = parts;
  }

  /** A whole ICMP packet to one of our addresses. Most are about something else. */
  hear(now: Instant, bytes: Uint8Array): void {
    const packet = parseIpv4Packet(bytes);
    const report = packet && readTooBig(packet);
    const sa = report && this.#saOf(report);
    if (report === undefined || sa === undefined) return;
    const { paths, limits, alarms, outbox } = this.#parts;
    const { localAddress: local, peer } = sa.parameters;
    const known = paths.of(local, peer);
    const before = pathOf(sa, paths).mtu;
    const mtu = Math.min(Math.max(report.mtu, limits.pathMtuMin), before);
    const isNarrower = report.mtu < limits.pathMtuMin;
    // Never upwards, which is for time alone (RFC 1191 §3); and what is known needs no repetition.
    if (report.mtu >= before || (mtu === before && known?.isNarrower === isNarrower)) return;
    if (known !== undefined) alarms.cancel(known.forget);
    const forget: PlaneAlarm = { kind: "path-mtu", local, peer, ...UNSET };
    alarms.set(forget, after(now, seconds(limits.pathMtuSeconds)));
    paths.put(local, peer, { mtu, isNarrower, forget });
    this.#renew(local, peer);
    outbox.event({ kind: "path-mtu-changed", local, peer, before, mtu, reporter: report.reporter });
  }

  /** What was learned is old: the way may have become wider, which only a longer packet can tell (RFC 1191 §6.3). */
  forget(local: IpAddress, peer: IpAddress): void {
    const { paths, sad, outbox } = this.#parts;
    const before = paths.of(local, peer)?.mtu;
    paths.put(local, peer, undefined);
    this.#renew(local, peer);
    const [sa] = sad.outboundBetween(local, peer);
    if (sa === undefined || before === undefined) return;
    const { mtu } = pathOf(sa, paths);
    outbox.event({ kind: "path-mtu-changed", local, peer, before, mtu, reporter: undefined });
  }

  /** The SA that has sent the packet. Without a SPI in the quotation nothing is believed: ports alone are easily guessed. */
  #saOf({ source, destination, protocol, quotedPayload }: TooBigReport): OutboundSa | undefined {
    const isInUdp = protocol === PROTOCOL.UDP;
    const isAh = protocol === PROTOCOL.AH;
    if (!isInUdp && !isAh && protocol !== PROTOCOL.ESP) return undefined;
    const header = isAh
      ? readAhHeader(quotedPayload, 0)
      : readEspHeader(quotedPayload, isInUdp ? UDP_HEADER_LENGTH : 0);
    const sa = header && this.#parts.sad.outboundBy(isAh ? "ah" : "esp", destination, header.spi);
    if (header === undefined || sa === undefined || sa.parameters.localAddress !== source) return undefined;
    const { udpEncapsulation: udp } = sa.parameters;
    const isSameWay = isInUdp
      ? udp?.localPort === u16At(quotedPayload, 0) && udp.remotePort === u16At(quotedPayload, 2)
      : udp === undefined && protocol === outerProtocol(sa);
    const hasSent = header.sequenceNumber > 0 && header.sequenceNumber <= sa.sequenceNumber;
    return isSameWay && hasSent ? sa : undefined;
  }

  #renew(local: IpAddress, peer: IpAddress): void {
    for (const sa of this.#parts.sad.outboundBetween(local, peer)) sa.path = undefined;
  }
}

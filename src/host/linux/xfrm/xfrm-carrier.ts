/** Linux's kernel as the carrier of the packets of SAs: it has our SAs and policies, and tells what it wants and has counted. */
import { isAuthenticated, protocolOf, type SaProtocol } from "../../../crypto/names.ts";
import type { VolumeLimits } from "../../../ipsec/lifetimes.ts";
import type { CarrierNews, PacketCarrier, SaUsage } from "../../../ipsec/packet-carrier.ts";
import type { IpsecPolicy } from "../../../ipsec/policy.ts";
import { membersOf, type SaParameters } from "../../../ipsec/security-association.ts";
import { type IpAddress, ipv4ToNumber } from "../../../net/ip-address.ts";
import { isOsError, type OsError } from "../os-error.ts";
import type { ProtectedDestination } from "./fallback-routes.ts";
import { KernelPolicies } from "./kernel-policies.ts";
import type { NetlinkMessage } from "./netlink-message.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { OWN_NUMBERS } from "./own-numbers.ts";
import { isLostInFragments } from "./policy-plan.ts";
import { selectorOfSa, turned } from "./sa-selector.ts";
import { decodeReport, type ReportedSa, type XfrmReport } from "./xfrm-reports.ts";
import { addSa, deleteSa, getSa, updateSa, type XfrmSa } from "./xfrm-requests.ts";

export interface XfrmCarrierOptions {
  /** For requests. */
  readonly kernel: Pick<NetlinkSocket, "do" | "get">;
  /** The kernel's number of the device of an IOS interface; 0, which is any, where there is none. */
  readonly deviceOf: (interfaceName: string) => number;
  readonly onError: (error: OsError) => void;
  /** In a line, for the operator. */
  readonly onNotice: (line: string) => void;
}

export class XfrmCarrier implements PacketCarrier {
  readonly #options: XfrmCarrierOptions;
  readonly #policies: KernelPolicies;
  /** By crypto map entry. */
  readonly #requestIds = new Map<string, number>();
  /** By the name that the kernel has for them. */
  readonly #installed = new Map<string, SaParameters>();
  #news: CarrierNews[] = [];

  constructor(options: XfrmCarrierOptions) {
    this.#options = options;
    this.#policies = new KernelPolicies({ ...options, requestIdOf: (id) => this.#requestIdOf(id) });
  }

  setPolicy(policy: IpsecPolicy): void {
    const reason = this.#policies.setPolicy(policy);
    if (reason !== undefined)
      this.#options.onNotice(`the kernel goes on with the policies it has: ${reason}`);
  }

  /** Devices may have other numbers than before. */
  refresh(): void {
    this.#policies.refresh();
  }

  install(sa: SaParameters, limits: VolumeLimits): boolean {
    const wanted = this.#xfrmSas(sa, limits);
    if (wanted === undefined || this.#mayLeak(sa)) {
      this.#options.onNotice("the kernel cannot select what the peer wants by ports or wildcards");
      return false;
    }
    for (const each of wanted) {
      const refusal = this.#options.kernel.do(addSa(each), "an SA for the kernel");
      if (refusal !== undefined) {
        this.#options.onError(refusal);
        this.remove(sa);
        return false;
      }
      this.#installed.set(saName(each.destination, protocolOf(each.suite), each.spi), sa);
    }
    this.#policies.follow(sa);
    return true;
  }

  moveToPort(sa: SaParameters, limits: VolumeLimits): void {
    for (const wanted of this.#xfrmSas(sa, limits) ?? []) {
      const refusal = this.#options.kernel.do(updateSa(wanted), "an SA of the kernel");
      if (refusal !== undefined) this.#options.onError(refusal);
    }
  }

  remove(sa: SaParameters): void {
    const destination = destinationOf(sa);
    for (const { suite, spi } of membersOf(sa)) {
      const protocol = protocolOf(suite);
      const refusal = this.#options.kernel.do(deleteSa(destination, protocol, spi), "an SA of the kernel");
      if (refusal !== undefined && refusal.code !== NO_SUCH_SA) this.#options.onError(refusal);
      this.#installed.delete(saName(destination, protocol, spi));
    }
    this.#policies.forget(sa);
  }

  /** Of a bundle, that of its ESP, and what has failed at either. */
  usageOf(sa: SaParameters): SaUsage | undefined {
    const usages = membersOf(sa).map(({ suite, spi }) => {
      const request = getSa(destinationOf(sa), protocolOf(suite), spi);
      const answer = this.#options.kernel.get(request, "an SA of the kernel");
      const report = isOsError(answer) ? undefined : decodeReport(answer);
      return report?.kind === "sa" ? report.sa.usage : undefined;
    });
    const own = usages.at(-1);
    const [around] = usages;
    if (own === undefined || around === undefined || usages.length === 1) return own;
    return {
      ...own,
      replayErrors: own.replayErrors + around.replayErrors,
      icvErrors: own.icvErrors + around.icvErrors,
    };
  }

  takeNews(): readonly CarrierNews[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** What the kernel tells; true where there is news in it. */
  hear(message: NetlinkMessage): boolean {
    const report = decodeReport(message);
    const news = report && this.#newsOf(report);
    if (news !== undefined) this.#news.push(news);
    return news !== undefined;
  }

  /** Where flows that peers of dynamic maps have asked for lead to. */
  requested(): readonly ProtectedDestination[] {
    return this.#policies.requested();
  }

  /** The kernel has nothing of us any more. */
  clear(): void {
    for (const sa of [...this.#installed.values()]) this.remove(sa);
    this.#policies.clear();
  }

  #newsOf(report: XfrmReport): CarrierNews | undefined {
    switch (report.kind) {
      case "acquire":
        return this.#wanted(report);
      case "expire":
        return this.#limitReached(report.sa);
      case "mapping": {
        const { destination, spi, at } = report;
        const isOurs = this.#installed.has(saName(destination, "esp", spi));
        return isOurs ? { kind: "peer elsewhere", local: destination, spi, at } : undefined;
      }
      default:
        return undefined;
    }
  }

  #wanted({
    policyPriority,
    selector: flow,
  }: Extract<XfrmReport, { kind: "acquire" }>): CarrierNews | undefined {
    const line = this.#policies.lineAt(policyPriority);
    if (line === undefined) return undefined;
    const source = ipv4ToNumber(flow.source.address);
    const destination = ipv4ToNumber(flow.destination.address);
    return {
      kind: "sa wanted",
      connectionId: line.entry.id,
      selector: line.selector,
      hosts: { source, destination },
    };
  }

  #limitReached({ destination, protocol, spi, usage }: ReportedSa): CarrierNews | undefined {
    const direction = this.#installed.get(saName(destination, protocol, spi))?.direction;
    return direction && { kind: "limit reached", direction, destination, protocol, spi, usage };
  }

  /** A dynamic map's peer asks for ports, where nothing but its flow's policy would keep fragments from passing in clear. */
  #mayLeak({ connectionId, selector, localAddress }: SaParameters): boolean {
    const { local: source, localPorts: sourcePorts, remotePorts: destinationPorts } = selector;
    const isOfTemplate = this.#policies.entryOf(connectionId)?.entry.template !== undefined;
    return isOfTemplate && isLostInFragments({ source, sourcePorts, destinationPorts }, localAddress);
  }

  #requestIdOf(connectionId: string): number {
    const known = this.#requestIds.get(connectionId);
    if (known !== undefined) return known;
    const fresh = OWN_NUMBERS + this.#requestIds.size + 1;
    this.#requestIds.set(connectionId, fresh);
    return fresh;
  }

  /** AH around ESP first. Undefined where the kernel's selectors cannot say what they may carry. */
  #xfrmSas(sa: SaParameters, limits: VolumeLimits): readonly XfrmSa[] | undefined {
    const isInbound = sa.direction === "inbound";
    const leaving = selectorOfSa(sa);
    if (leaving === undefined) return undefined;
    const { udpEncapsulation: udp, suite, ah } = sa;
    const placed = this.#policies.entryOf(sa.connectionId);
    const isManual = sa.isManual === true;
    const window = isManual ? 0 : (placed?.entry.replayWindow ?? REPLAY_WINDOW);
    const own: XfrmSa = {
      source: isInbound ? sa.peer : sa.localAddress,
      destination: destinationOf(sa),
      spi: sa.spi,
      requestId: this.#requestIdOf(sa.connectionId),
      mode: sa.mode,
      selector: isInbound ? turned(leaving) : leaving,
      suite,
      encryptionKey: sa.encryptionKey.reveal(),
      integrityKey: sa.integrityKey.reveal(),
      lifetime: {
        ...(Number.isFinite(limits.softOctets) ? { softOctets: limits.softOctets } : {}),
        ...(Number.isFinite(limits.hardOctets) ? { hardOctets: limits.hardOctets } : {}),
        ...(isInbound || isManual ? {} : { softPackets: SOFT_PACKETS }),
        ...(sa.lifetimeSeconds > 0 ? { hardSeconds: sa.lifetimeSeconds + GRACE_SECONDS } : {}),
      },
      replayWindow: isInbound && isAuthenticated(suite) ? window : 0,
      numbersBeginAnew: isManual,
      clearsDontFragment: placed?.on.dfBit === "clear",
      udpEncapsulation:
        udp && isInbound
          ? { sourcePort: udp.remotePort, destinationPort: udp.localPort }
          : udp && { sourcePort: udp.localPort, destinationPort: udp.remotePort },
    };
    if (ah === undefined) return [own];
    const around: XfrmSa = {
      ...{ ...own, spi: ah.spi, mode: "transport" as const, suite: { ah: ah.hash } },
      ...{ encryptionKey: new Uint8Array(), integrityKey: ah.key.reveal() },
      // Its volume is that of the ESP in it.
      lifetime: sa.lifetimeSeconds > 0 ? { hardSeconds: sa.lifetimeSeconds + GRACE_SECONDS } : {},
      replayWindow: isInbound ? window : 0,
    };
    return [around, own];
  }
}

function destinationOf({ direction, localAddress, peer }: SaParameters): IpAddress {
  return direction === "inbound" ? localAddress : peer;
}

function saName(destination: IpAddress, protocol: SaProtocol, spi: number): string {
  return `${destination} ${protocol} ${spi}`;
}

/** Of an entry that is not there any more. */
const REPLAY_WINDOW = 64;
/** The sequence number must not cycle: 16 million packets before the end, another SA is asked for. */
const SOFT_PACKETS = 2 ** 32 - 2 ** 24;
/** The data plane ends SAs in their time. Should we be gone, the kernel does so a little later. */
const GRACE_SECONDS = 60;
const NO_SUCH_SA = "ESRCH";

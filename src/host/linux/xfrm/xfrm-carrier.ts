/** Linux's kernel as the carrier of the packets of SAs: it has our SAs and policies, and tells what it wants and has counted. */
import { isAuthenticated, protocolOf, type SaProtocol } from "../../../crypto/names.ts";
import { type EncapsulationMode, suitesOf } from "../../../crypto/transform-set.ts";
import type { SaLimits } from "../../../ipsec/lifetimes.ts";
import type { CarrierNews, PacketCarrier, SaUsage } from "../../../ipsec/packet-carrier.ts";
import type { IpsecPolicy } from "../../../ipsec/policy.ts";
import { selectorKey } from "../../../ipsec/protected-policy.ts";
import { membersOf, type SaParameters } from "../../../ipsec/security-association.ts";
import type { IpAddress } from "../../../net/ip-address.ts";
import { isBetween, maskOf, type PortRange, selectorCovers } from "../../../net/selector.ts";
import { isOsError, type OsError } from "../os-error.ts";
import type { NetlinkMessage } from "./netlink-message.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { isOwnNumber, OWN_NUMBERS } from "./own-numbers.ts";
import { type PlannedLine, type PlannedPolicy, policyPlan, portBlocks } from "./policy-plan.ts";
import type { PortBlock, XfrmSelector } from "./xfrm-layout.ts";
import { decodeReport, type ReportedSa, type XfrmReport } from "./xfrm-reports.ts";
import {
  addSa,
  deletePolicy,
  deleteSa,
  getSa,
  type PolicyDirection,
  putPolicy,
  updateSa,
  type XfrmPolicy,
  type XfrmSa,
  type XfrmTemplate,
} from "./xfrm-requests.ts";

export interface XfrmCarrierOptions {
  /** For requests. */
  readonly kernel: Pick<NetlinkSocket, "do" | "get">;
  /** The kernel's number of the device of an IOS interface; 0, which is any, where there is none. */
  readonly deviceOf: (interfaceName: string) => number;
  readonly onError: (error: OsError) => void;
  /** In a line, for the operator. */
  readonly onNotice: (line: string) => void;
}

/** The SAs that packets of a permit line take. */
interface Form {
  readonly peer: IpAddress;
  readonly mode: EncapsulationMode;
  /** From the outside in. */
  readonly protocols: readonly SaProtocol[];
}

export class XfrmCarrier implements PacketCarrier {
  readonly #options: XfrmCarrierOptions;
  /** By crypto map entry. */
  readonly #requestIds = new Map<string, number>();
  /** Of lines whose SA is not what their entry makes one expect: with its second peer, for one. */
  readonly #forms = new Map<string, Form>();
  #plan: readonly PlannedPolicy[] = [];
  /** By direction and selector. */
  #policies: ReadonlyMap<string, XfrmPolicy> = new Map();
  /** By the name that the kernel has for them. */
  readonly #directions = new Map<string, SaParameters["direction"]>();
  #news: CarrierNews[] = [];

  constructor(options: XfrmCarrierOptions) {
    this.#options = options;
  }

  setPolicy(policy: IpsecPolicy): void {
    const plan = policyPlan(policy);
    if (plan.kind === "impossible")
      return this.#options.onNotice(`the kernel goes on with the policies it has: ${plan.reason}`);
    this.#plan = plan.policies;
    const lines = new Set(this.#plan.map(({ line }) => line && lineName(line)));
    for (const name of this.#forms.keys()) if (!lines.has(name)) this.#forms.delete(name);
    this.#enforce();
  }

  /** Devices may have other numbers than before. */
  refresh(): void {
    this.#enforce();
  }

  install(sa: SaParameters, limits: Pick<SaLimits, "softOctets" | "hardOctets">): boolean {
    const wanted = this.#xfrmSas(sa, limits);
    if (wanted === undefined) {
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
      this.#directions.set(saName(each.destination, protocolOf(each.suite), each.spi), sa.direction);
    }
    this.#adapt(sa);
    return true;
  }

  moveToPort(sa: SaParameters, limits: Pick<SaLimits, "softOctets" | "hardOctets">): void {
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
      this.#directions.delete(saName(destination, protocol, spi));
    }
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

  /** Nothing is in force any more. */
  clear(): void {
    for (const { direction, selector } of this.#policies.values())
      this.#options.kernel.do(deletePolicy(direction, selector), "a policy of the kernel");
    this.#policies = new Map();
  }

  #newsOf(report: XfrmReport): CarrierNews | undefined {
    switch (report.kind) {
      case "acquire":
        return this.#wanted(report.policyPriority);
      case "expire":
        return this.#limitReached(report.sa);
      case "mapping": {
        const { destination, spi, at } = report;
        const isOurs = this.#directions.has(saName(destination, "esp", spi));
        return isOurs ? { kind: "peer elsewhere", local: destination, spi, at } : undefined;
      }
      default:
        return undefined;
    }
  }

  #wanted(priority: number): CarrierNews | undefined {
    const line = isOwnNumber(priority) ? this.#plan[priority - OWN_NUMBERS]?.line : undefined;
    if (line === undefined) return undefined;
    return { kind: "sa wanted", connectionId: line.entry.id, selector: line.selector };
  }

  #limitReached({ destination, protocol, spi, usage }: ReportedSa): CarrierNews | undefined {
    const direction = this.#directions.get(saName(destination, protocol, spi));
    return direction && { kind: "limit reached", direction, destination, protocol, spi, usage };
  }

  /** The policies of the lines that the SA serves ask for one like it from now on. */
  #adapt(sa: SaParameters): void {
    const { peer, mode, connectionId, selector } = sa;
    const protocols = membersOf(sa).map(({ suite }) => protocolOf(suite));
    let isChanged = false;
    for (const { line, interface: on } of this.#plan) {
      if (line === undefined || on === undefined || line.entry.id !== connectionId) continue;
      if (!selectorCovers(line.selector, selector)) continue;
      const form = this.#formOf(line, on.localAddress);
      const isSame = form.peer === peer && form.mode === mode && form.protocols.join() === protocols.join();
      if (isSame) continue;
      this.#forms.set(lineName(line), { peer, mode, protocols });
      isChanged = true;
    }
    if (isChanged) this.#enforce();
  }

  /** What the plan says is made of the kernel's policies. */
  #enforce(): void {
    const { kernel, onError } = this.#options;
    const wanted = this.#wantedPolicies();
    for (const [name, policy] of wanted) {
      const before = this.#policies.get(name);
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(policy)) continue;
      const refusal = kernel.do(putPolicy(policy), "a policy for the kernel");
      if (refusal !== undefined) onError(refusal);
    }
    for (const [name, { direction, selector }] of this.#policies) {
      if (wanted.has(name)) continue;
      const refusal = kernel.do(deletePolicy(direction, selector), "a policy of the kernel");
      if (refusal !== undefined) onError(refusal);
    }
    this.#policies = wanted;
  }

  /** Of two with the same direction and selector the kernel has one: the first, which decides. */
  #wantedPolicies(): ReadonlyMap<string, XfrmPolicy> {
    const wanted = new Map<string, XfrmPolicy>();
    for (const [i, planned] of this.#plan.entries())
      for (const direction of ["out", "in", "forward"] as const) {
        const selector = this.#selectorOf(planned, direction);
        const name = `${direction} ${JSON.stringify(selector)}`;
        if (wanted.has(name)) continue;
        const needs = this.#templatesOf(planned, direction);
        wanted.set(name, { direction, selector, priority: OWN_NUMBERS + i, needs });
      }
    return wanted;
  }

  /** What answers what is protected must be, too, whatever it came by: for decrypted packets the kernel knows no device. */
  #selectorOf({ traffic, interface: on }: PlannedPolicy, direction: PolicyDirection): XfrmSelector {
    if (direction !== "out") return turned({ ...traffic, device: 0 });
    return { ...traffic, device: on === undefined ? 0 : this.#options.deviceOf(on.name) };
  }

  #templatesOf({ line, interface: on }: PlannedPolicy, direction: PolicyDirection): readonly XfrmTemplate[] {
    if (line === undefined || on === undefined) return [];
    const { peer, mode, protocols } = this.#formOf(line, on.localAddress);
    const [source, destination] = direction === "out" ? [on.localAddress, peer] : [peer, on.localAddress];
    const common = { source, destination, requestId: this.#requestIdOf(line.entry.id) };
    // From the inside out. One header leads to the other end: what is around it comes within that.
    return protocols
      .toReversed()
      .map((protocol, i) => ({ ...common, protocol, mode: i === 0 ? mode : "transport" }));
  }

  #formOf(line: PlannedLine, localAddress: IpAddress): Form {
    const { entry, selector } = line;
    const known = this.#forms.get(lineName(line));
    // A plan has no line without a peer.
    const peer = entry.peers[0] ?? localAddress;
    if (known !== undefined && entry.peers.includes(known.peer)) return known;
    const isDirect = entry.transformSets[0]?.mode === "transport" && isBetween(selector, localAddress, peer);
    const protocols = suitesOf(entry.transformSets[0] ?? NO_SET).map(protocolOf);
    return { peer, mode: isDirect ? "transport" : "tunnel", protocols };
  }

  #requestIdOf(connectionId: string): number {
    const known = this.#requestIds.get(connectionId);
    if (known !== undefined) return known;
    const fresh = OWN_NUMBERS + this.#requestIds.size + 1;
    this.#requestIds.set(connectionId, fresh);
    return fresh;
  }

  /** AH around ESP first. Undefined where the kernel's selectors cannot say what they may carry. */
  #xfrmSas(
    sa: SaParameters,
    limits: Pick<SaLimits, "softOctets" | "hardOctets">,
  ): readonly XfrmSa[] | undefined {
    const isInbound = sa.direction === "inbound";
    const leaving = selectorOfSa(sa);
    if (leaving === undefined) return undefined;
    const { udpEncapsulation: udp, suite, ah } = sa;
    const entry = this.#plan.find(({ line }) => line?.entry.id === sa.connectionId)?.line?.entry;
    const window = entry?.replayWindow ?? REPLAY_WINDOW;
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
        ...(isInbound ? {} : { softPackets: SOFT_PACKETS }),
        ...(sa.lifetimeSeconds > 0 ? { hardSeconds: sa.lifetimeSeconds + GRACE_SECONDS } : {}),
      },
      replayWindow: isInbound && isAuthenticated(suite) ? window : 0,
      clearsDontFragment: this.#clearsDontFragment(sa.connectionId),
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

  #clearsDontFragment(connectionId: string): boolean {
    return this.#plan.some(({ line, interface: on }) => {
      return line?.entry.id === connectionId && on?.dfBit === "clear";
    });
  }
}

function selectorOfSa({ selector }: SaParameters): XfrmSelector | undefined {
  const { protocol, local, remote, localPorts, remotePorts } = selector;
  const [sourcePorts, destinationPorts] = [oneBlock(localPorts), oneBlock(remotePorts)];
  if (maskOf(local) === undefined || maskOf(remote) === undefined) return undefined;
  if (sourcePorts === undefined || destinationPorts === undefined) return undefined;
  return { protocol, source: local, sourcePorts, destination: remote, destinationPorts, device: 0 };
}

function oneBlock(ports: PortRange): PortBlock | undefined {
  const [block, ...more] = portBlocks(ports);
  return more.length === 0 ? block : undefined;
}

/** Of the answers. */
function turned(selector: XfrmSelector): XfrmSelector {
  return {
    ...selector,
    source: selector.destination,
    sourcePorts: selector.destinationPorts,
    destination: selector.source,
    destinationPorts: selector.sourcePorts,
  };
}

function destinationOf({ direction, localAddress, peer }: SaParameters): IpAddress {
  return direction === "inbound" ? localAddress : peer;
}

function lineName({ entry, selector }: PlannedLine): string {
  return selectorKey(entry.id, selector);
}

function saName(destination: IpAddress, protocol: SaProtocol, spi: number): string {
  return `${destination} ${protocol} ${spi}`;
}

/** ESP, before an entry has a transform set. */
const NO_SET = { esp: { encryption: "null", integrity: undefined } } as const;
/** Of an entry that is not in the plan. */
const REPLAY_WINDOW = 64;
/** The sequence number must not cycle: 16 million packets before the end, another SA is asked for. */
const SOFT_PACKETS = 2 ** 32 - 2 ** 24;
/** The data plane ends SAs in their time. Should we be gone, the kernel does so a little later. */
const GRACE_SECONDS = 60;
const NO_SUCH_SA = "ESRCH";

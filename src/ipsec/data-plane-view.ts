/** The snapshot that `show crypto ipsec sa` reads: every permit line in policy order, then the flows of temporary entries, with their SAs. */
import { elapsed, type Instant } from "../base/time.ts";
import { isAh, isAuthenticated } from "../crypto/names.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import { espLayout } from "./esp-transforms.ts";
import { KILOBYTE } from "./lifetimes.ts";
import type { LiveSa } from "./live-sa.ts";
import type { PathMtus } from "./path-mtus.ts";
import type { ProtectedConnection, ProtectedLine } from "./protected-connection.ts";
import { zeroCounters } from "./protected-policy.ts";
import { pathOf } from "./sa-path.ts";
import { membersOf } from "./security-association.ts";
import type { FlowView, IpsecView, SaView } from "./view.ts";

export function dataPlaneView(
  { policy, paths }: Pick<DataPlaneParts, "policy" | "paths">,
  now: Instant,
): IpsecView {
  const flows: FlowView[] = [];
  for (const connection of policy.all())
    for (const line of connection.lines) flows.push(flowView(connection, line, paths, now));
  return { flows };
}

function flowView(
  connection: ProtectedConnection,
  line: ProtectedLine,
  paths: PathMtus,
  now: Instant,
): FlowView {
  const { currentPeer: peer } = connection;
  const { name, mapName, localAddress, mtu } = connection.interface;
  const newest = connection.outbound.findLast((sa) => sa.line === line);
  return {
    interfaceName: name,
    mapName,
    connectionId: connection.id,
    template: connection.entry.template,
    localAddress,
    peer,
    selector: line.selector,
    counters:
      line.counters === undefined ? zeroCounters() : { ...line.counters, drops: { ...line.counters.drops } },
    pathMtu: Math.min(mtu, (peer && paths.of(localAddress, peer)?.mtu) ?? mtu),
    mediaMtu: mtu,
    plaintextMtu: newest === undefined ? undefined : pathOf(newest, paths).innerMtu,
    inbound: connection.inbound.filter((sa) => sa.line === line).flatMap((sa) => saViews(sa, now)),
    outbound: connection.outbound.filter((sa) => sa.line === line).flatMap((sa) => saViews(sa, now)),
  };
}

/** Of each protocol, from the outside in. */
function saViews(sa: LiveSa, now: Instant): SaView[] {
  return membersOf(sa.parameters).map((member) => saView(sa, member, now));
}

function saView(
  sa: LiveSa,
  { suite, spi, connId }: ReturnType<typeof membersOf>[number],
  now: Instant,
): SaView {
  const { parameters, volume } = sa;
  const ofEsp = !isAh(suite);
  const arrivals = sa.direction === "outbound" ? undefined : ofEsp ? sa : (sa.ahArrivals ?? sa);
  const isChecked = isAuthenticated(suite) && sa.line.connection.entry.replayWindow > 0;
  return {
    spi,
    suite,
    mode: parameters.mode,
    udpEncapsulation: parameters.udpEncapsulation,
    connId,
    flowId: sa.flowId,
    ...(parameters.isManual === true ? { isManual: true } : {}),
    remainingKilobytes: wholeUnits(volume.hardOctets - sa.octets, KILOBYTE),
    remainingSeconds: wholeUnits(elapsed(now, sa.hardAt), 1000),
    installedAt: parameters.installedAt,
    ivLength: isAh(suite) ? 0 : espLayout(suite).ivLength,
    replayDetection:
      arrivals === undefined
        ? isChecked && parameters.isManual !== true
        : arrivals === sa
          ? sa.detectsReplay
          : arrivals.replayWindow !== undefined,
    replayWindow: sa.line.connection.entry.replayWindow,
    sequenceNumber: (arrivals ?? sa).sequenceNumber,
    packets: sa.packets,
    octets: sa.octets,
    replayErrors: arrivals?.replayErrors ?? 0,
    icvErrors: arrivals?.icvErrors ?? 0,
  };
}

/** Whole units left; 0 where there is no limit, as IOS prints it. */
function wholeUnits(left: number, unit: number): number {
  return Number.isFinite(left) ? Math.max(0, Math.floor(left / unit)) : 0;
}

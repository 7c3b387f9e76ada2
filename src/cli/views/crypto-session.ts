/** `show crypto session`: what there is between an interface and a peer, of both phases at once. */
import { clockText } from "../../base/clock-text.ts";
import { elapsed, type Instant, type Milliseconds, milliseconds } from "../../base/time.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { IsakmpSaView } from "../../ike/view.ts";
import type { FlowView } from "../../ipsec/view.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { type AddressBlock, maskOf, type PortRange, type TrafficSelector } from "../../net/selector.ts";

export interface CryptoSessionOptions {
  readonly remote?: IpAddress;
  readonly detail?: boolean;
}

/** An interface and a peer, with all that concerns both. */
interface CryptoSession {
  readonly interfaceName: string;
  readonly peer: IpAddress | undefined;
  readonly port: number;
  readonly isakmpSas: readonly IsakmpSaView[];
  readonly flows: readonly FlowView[];
}

export function showCryptoSession(view: GatewayView, options: CryptoSessionOptions = {}): string[] {
  const sessions = sessionsOf(view).filter(
    ({ peer }) => options.remote === undefined || peer === options.remote,
  );
  return [
    "Crypto session current status",
    ...(options.detail === true ? CODES : []),
    ...sessions.flatMap((session) => ["", ...sessionLines(view.now, session, options.detail === true)]),
  ];
}

const CODES = [
  "",
  "Code: C - IKE Configuration mode, D - Dead Peer Detection",
  "K - Keepalives, N - NAT-traversal",
  "X - IKE Extended Authentication, F - IKE Fragmentation",
];

/** In the order of policy; ISAKMP SAs with peers that no crypto map names, last. */
function sessionsOf({ ike, ipsec }: GatewayView): CryptoSession[] {
  const sessions = new Map<string, CryptoSession>();
  const standing = ike.isakmpSas.filter(({ state }) => state !== "DELETED");
  const unclaimed = new Set(standing);
  for (const flow of ipsec.flows) {
    const key = `${flow.interfaceName} ${flow.peer ?? ""}`;
    const isakmpSas = standing.filter(
      ({ sa }) => sa.remote.address === flow.peer && sa.local.address === flow.localAddress,
    );
    for (const sa of isakmpSas) unclaimed.delete(sa);
    const known = sessions.get(key);
    sessions.set(key, {
      interfaceName: flow.interfaceName,
      peer: flow.peer,
      port: isakmpSas.at(-1)?.sa.remote.port ?? IKE_PORT,
      isakmpSas,
      flows: [...(known?.flows ?? []), flow],
    });
  }
  const others = [...unclaimed].map((each) => ({
    interfaceName:
      ipsec.flows.find((flow) => flow.localAddress === each.sa.local.address)?.interfaceName ?? "unknown",
    peer: each.sa.remote.address,
    port: each.sa.remote.port,
    isakmpSas: [each],
    flows: [],
  }));
  return [...sessions.values(), ...others];
}

function sessionLines(now: Instant, session: CryptoSession, detail: boolean): string[] {
  const { interfaceName, peer, port, isakmpSas, flows } = session;
  const uptime = uptimeOf(now, session);
  const vrfs = detail ? " fvrf: (none) ivrf: (none)" : "";
  return [
    `Interface: ${interfaceName}`,
    ...(detail && uptime !== undefined ? [`Uptime: ${clockText(uptime)}`] : []),
    `Session status: ${statusOf(session)}`,
    `Peer: ${peer ?? "0.0.0.0"} port ${port}${vrfs}`,
    ...(detail ? identityLines(isakmpSas) : []),
    ...isakmpSas.flatMap((sa) => isakmpLines(now, sa, detail)),
    ...flows.flatMap((flow) => flowLines(flow, detail)),
  ];
}

/** IOS's names of how far both phases are. */
function statusOf({ isakmpSas, flows }: CryptoSession): string {
  const hasSas = flows.some(({ outbound }) => outbound.length > 0);
  if (isakmpSas.some(isActive)) return hasSas ? "UP-ACTIVE" : "UP-IDLE";
  if (hasSas) return "UP-NO-IKE";
  return isakmpSas.length > 0 ? "DOWN-NEGOTIATING" : "DOWN";
}

function isActive({ state }: IsakmpSaView): boolean {
  return state === "QM_IDLE";
}

function identityLines(isakmpSas: readonly IsakmpSaView[]): string[] {
  const identity = isakmpSas.findLast(isActive)?.identity;
  return [`      Phase1_id: ${identity ?? "(none)"}`, "      Desc: (none)"];
}

function isakmpLines(now: Instant, view: IsakmpSaView, detail: boolean): string[] {
  const { sa, expiresAt } = view;
  const ends = `local ${sa.local.address}/${sa.local.port} remote ${sa.remote.address}/${sa.remote.port}`;
  const line = `  IKEv1 SA: ${ends} ${isActive(view) ? "Active" : "Inactive"} `.trimEnd();
  const lifetime = expiresAt === undefined ? "0" : clockText(Math.max(0, elapsed(now, expiresAt)));
  return detail
    ? [line, `          Capabilities:${capabilitiesOf(view)} connid:${sa.connId} lifetime:${lifetime}`]
    : [line];
}

function capabilitiesOf({ capabilities }: IsakmpSaView): string {
  const { deadPeerDetection, natTraversal, fragmentation } = capabilities;
  const letters = `${deadPeerDetection ? "D" : ""}${natTraversal ? "N" : ""}${fragmentation ? "F" : ""}`;
  return letters === "" ? "(none)" : letters;
}

function flowLines({ selector, inbound, outbound, counters }: FlowView, detail: boolean): string[] {
  const lines = [
    `  IPSEC FLOW: permit ${protocolOf(selector)} ${describeEnd(selector.local, selector.localPorts)} ${describeEnd(selector.remote, selector.remotePorts)}`,
    `        Active SAs: ${inbound.length + outbound.length}, origin: crypto map`,
  ];
  if (!detail) return lines;
  const life = (sas: FlowView["inbound"]): string => {
    const newest = sas.at(-1);
    return `life (KB/Sec) ${newest?.remainingKilobytes ?? 0}/${newest?.remainingSeconds ?? 0}`;
  };
  return [
    ...lines,
    `        Inbound:  #pkts dec'ed ${counters.decapsulated} drop ${counters.receiveErrors} ${life(inbound)}`,
    `        Outbound: #pkts enc'ed ${counters.encapsulated} drop ${counters.sendErrors} ${life(outbound)}`,
  ];
}

function protocolOf({ protocol }: TrafficSelector): string {
  return protocol === 0 ? "ip" : String(protocol);
}

function describeEnd(block: AddressBlock, { low, high }: PortRange): string {
  const address =
    block.wildcard === "0.0.0.0"
      ? `host ${block.address}`
      : `${block.address}/${maskOf(block) ?? block.wildcard}`;
  return low === high && low !== 0 ? `${address} port ${low}` : address;
}

/** Since the oldest SA there is. */
function uptimeOf(now: Instant, { isakmpSas, flows }: CryptoSession): Milliseconds | undefined {
  const beginnings = [
    ...isakmpSas.flatMap(({ establishedAt }) => (establishedAt === undefined ? [] : [establishedAt])),
    ...flows.flatMap(({ outbound }) => outbound.map(({ installedAt }) => installedAt)),
  ];
  return beginnings.length === 0
    ? undefined
    : milliseconds(Math.max(...beginnings.map((at) => elapsed(at, now))));
}

const IKE_PORT = 500;

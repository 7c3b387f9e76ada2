/**
 * `show crypto ipsec sa`, in the layout of Examples 13-4 and 13-6 of the IPsec chapter, with the indentation of IOS 12.2
 * that the printed page has lost: 4 before the map and the packet counts, 3 before the proxy identities, 5 before end points
 * and sections, 6 before a SPI, 8 before what belongs to it.
 */
import { describeSuite, isAh, protocolOf, type SaProtocol } from "../../crypto/names.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { FlowCounters, FlowView, SaView } from "../../ipsec/view.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { describeProxy } from "../../net/selector.ts";

/** Only what concerns a peer, an interface or a crypto map. */
export interface IpsecSaFilter {
  readonly peer?: IpAddress;
  readonly interfaceName?: string;
  readonly mapName?: string;
}

/** What is told of each flow; by default all. */
export interface IpsecSaExtent {
  /** `identity`: proxy identities and counters, without SAs. */
  readonly withoutSas?: boolean;
}

/** Every permit line of the crypto access lists, with SAs or without, below its interface and crypto map. */
export function showIpsecSa(
  view: GatewayView,
  filter: IpsecSaFilter = {},
  extent: IpsecSaExtent = {},
): string[] {
  const flows = flowsOf(view, filter);
  if (flows.length === 0) return ["", "No SAs found"];
  let above: FlowView | undefined;
  const lines: string[] = [];
  for (const flow of flows) {
    lines.push(...headings(flow, above), "", ...identityLines(flow));
    if (extent.withoutSas !== true) lines.push("", ...sectionLines(flow));
    above = flow;
  }
  return lines;
}

export function flowsOf({ ipsec }: GatewayView, filter: IpsecSaFilter): readonly FlowView[] {
  return ipsec.flows.filter((flow) => concerns(flow, filter));
}

function concerns(flow: FlowView, { peer, interfaceName, mapName }: IpsecSaFilter): boolean {
  return (
    (peer === undefined || flow.peer === peer) &&
    (interfaceName === undefined || flow.interfaceName === interfaceName) &&
    (mapName === undefined || flow.mapName === mapName)
  );
}

/** What has changed since the flow above. */
function headings(flow: FlowView, above: FlowView | undefined): string[] {
  const isSameInterface = flow.interfaceName === above?.interfaceName;
  const isSameMap = isSameInterface && flow.mapName === above?.mapName;
  return [
    ...(isSameInterface ? [] : ["", `interface: ${flow.interfaceName}`]),
    ...(isSameMap ? [] : [`    Crypto map tag: ${flow.mapName}, local addr. ${flow.localAddress}`]),
  ];
}

function identityLines(flow: FlowView): string[] {
  const { selector, counters } = flow;
  const { protocol, local, localPorts, remote, remotePorts } = selector;
  const peer = flow.peer ?? "0.0.0.0";
  return [
    `   local  ident (addr/mask/prot/port): (${describeProxy(local, protocol, localPorts)})`,
    `   remote ident (addr/mask/prot/port): (${describeProxy(remote, protocol, remotePorts)})`,
    `   current_peer: ${peer}${peerPort(flow)}`,
    `     PERMIT, flags={origin_is_acl,}`,
    ...counterLines(counters),
    `    #send errors ${counters.sendErrors}, #recv errors ${counters.receiveErrors}`,
  ];
}

function sectionLines(flow: FlowView): string[] {
  const { localAddress, mapName } = flow;
  const peer = flow.peer ?? "0.0.0.0";
  return [
    `     local crypto endpt.: ${localAddress}, remote crypto endpt.: ${peer}`,
    `     path mtu ${flow.pathMtu}, media mtu ${flow.mediaMtu}`,
    `     current outbound spi: ${currentSpi(flow).toString(16).toUpperCase()}`,
    ...saSections(flow, (sa) => saLines(sa, mapName)),
  ];
}

/** That of the newest packets, as they go: of AH, where it is around ESP. */
export function currentSpi({ outbound }: FlowView): number {
  const newest = outbound.at(-1);
  const around = outbound.find(({ suite, flowId }) => isAh(suite) && flowId === newest?.flowId);
  return (around ?? newest)?.spi ?? 0;
}

/** The SAs of a flow below a heading for each direction and protocol, of which IOS leaves none out. */
export function saSections(
  { inbound, outbound }: FlowView,
  linesOf: (sa: SaView) => readonly string[],
): string[] {
  const section = (direction: string, sas: readonly SaView[], wanted: SaProtocol) => [
    "",
    `     ${direction} ${wanted} sas:`,
    ...sas.filter(({ suite }) => protocolOf(suite) === wanted).flatMap(linesOf),
  ];
  const sections = (direction: string, sas: readonly SaView[]) => [
    ...section(direction, sas, "esp"),
    ...section(direction, sas, "ah"),
    "",
    `     ${direction} pcp sas:`,
  ];
  return [...sections("inbound", inbound), ...sections("outbound", outbound)];
}

function counterLines(counters: FlowCounters): string[] {
  const { encapsulated, encrypted, digested, decapsulated, decrypted, verified } = counters;
  return [
    `    #pkts encaps: ${encapsulated}, #pkts encrypt: ${encrypted}, #pkts digest ${digested}`,
    `    #pkts decaps: ${decapsulated}, #pkts decrypt: ${decrypted}, #pkts verify ${verified}`,
    `    #pkts compressed: 0, #pkts decompressed: 0`,
    `    #pkts not compressed: 0, #pkts compr. failed: 0, #pkts decompress failed: 0`,
  ];
}

/** Behind a NAT a peer is one of several at its address. */
function peerPort({ outbound }: FlowView): string {
  const ports = outbound.at(-1)?.udpEncapsulation;
  return ports === undefined ? "" : `:${ports.remotePort}`;
}

export function settingsOf({ mode, udpEncapsulation }: SaView): string {
  const text = mode === "tunnel" ? "Tunnel" : "Transport";
  return udpEncapsulation === undefined ? text : `${text} UDP-Encaps`;
}

export function saLines(sa: SaView, mapName: string): string[] {
  const remaining = `${Math.max(0, Math.floor(sa.remainingKilobytes))}/${Math.max(0, Math.floor(sa.remainingSeconds))}`;
  return [
    `      spi: 0x${sa.spi.toString(16).toUpperCase()}(${sa.spi})`,
    `        transform: ${describeSuite(sa.suite)} ,`,
    `        in use settings ={${settingsOf(sa)}, }`,
    `        slot: 0, conn id: ${sa.connId}, flow_id: ${sa.flowId}, crypto map: ${mapName}`,
    sa.isManual === true
      ? "        no sa timing"
      : `        sa timing: remaining key lifetime (k/sec): (${remaining})`,
    ...(isAh(sa.suite) ? [] : [`        IV size: ${sa.ivLength} bytes`]),
    `        replay detection support: ${sa.replayDetection ? "Y" : "N"}`,
  ];
}

/**
 * `show crypto ipsec sa detail`, in the layout of IOS 15, which the tools that read routers' listings know: packets lost are
 * counted by what was wrong, and of SAs more is told than IOS 12.2 does.
 */
import { describeSuite, isAh } from "../../crypto/names.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { PacketDropReason } from "../../ipsec/events.ts";
import type { FlowCounters, FlowView, SaView } from "../../ipsec/view.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { describeProxy } from "../../net/selector.ts";
import { currentSpi, flowsOf, type IpsecSaFilter, saSections, settingsOf } from "./ipsec-sa.ts";

export function showIpsecSaDetail(view: GatewayView, filter: IpsecSaFilter = {}): string[] {
  const flows = flowsOf(view, filter);
  if (flows.length === 0) return ["", "No SAs found"];
  return flows.flatMap((flow, i) => {
    const above = flows[i - 1];
    const isSame = above?.interfaceName === flow.interfaceName && above.mapName === flow.mapName;
    const headings = [
      "",
      `interface: ${flow.interfaceName}`,
      `    Crypto map tag: ${flow.mapName}, local addr ${flow.localAddress}`,
    ];
    return [...(isSame ? [] : headings), "", ...identityLines(flow), "", ...sectionLines(flow)];
  });
}

function identityLines({ selector, peer = NO_PEER, outbound, counters }: FlowView): string[] {
  const { protocol, local, localPorts, remote, remotePorts } = selector;
  const port = outbound.at(-1)?.udpEncapsulation?.remotePort ?? IKE_PORT;
  return [
    "   protected vrf: (none)",
    `   local  ident (addr/mask/prot/port): (${describeProxy(local, protocol, localPorts)})`,
    `   remote ident (addr/mask/prot/port): (${describeProxy(remote, protocol, remotePorts)})`,
    `   current_peer ${peer} port ${port}`,
    "     PERMIT, flags={origin_is_acl,}",
    ...counterLines(counters),
  ];
}

function counterLines(counters: FlowCounters): string[] {
  const { encapsulated, encrypted, digested, decapsulated, decrypted, verified, drops } = counters;
  const lost = (...reasons: readonly PacketDropReason[]): number =>
    reasons.reduce((sum, reason) => sum + (drops[reason] ?? 0), 0);
  return [
    `    #pkts encaps: ${encapsulated}, #pkts encrypt: ${encrypted}, #pkts digest: ${digested}`,
    `    #pkts decaps: ${decapsulated}, #pkts decrypt: ${decrypted}, #pkts verify: ${verified}`,
    "    #pkts compressed: 0, #pkts decompressed: 0",
    "    #pkts not compressed: 0, #pkts compr. failed: 0",
    "    #pkts not decompressed: 0, #pkts decompress failed: 0",
    `    #pkts no sa (send) ${lost("no sa", "hold queue full")}, #pkts invalid sa (rcv) ${lost("unknown spi")}`,
    `    #pkts encaps failed (send) ${lost("too big")}, #pkts decaps failed (rcv) ${lost("expired")}`,
    `    #pkts invalid prot (recv) ${lost("not protected")}, #pkts verify failed: ${lost("bad icv")}`,
    `    #pkts invalid identity (recv) ${lost("selector mismatch")}, #pkts invalid len (rcv) ${lost("malformed")}`,
    `    #pkts replay rollover (send): ${lost("sequence number exhausted")}, #pkts replay rollover (rcv) 0`,
    `    ##pkts replay failed (rcv): ${lost("replayed")}`,
    "    #pkts internal err (send): 0, #pkts internal err (recv) 0",
  ];
}

function sectionLines(flow: FlowView): string[] {
  const { localAddress, peer = NO_PEER, mapName, interfaceName } = flow;
  return [
    `     local crypto endpt.: ${localAddress}, remote crypto endpt.: ${peer}`,
    `     plaintext mtu ${flow.plaintextMtu ?? flow.pathMtu}, path mtu ${flow.pathMtu}, ip mtu ${flow.mediaMtu}, ip mtu idb ${interfaceName}`,
    `     current outbound spi: ${spiText(currentSpi(flow))}`,
    ...saSections(flow, (sa) => saLines(sa, mapName)),
  ];
}

function saLines(sa: SaView, mapName: string): string[] {
  const { suite, connId, flowId, remainingKilobytes, remainingSeconds, ivLength } = sa;
  return [
    `      spi: ${spiText(sa.spi)}`,
    `        transform: ${describeSuite(suite)} ,`,
    `        in use settings ={${settingsOf(sa)}, }`,
    `        conn id: ${connId}, flow_id: SW:${flowId}, sibling_flags 80000046, crypto map: ${mapName}`,
    // A key without end has none: manual ones.
    `        sa timing: remaining key lifetime (k/sec): (${remainingKilobytes}/${remainingSeconds})`,
    ...(isAh(suite) ? [] : [`        IV size: ${ivLength} bytes`]),
    `        replay detection support: ${sa.replayDetection ? "Y" : "N"}  replay window size: ${sa.replayWindow ?? 64}`,
    "        Status: ACTIVE",
  ];
}

/** `0xEB84DC85(3951352965)`. */
function spiText(spi: number): string {
  return `0x${spi.toString(16).toUpperCase()}(${spi})`;
}

const NO_PEER = ipv4("0.0.0.0");
const IKE_PORT = 500;

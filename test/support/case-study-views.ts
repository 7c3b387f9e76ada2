/** What the two routers of the chapter's first case study show of themselves, as values that views print. */
import { instant } from "../../src/base/time.ts";
import type { GatewayView } from "../../src/gateway/contract.ts";
import { NO_REQUESTS } from "../../src/ike/admission.ts";
import type { IsakmpSaView } from "../../src/ike/view.ts";
import type { FlowView, SaView } from "../../src/ipsec/view.ts";
import { type IpAddress, ipv4 } from "../../src/net/ip-address.ts";
import { ANY_PORT, blockOf } from "../../src/net/selector.ts";

export const A = ipv4("172.16.172.10");
export const B = ipv4("172.16.172.20");
const MASK = ipv4("255.255.255.0");

export function view(isakmpSas: readonly IsakmpSaView[], flows: readonly FlowView[]): GatewayView {
  return {
    now: instant(0),
    ike: { isakmpSas, halfOpen: 0, jobsRunning: 0, admission: NO_REQUESTS, failures: [] },
    ipsec: { flows },
  };
}

export function isakmpSa(local: IpAddress, remote: IpAddress): IsakmpSaView {
  return {
    sa: {
      connId: 1,
      role: "initiator",
      local: { address: local, port: 500 },
      remote: { address: remote, port: 500 },
      initiatorCookie: "0102030405060708",
      responderCookie: "0807060504030201",
    },
    state: "QM_IDLE",
    encryption: "3des",
    hash: "sha1",
    authentication: "pre-share",
    group: 1,
    establishedAt: undefined,
    expiresAt: undefined,
    identity: "",
    capabilities: { deadPeerDetection: false, natTraversal: false, fragmentation: false },
    exchanges: 0,
  };
}

export function sa(spi: number, connId: number, flowId: number, kilobytes: number, seconds: number): SaView {
  return {
    spi,
    suite: { encryption: "3des", integrity: "md5" },
    mode: "tunnel",
    udpEncapsulation: undefined,
    connId,
    flowId,
    remainingKilobytes: kilobytes,
    remainingSeconds: seconds,
    installedAt: instant(0),
    ivLength: 8,
    replayDetection: true,
    sequenceNumber: 4,
    packets: 4,
    octets: 544,
    replayErrors: 0,
    icvErrors: 0,
  };
}

const COUNTERS = { encapsulated: 4, encrypted: 4, digested: 4, decapsulated: 4, decrypted: 4, verified: 4 };

export const INITIATOR: FlowView = {
  interfaceName: "Ethernet1/0",
  mapName: "vpn",
  template: undefined,
  connectionId: "vpn 10 Ethernet1/0",
  localAddress: A,
  peer: B,
  selector: {
    protocol: 0,
    local: blockOf(ipv4("10.1.1.0"), MASK),
    localPorts: ANY_PORT,
    remote: blockOf(ipv4("10.1.2.0"), MASK),
    remotePorts: ANY_PORT,
  },
  counters: { ...COUNTERS, sendErrors: 6, receiveErrors: 0, drops: {} },
  pathMtu: 1500,
  mediaMtu: 1500,
  inbound: [sa(0x8eab0b22, 2029, 1, 4607998, 3347)],
  outbound: [sa(0xeb84dc85, 2030, 2, 4607999, 3347)],
};

export const RESPONDER: FlowView = {
  ...INITIATOR,
  localAddress: B,
  peer: A,
  selector: {
    ...INITIATOR.selector,
    local: INITIATOR.selector.remote,
    remote: INITIATOR.selector.local,
  },
  counters: { ...COUNTERS, sendErrors: 0, receiveErrors: 0, drops: {} },
  inbound: [sa(0xeb84dc85, 2029, 1, 4607998, 3326)],
  outbound: [sa(0x8eab0b22, 2030, 2, 4607999, 3326)],
};

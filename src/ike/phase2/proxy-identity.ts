/** Proxy identities: the selectors of a pair of SAs as the two ID payloads of quick mode (RFC 2407 §4.6.2, RFC 2409 §5.5). */
import { concat } from "../../base/octets.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import {
  type IpAddress,
  ipv4FromNumber,
  ipv4FromOctets,
  ipv4Octets,
  ipv4ToNumber,
} from "../../net/ip-address.ts";
import {
  type AddressBlock,
  ANY_PORT,
  blockOf,
  host,
  maskOf,
  type PortRange,
  type TrafficSelector,
} from "../../net/selector.ts";

const ID_IPV4_ADDR = 1;
const ID_IPV4_ADDR_SUBNET = 4;
const ID_IPV4_ADDR_RANGE = 7;

/** IDci and IDcr of the initiator whose selector this is: its own side comes first. */
export function identitiesOf(selector: TrafficSelector): readonly [Identification, Identification] {
  return [
    identity(selector.local, selector.protocol, selector.localPorts),
    identity(selector.remote, selector.protocol, selector.remotePorts),
  ];
}

/** One host as an address, anything else as a subnet, as IOS does. A range of ports cannot be said and becomes any port. */
function identity(block: AddressBlock, protocol: number, ports: PortRange): Identification {
  const mask = maskOf(block) ?? ipv4FromNumber(0xffffffff);
  const isHost = ipv4ToNumber(mask) === 0xffffffff;
  const port = ports.low === ports.high ? ports.low : 0;
  return isHost
    ? { kind: "ID", idType: ID_IPV4_ADDR, protocolId: protocol, port, data: ipv4Octets(block.address) }
    : {
        kind: "ID",
        idType: ID_IPV4_ADDR_SUBNET,
        protocolId: protocol,
        port,
        data: concat(ipv4Octets(block.address), ipv4Octets(mask)),
      };
}

/** What a selector becomes when it has been through the wire: `gt 1023` has become any port. */
export function negotiableSelector(selector: TrafficSelector): TrafficSelector {
  const whole = (ports: PortRange): PortRange => (ports.low === ports.high ? ports : ANY_PORT);
  return { ...selector, localPorts: whole(selector.localPorts), remotePorts: whole(selector.remotePorts) };
}

/** The responder's view of the initiator's two identities, or a sentence that says what is wrong with them. */
export function selectorFromIdentities(IDci: Identification, IDcr: Identification): TrafficSelector | string {
  if (IDci.protocolId !== IDcr.protocolId)
    return `proxy identities of different protocols (${IDci.protocolId} and ${IDcr.protocolId})`;
  const remote = blockFrom(IDci);
  const local = blockFrom(IDcr);
  if (typeof remote === "string") return remote;
  if (typeof local === "string") return local;
  return {
    protocol: IDci.protocolId,
    local,
    localPorts: portsFrom(IDcr),
    remote,
    remotePorts: portsFrom(IDci),
  };
}

/** Without ID payloads the SAs are for the two peers themselves (RFC 2409 §5.5). */
export function selectorOfPeers(local: IpAddress, remote: IpAddress): TrafficSelector {
  return {
    protocol: 0,
    local: host(local),
    localPorts: ANY_PORT,
    remote: host(remote),
    remotePorts: ANY_PORT,
  };
}

function portsFrom(id: Identification): PortRange {
  return id.port === 0 ? ANY_PORT : { low: id.port, high: id.port };
}

function blockFrom(id: Identification): AddressBlock | string {
  const first = ipv4FromOctets(id.data.slice(0, 4).length === 4 ? id.data.slice(0, 4) : new Uint8Array(4));
  if (id.idType === ID_IPV4_ADDR && id.data.length === 4) return host(first);
  if (id.idType === ID_IPV4_ADDR_SUBNET && id.data.length === 8) {
    const block = blockOf(first, ipv4FromOctets(id.data.slice(4)));
    return maskOf(block) === undefined
      ? `a proxy identity with the mask ${ipv4FromOctets(id.data.slice(4))}`
      : block;
  }
  if (id.idType === ID_IPV4_ADDR_RANGE && id.data.length === 8)
    return blockFromRange(ipv4ToNumber(first), ipv4ToNumber(ipv4FromOctets(id.data.slice(4))));
  return `a proxy identity of type ${id.idType}`;
}

/** A range that is a subnet; others have no access list line that could say them. */
function blockFromRange(low: number, high: number): AddressBlock | string {
  const wildcard = (low ^ high) >>> 0;
  const isSubnet = high >= low && (wildcard & (wildcard + 1)) >>> 0 === 0 && (low & wildcard) >>> 0 === 0;
  if (!isSubnet) return `an address range ${ipv4FromNumber(low)}-${ipv4FromNumber(high)} that is no subnet`;
  return { address: ipv4FromNumber(low), wildcard: ipv4FromNumber(wildcard) };
}

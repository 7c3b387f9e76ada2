/** IOS's interface lines that concern nothing done here: media, queueing, routing protocols, address translation. */
import type { InterfaceSettings } from "../../config/configuration.ts";
import { keeping, keptIn, type Traits, unsupported } from "../keeping.ts";
import type { Place, Statement } from "../mode.ts";
import { choice, optional, type Part, value, word } from "../sentence.ts";
import { ADDRESS, LINE, MASK, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { keptForms } from "./kept-line.ts";

export interface KeptInterfaceLines {
  readonly beforeAddress: readonly Statement[];
  readonly ofIp: readonly Statement[];
  readonly ofMedium: readonly Statement[];
}

export function keptInterfaceLines<P extends object>(at: Place<InterfaceSettings, P>): KeptInterfaceLines {
  const place = keptIn(at);
  const { one, each, list } = keptForms(place);
  return {
    beforeAddress: [
      one("bandwidth", "Set bandwidth informational parameter"),
      one("backup", "Modify backup parameters"),
      one("carrier-delay", "Specify delay for interface transitions"),
      one("delay", "Specify interface throughput delay"),
      one("mac-address", "Manually set interface MAC address"),
    ],
    ofIp: [
      unsupported(one("ip unnumbered", "Enable IP processing without an explicit address")),
      unsupported(
        keep(
          [
            ...phrase("ip address", "Set the IP address of an interface"),
            value("address", ADDRESS, "IP address"),
            value("mask", MASK, "IP subnet mask"),
            word("secondary", "Make this IP address a secondary address"),
          ],
          { replaces: "line", keepsNo: false },
        ),
      ),
      unsupported(addressFrom("dhcp", "IP Address negotiated via DHCP")),
      unsupported(addressFrom("negotiated", "IP Address negotiated over PPP")),
      one("ip redirects", "Enable sending ICMP Redirect messages"),
      one("ip unreachables", "Enable sending ICMP Unreachable messages"),
      one("ip mask-reply", "Enable sending ICMP Mask Reply messages"),
      one("ip directed-broadcast", "Enable forwarding of directed broadcasts"),
      one("ip proxy-arp", "Enable proxy ARP"),
      list("ip helper-address", "Specify a destination address for UDP broadcasts"),
      each("ip local-proxy-arp", "Enable local-proxy ARP"),
      one("ip irdp", "ICMP Router Discovery Protocol"),
      one("ip broadcast-address", "Set the broadcast address of an interface"),
      list("ip bandwidth-percent", "Set EIGRP bandwidth limit"),
      list("ip dhcp client", "Configure parameters for DHCP client operation"),
      list("ip dhcp relay", "DHCP relay options"),
      each("ip nbar", "Network-Based Application Recognition"),
      each("ip wccp", "WCCP interface commands"),
      each("ip rsvp", "RSVP Interface Commands"),
      each("ip rtp", "RTP parameters"),
      each("ip sap", "Session Advertisement Protocol interface commands"),
      each("ip multicast", "IP multicast interface commands"),
      each("ip traffic-export", "IP traffic export on this interface"),
      each("ip urlfilter", "Url Filtering"),
      unsupported(list("ip admission", "Apply Network Admission Control")),
      unsupported(list("ip auth-proxy", "Apply authentication proxy")),
      unsupported(list("ip ips", "Apply a rule of the Intrusion Prevention System")),
      unsupported(list("ip nat enable", "Enable NAT on this interface")),
      unsupported(one("vrf forwarding", "Configure forwarding table")),
      unsupported(one("zone-member security", "Apply zone name")),
      each("ip route-cache", "Enable fast-switching cache for outgoing packets"),
      one("ip mroute-cache", "Enable switching cache for incoming multicast packets"),
      one("ip tcp header-compression", "Enable TCP header compression"),
      each("ip ospf", "OSPF interface commands"),
      each("ip rip", "Router Information Protocol"),
      each("ip authentication", "Authentication subcommands"),
      each("ip hello-interval", "Configures IP-EIGRP hello interval"),
      each("ip hold-time", "Configures IP-EIGRP hold time"),
      each("ip split-horizon", "Perform split horizon"),
      each("ip summary-address", "Perform address summarization"),
      each("ip pim", "PIM interface commands"),
      each("ip igmp", "IGMP interface commands"),
      each("ip nhrp", "NHRP interface subcommands"),
      unsupported(
        keep(
          [
            ...phrase("ip inspect", "Apply inspect name"),
            value("name", NAME, "Name of inspection defined"),
            choice("direction", { in: ["in", "Inbound inspection"], out: ["out", "Outbound inspection"] }),
          ],
          { replaces: "line", keepsNo: false },
        ),
      ),
      unsupported(one("ip verify", "Verify source address of packets")),
      unsupported(one("ip virtual-reassembly", "Virtual Reassembly")),
      unsupported(one("ip vrf", "VPN Routing/Forwarding parameters on the interface")),
      each("ip flow", "NetFlow related commands"),
      one("ip accounting", "Enable IP accounting on this interface"),
      one("ip load-sharing", "Style of load sharing"),
    ],
    ofMedium: [
      one("encapsulation", "Set encapsulation type for an interface"),
      one("keepalive", "Enable keepalive"),
      one("load-interval", "Specify interval for load calculation for an interface"),
      each("logging event", "Interface events"),
      one("media-type", "Interface media type"),
      one("duplex", "Configure duplex operation"),
      one("speed", "Configure speed operation"),
      one("half-duplex", "Configure half-duplex operational mode"),
      one("full-duplex", "Configure full-duplex operational mode"),
      one("negotiation", "Select Autonegotiation mode"),
      one("hold-queue", "Set hold queue depth"),
      one("clockrate", "Configure serial interface clock speed"),
      one("clock rate", "Configure serial interface clock speed"),
      one("physical-layer", "Configure sync or async physical layer"),
      one("async", "Async interface parameters"),
      list("dialer", "Dial-on-demand routing (DDR) commands"),
      one("dialer-group", "Assign interface to dialer-list"),
      list("isdn", "ISDN Interface configuration commands"),
      list("ppp", "Point-to-Point Protocol"),
      list("pppoe", "Pppoe interface subcommands"),
      one("pppoe-client", "Pppoe client"),
      one("peer", "Peer parameters for point to point interfaces"),
      list("frame-relay", "Set frame relay parameters"),
      list("x25", "X.25 Level 3"),
      list("atm", "Modify ATM parameters"),
      list("pvc", "Configure ATM PVC parameters"),
      list("dsl", "DSL configuration"),
      one("fair-queue", "Enable Fair Queuing on an Interface"),
      list("priority-group", "Assign a priority group to an interface"),
      list("custom-queue-list", "Assign a custom queue list to an interface"),
      list("random-detect", "Enable Weighted Random Early Detection"),
      list("rate-limit", "Rate Limit"),
      list("traffic-shape", "Enable Traffic Shaping on an Interface or Sub-Interface"),
      list("service-policy", "Configure QoS Service Policy"),
      one("tunnel bandwidth", "Set tunnel bandwidth"),
      unsupported(one("tunnel path-mtu-discovery", "Enable Path MTU Discovery on tunnel")),
      unsupported(one("tunnel protection", "Enable tunnel protection")),
      unsupported(one("tunnel sequence-datagrams", "Enable sequencing of tunneled packets")),
      unsupported(one("tunnel vrf", "Set tunnel vrf membership")),
      unsupported(list("crypto ipsec client", "Apply an EasyVPN client")),
      unsupported(
        keep(
          [
            ...phrase("crypto map", "Assign a Crypto Map"),
            value("name", NAME, "Crypto Map tag"),
            word("redundancy", "Specify a redundancy group"),
            optional(value("rest", LINE, "The rest of the line, kept as it is")),
          ],
          { replaces: "line", keepsNo: false },
        ),
      ),
      one("crypto engine", "Crypto engine of this interface"),
      one("tunnel tos", "Set type of service"),
      one("tunnel ttl", "Set time to live"),
      list("standby", "HSRP interface configuration commands"),
      list("vrrp", "VRRP Interface configuration commands"),
      list("bridge-group", "Transparent bridging interface parameters"),
      list("channel-group", "Add this interface to an Etherchannel group"),
      each("cdp", "CDP interface subcommands"),
      each("mop", "DEC MOP server commands"),
      each("lat", "LAT commands"),
      each("ipx", "Novell/IPX interface subcommands"),
      each("ipv6", "IPv6 interface subcommands"),
      each("snmp trap", "Allow a specific SNMP trap"),
      each("snmp ifindex", "Persist ifindex for the interface"),
      each("mpls", "Configure MPLS interface parameters"),
      each("mls", "mls interface commands"),
      each("lldp", "LLDP interface subcommands"),
      each("spanning-tree", "Spanning Tree Subsystem"),
      each("ethernet", "Ethernet interface parameters"),
      each("platform", "platform interface commands"),
      each("cts", "Cisco Trusted Security commands"),
      each("bfd", "BFD interface configuration commands"),
      each("dampening", "Enable event dampening"),
      each("dot1x", "Interface Config Commands for IEEE 802.1X"),
      list("glbp", "Gateway Load Balancing Protocol interface commands"),
      one("max-reserved-bandwidth", "Maximum Reservable Bandwidth on an Interface"),
      list("xconnect", "Xconnect commands"),
      each("storm-control", "storm configuration"),
      each("macro", "Command macro"),
      each("udld", "Configure UDLD enabled or disabled"),
      list("vlan-range", "Select VLAN Range"),
      each("timeout", "Define timeout values for this interface"),
      list("arp arpa", "Standard arp protocol"),
      list("arp timeout", "Set ARP cache timeout"),
      each("ntp disable", "Disable NTP traffic"),
      each("ntp broadcast", "Configure NTP broadcast service"),
      list("switchport", "Set switching mode characteristics"),
      list("vlan-id", "Vlan of the interface"),
      list("map-group", "Configure static map group"),
      list("modem", "Modem commands"),
      list("autodetect", "Autodetect Encapsulations on Serial interface"),
      list("fddi", "FDDI commands"),
      one("ring-speed", "Set the ring speed"),
      list("transmit-interface", "Assign a transmit interface to a receive-only interface"),
      list("tx-ring-limit", "Configure PA level transmit ring limit"),
    ],
  };

  function addressFrom(source: string, help: string): Statement {
    const parts = [
      ...phrase("ip address", "Set the IP address of an interface"),
      word(source, help),
      optional(value("rest", LINE, "The rest of the line, kept as it is")),
    ];
    return keep(parts, { replaces: "statement", keepsNo: false });
  }

  function keep(parts: readonly Part[], traits: Pick<Traits, "replaces" | "keepsNo">): Statement {
    return keeping(parts, { effect: "none", block: undefined, ...traits }, place);
  }
}

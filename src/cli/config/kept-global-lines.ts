/** IOS's global configuration lines that concern nothing done here: kept, printed back, reported once. */

import { keeping, keptIn, keptPhrase, type Traits, unsupported, used } from "../keeping.ts";
import { type BlockKind, GLOBAL_PLACE, type Statement } from "../mode.ts";
import {
  AAA_GROUP_BLOCK,
  CLASS_BLOCK,
  CLIENT_GROUP_BLOCK,
  CONTROLLER_BLOCK,
  DHCP_BLOCK,
  HUB_BLOCK,
  KEY_CHAIN_BLOCK,
  OTHER_BLOCK,
  POLICY_BLOCK,
  PROFILE_BLOCK,
  ROUTER_BLOCK,
  TEXT_BLOCK,
  VPDN_BLOCK,
} from "./kept-blocks.ts";

/** `service`. */
const SERVICES: readonly (readonly [name: string, help: string])[] = [
  ["alignment", "Control alignment correction and logging"],
  ["call-home", "Enable call-home service"],
  ["compress-config", "Compress the configuration file"],
  ["config", "TFTP load config files"],
  ["counters", "Control aging of interface counters"],
  ["dhcp", "Enable DHCP server and relay agent"],
  ["disable-ip-fast-frag", "Disable IP particle-based fast fragmentation"],
  ["exec-callback", "Enable EXEC callback"],
  ["exec-wait", "Delay EXEC startup on noisy lines"],
  ["finger", "Allow responses to finger requests"],
  ["hide-telnet-addresses", "Hide destination addresses in telnet command"],
  ["internal", "Enable/Disable Internal commands"],
  ["linenumber", "Enable line number banner for each exec"],
  ["nagle", "Enable Nagle's congestion control algorithm"],
  ["old-slip-prompts", "Allow old scripts to operate with slip/ppp"],
  ["pad", "Enable PAD commands"],
  ["prompt", "Enable mode specific prompt"],
  ["pt-vty-logging", "Log significant VTY-Async events"],
  ["slave-log", "Enable log capability of slave IPs"],
  ["tcp-keepalives-in", "Generate keepalives on idle incoming network connections"],
  ["tcp-keepalives-out", "Generate keepalives on idle outgoing network connections"],
  ["tcp-small-servers", "Enable small TCP servers (e.g., ECHO)"],
  ["telnet-zeroidle", "Set TCP window 0 when connection is idle"],
  ["udp-small-servers", "Enable small UDP servers (e.g., ECHO)"],
  ["unsupported-transceiver", "Enable unsupported transceivers"],
];

/** `logging`. */
const LOGGING_OF_OTHERS: readonly (readonly [name: string, help: string])[] = [
  ["alarm", "Configure syslog for alarms"],
  ["buginf", "Enable buginf logging for debugging"],
  ["cns-events", "Set CNS Event logging level"],
  ["count", "Count every log message and timestamp last occurrence"],
  ["delimiter", "Append delimiter to syslog messages"],
  ["discriminator", "Create or modify a message discriminator"],
  ["dmvpn", "DMVPN Configuration"],
  ["esm", "Set ESM filter restrictions"],
  ["event", "Global interface events"],
  ["exception", "Limit size of exception flush output"],
  ["filter", "Specify logging filter"],
  ["history", "Configure syslog history table"],
  ["message-counter", "Configure log message to include certain counter value"],
  ["origin-id", "Add origin ID to syslog messages"],
  ["persistent", "Set persistent logging parameters"],
  ["queue-limit", "Set logger message queue size"],
  ["rate-limit", "Set messages per second limit"],
  ["reload", "Set reload logging level"],
  ["server-arp", "Enable sending ARP requests for syslog servers"],
  ["snmp-authfail", "Add SNMP authfail IP address in syslog"],
  ["userinfo", "Enable logging of user info on privileged mode enabling"],
];

/** What IOS prints before host names and domain. */
export const LINES_OF_THE_SYSTEM: readonly Statement[] = [
  one("version", "Version of IOS that wrote this"),
  ...SERVICES.map(([name, help]) => each(`service ${name}`, help)),
  one("boot-start-marker", "Start of the boot commands"),
  each("boot", "Modify system boot parameters"),
  one("boot-end-marker", "End of the boot commands"),
  ...LOGGING_OF_OTHERS.map(([name, help]) => each(`logging ${name}`, help)),
  unsupported(one("aaa new-model", "Enable the AAA access control model")),
  unsupported(list("aaa authentication", "Authentication configurations parameters")),
  unsupported(list("aaa authorization", "Authorization configurations parameters")),
  unsupported(list("aaa accounting", "Accounting configurations parameters")),
  unsupported(block("aaa group", "AAA group definitions", AAA_GROUP_BLOCK)),
  one("aaa session-id", "AAA session ID"),
  one("clock summer-time", "Configure summer (daylight savings) time"),
  one("clock calendar-valid", "Calendar time is authoritative"),
  one("memory-size", "Adjust memory size by percentage"),
  one("mmi", "Man-machine interface"),
  one("resource", "Embedded resource manager"),
  one("dot11", "IEEE 802.11"),
  one("prompt", "Set system's prompt"),
  each("platform", "Platform specific configuration"),
  each("hw-module", "Control of individual components in the system"),
  each("card", "Configure a card"),
  one("diagnostic", "Configure diagnostic information"),
  each("subscriber", "Subscriber configuration commands"),
  each("login block-for", "Set quiet-mode active time period"),
  each("login delay", "Set delay between successive fail login"),
  each("login on-failure", "Set options for failed login attempt"),
  each("login on-success", "Set options for successful login attempt"),
  each("login quiet-mode", "Set quiet-mode options"),
  each("parser", "Configure parser"),
  each("memory", "Configure memory management"),
  each("process", "Configure process"),
  each("cns", "CNS agents"),
  each("netconf-yang", "Configure NETCONF"),
  each("restconf", "Configure RESTCONF"),
  each("transceiver", "Select from transceiver configuration commands"),
  block("call-home", "Enter call-home configuration mode", OTHER_BLOCK),
];

/** What IOS prints of IP between the domain and the encryption module. */
export const LINES_OF_NAMES: readonly Statement[] = [
  one("ip subnet-zero", "Allow 'subnet zero' subnets"),
  one("ip cef", "Cisco Express Forwarding"),
  one("ip source-route", "Process packets with source routing header options"),
  one("ip finger", "Finger server"),
  one("ip bootp", "Config BOOTP services"),
  one("ip tcp chunk-size", "TCP chunk size"),
  one("ip tcp ecn", "Enable Explicit Congestion Notification"),
  each("ip tcp intercept", "Enable TCP intercepting"),
  one("ip tcp mss", "TCP initial maximum segment size"),
  one("ip tcp path-mtu-discovery", "Enable path-MTU discovery on new TCP connections"),
  one("ip tcp queuemax", "Maximum queue of outgoing TCP packets"),
  one("ip tcp selective-ack", "Enable TCP selective-ACK"),
  one("ip tcp synwait-time", "Set time to wait on new TCP connections"),
  one("ip tcp timestamp", "Enable TCP timestamp option"),
  one("ip tcp window-size", "TCP window size"),
  list("ip ftp", "FTP configuration commands"),
  list("ip tftp", "Tftp configuration commands"),
  one("ip domain-lookup", "Enable IP Domain Name System hostname translation"),
  one("ip domain lookup", "Enable IP Domain Name System hostname translation"),
  list("ip domain-list", "Domain name to complete unqualified host names"),
  list("ip domain list", "Domain name to complete unqualified host names"),
  list("ip name-server", "Specify address of name server to use"),
  list("ip dhcp excluded-address", "Prevent DHCP from assigning certain addresses"),
  unsupported(block("ip dhcp pool", "Configure DHCP address pools", DHCP_BLOCK)),
  unsupported(block("ip vrf", "Configure an IP VPN Routing/Forwarding instance", ROUTER_BLOCK)),
  list("ip inspect", "Context-based Access Control Engine"),
  list("ip audit", "Intrusion Detection System"),
  one("ip multicast-routing", "Enable IP multicast forwarding"),
  one("ip routing", "Enable IP routing"),
  one("ip default-gateway", "Specify default gateway (if not routing IP)"),
  each("ip ssh break-string", "break-string"),
  each("ip ssh dh", "Diffie-Hellman"),
  each("ip ssh dscp", "IP DSCP value for SSH traffic"),
  each("ip ssh logging", "Configure logging for SSH"),
  each("ip ssh precedence", "IP Precedence value for SSH traffic"),
  each("ip ssh rsa", "Configure RSA keypair name for SSH"),
  each("ip ssh source-interface", "Specify interface for source address in SSH connections"),
  each("ip ssh stricthostkeycheck", "Enable SSH Server Authentication"),
  each("ip telnet", "Specify telnet options"),
  each("ip rcmd", "Rcmd commands"),
  each("ip icmp", "ICMP options"),
  each("ip options", "IP options"),
  each("ip arp", "IP ARP global configuration"),
  each("ip dns", "Configure DNS server for a zone"),
  each("ip nbar", "Network-Based Application Recognition"),
  each("ip flow-cache", "Configure netflow cache parameters"),
  block("ip sla", "IP Service Level Agreement", OTHER_BLOCK),
  block("track", "Object tracking configuration commands", OTHER_BLOCK),
  one("ip scp", "Scp commands"),
  one("isdn", "ISDN configuration commands"),
  one("virtual-profile", "Virtual Profile configuration"),
  one("vpdn", "Virtual Private Dialup Network"),
  unsupported(block("vpdn-group", "VPDN group configuration", VPDN_BLOCK)),
  one("multilink", "PPP multilink global configuration"),
  each("mpls", "Multi-Protocol Label Switching configuration commands"),
  each("ipv6", "Global IPv6 configuration commands"),
  block("archive", "Archive the configuration", OTHER_BLOCK),
  block("voice-card", "Configure a specific voice-card", OTHER_BLOCK),
  block("dial-peer", "Dial Map (Peer) configuration commands", OTHER_BLOCK),
  each("mgcp", "Enable Multimedia Gateway Control Protocol"),
  each("spanning-tree", "Spanning Tree Subsystem"),
  each("vtp", "Configure global VTP state"),
  block("vlan", "Vlan commands", OTHER_BLOCK),
  each("lldp", "Global LLDP configuration subcommands"),
  list("chat-script", "Define a modem chat script"),
  list("modemcap", "Modem Capabilities database"),
  list("vpdn-template", "VPDN template configuration"),
  block("object-group", "Configure object group", OTHER_BLOCK),
  block("flow", "Global Flow configuration subcommands", OTHER_BLOCK),
  unsupported(block("vrf definition", "VRF definition", ROUTER_BLOCK)),
  unsupported(block("parameter-map", "Parameter map", OTHER_BLOCK)),
  unsupported(block("zone", "FW with zoning", OTHER_BLOCK)),
  unsupported(block("zone-pair", "Zone pair command", OTHER_BLOCK)),
  block("redundancy", "Redundancy configuration", OTHER_BLOCK),
  list("frame-relay", "Global frame relay configuration commands"),
  list("x25", "X.25 level 3"),
  one("async-bootp", "Modify system bootp parameters"),
  one("partition", "Partition device"),
  list("license", "Configure license features"),
  block("hub", "Hub configuration commands", HUB_BLOCK),
  block("controller", "Configure a specific controller", CONTROLLER_BLOCK),
  unsupported(block("class-map", "Configure QoS Class Map", CLASS_BLOCK)),
  unsupported(block("policy-map", "Configure QoS Policy Map", POLICY_BLOCK)),
  unsupported(block("key chain", "Key-chain management", KEY_CHAIN_BLOCK)),
];

/** IKE of kinds that are not in effect yet. */
export const LINES_OF_ISAKMP: readonly Statement[] = [
  unsupported(one("crypto isakmp xauth", "Set Extended Authentication values")),
  unsupported(list("crypto isakmp client configuration address-pool", "Set network address for client")),
  unsupported(
    block("crypto isakmp client configuration group", "Set group profile attributes", CLIENT_GROUP_BLOCK),
  ),
  unsupported(one("crypto isakmp default", "Default policies")),
  unsupported(one("crypto call admission limit ipsec", "Configure IPsec Call Admission Control Limits")),
  unsupported(one("call admission", "Call Admission Control")),
  unsupported(block("crypto isakmp profile", "Define ISAKMP Profiles", PROFILE_BLOCK)),
];

/** IPsec of kinds that are not in effect yet. */
export const LINES_OF_IPSEC: readonly Statement[] = [
  unsupported(
    one(
      "crypto ipsec nat-transparency spi-matching",
      "Match inbound SPI to outbound SPI for IPsec aware NAT",
    ),
  ),
  unsupported(block("crypto ipsec profile", "Configure an ipsec policy profile", PROFILE_BLOCK)),
];

/** Keys of kinds that are not in effect yet. */
export const LINES_OF_KEYS: readonly Statement[] = [
  unsupported(block("crypto keyring", "Key ring commands", PROFILE_BLOCK)),
  unsupported(one("crypto engine", "Enter a crypto engine configurable menu")),
  unsupported(block("crypto ikev2", "Configure IKEv2 Options", PROFILE_BLOCK)),
  one("crypto logging", "Logging messages"),
];

/** What IOS prints after the interfaces. */
export const LINES_OF_ROUTING: readonly Statement[] = [
  unsupported(block("router bgp", "Border Gateway Protocol (BGP)", ROUTER_BLOCK)),
  unsupported(block("router egp", "Exterior Gateway Protocol (EGP)", ROUTER_BLOCK)),
  unsupported(block("router eigrp", "Enhanced Interior Gateway Routing Protocol (EIGRP)", ROUTER_BLOCK)),
  unsupported(block("router igrp", "Interior Gateway Routing Protocol (IGRP)", ROUTER_BLOCK)),
  unsupported(block("router isis", "ISO IS-IS", ROUTER_BLOCK)),
  unsupported(block("router iso-igrp", "IGRP for OSI networks", ROUTER_BLOCK)),
  unsupported(block("router mobile", "Mobile routes", ROUTER_BLOCK)),
  unsupported(block("router odr", "On Demand stub Routes", ROUTER_BLOCK)),
  unsupported(block("router ospf", "Open Shortest Path First (OSPF)", ROUTER_BLOCK)),
  unsupported(block("ip eigrp", "Enhanced Interior Gateway Routing Protocol", ROUTER_BLOCK)),
  unsupported(list("ip local pool", "IP Local address pool lists")),
];

/** What IOS prints before the routes. */
export const LINES_OF_FORWARDING: readonly Statement[] = [
  unsupported(list("ip nat inside destination", "Inside address translation of destinations")),
  unsupported(list("ip nat outside", "Outside address translation")),
  list("ip nat translation", "NAT translation entry configuration"),
  one("ip classless", "Follow classless routing forwarding rules"),
  list("ip default-network", "Flags networks as candidates for default routes"),
  each("ip forward-protocol", "Controls forwarding of physical and directed IP broadcasts"),
  list("ip prefix-list", "Build a prefix list"),
  one("ip pim", "PIM global commands"),
  one("ip flow-export", "Specify host/port to send flow statistics"),
];

/** What IOS prints after the routes and around the access lists. */
export const LINES_OF_SERVERS: readonly Statement[] = [
  each("ip http", "HTTP server configuration"),
  one("ip radius", "RADIUS configuration commands"),
  one("ip tacacs", "TACACS configuration commands"),
];

/** What IOS prints at the end. */
export const LINES_AT_THE_END: readonly Statement[] = [
  list("dialer-list", "Create a dialer list entry"),
  one("cdp", "Global CDP configuration subcommands"),
  list("snmp-server", "Modify SNMP engine parameters"),
  list("tacacs-server", "Modify TACACS query parameters"),
  list("radius-server", "Modify RADIUS query parameters"),
  list("tftp-server", "Provide TFTP service for netload requests"),
  list("arp", "Set a static ARP entry"),
  list("bridge", "Bridge Group"),
  list("map-list", "Configure static map list"),
  block("control-plane", "Configure control plane services", OTHER_BLOCK),
  list("alias", "Create command alias"),
  used(textBlock("banner exec", "Set EXEC process creation banner")),
  textBlock("banner incoming", "Set incoming terminal line banner"),
  used(textBlock("banner login", "Set login banner")),
  used(textBlock("banner motd", "Set Message of the Day banner")),
];

/** What IOS prints after the terminal lines. */
export const LINES_AFTER_TERMINALS: readonly Statement[] = [
  list("ntp", "Configure NTP"),
  list("sntp", "Configure SNTP"),
  one("scheduler", "Scheduler parameters"),
  list("exception", "Exception handling"),
  list("event", "Event related configuration commands"),
];

/** One line at a time, and `no` counts too. */
function one(words: string, help: string): Statement {
  return keep(words, help, { replaces: "statement", keepsNo: true });
}

/** Several lines that are each on or off. */
function each(words: string, help: string): Statement {
  return keep(words, help, { replaces: "line", keepsNo: true });
}

/** Several lines, each of which `no` removes. */
function list(words: string, help: string): Statement {
  return keep(words, help, { replaces: "line", keepsNo: false });
}

function block(words: string, help: string, kind: BlockKind): Statement {
  return keep(words, help, { replaces: "line", keepsNo: false, block: kind });
}

function textBlock(words: string, help: string): Statement {
  return keep(words, help, { replaces: "statement", keepsNo: false, block: TEXT_BLOCK });
}

function keep(words: string, help: string, traits: Pick<Traits, "replaces" | "keepsNo"> & Partial<Traits>) {
  return keeping(
    keptPhrase(words, help),
    { effect: "none", block: undefined, ...traits },
    keptIn(GLOBAL_PLACE),
  );
}

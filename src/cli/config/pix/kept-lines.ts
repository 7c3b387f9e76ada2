/** Lines of a PIX that are kept and printed back: what it filters, translates, inspects and logs. */
import { unsupported } from "../../keeping.ts";
import type { Statement } from "../../mode.ts";
import { each, list, one } from "../kept-line.ts";

/** After the names of the interfaces. */
export const LINES_OF_PASSWORDS: readonly Statement[] = [
  one("enable password", "Password of the privileged mode"),
  one("passwd", "Password of telnet and the console"),
];

/** After the host name. */
export const LINES_OF_INSPECTION: readonly Statement[] = [
  each("fixup protocol", "Application inspection of a port"),
  one("names", "Names stand in place of addresses"),
  list("name", "A name for an address"),
];

/** After the access lists. */
export const LINES_OF_LOGGING: readonly Statement[] = [
  one("pager", "Lines of a screen"),
  each("logging", "Where messages go"),
];

/** After the addresses of the interfaces. */
export const LINES_OF_ADDRESSES: readonly Statement[] = [
  list("ip audit", "Intrusion detection"),
  unsupported(list("ip local pool", "Addresses for clients")),
  each("failover", "A second PIX that stands by"),
  one("pdm", "The manager with a graphical view"),
  one("arp timeout", "Age of an entry of the ARP table"),
  unsupported(list("global", "Addresses to translate to")),
  unsupported(list("nat", "Addresses to be translated, or not to be")),
  unsupported(list("static", "A lasting translation")),
  unsupported(list("conduit", "What may come in")),
  unsupported(list("access-group", "Access list of an interface")),
];

/** After the routes. */
export const LINES_OF_SERVICES: readonly Statement[] = [
  list("timeout", "How long things that are idle stay"),
  unsupported(list("aaa-server", "Servers that authenticate")),
  unsupported(list("aaa", "Authentication, authorization, accounting")),
  list("http", "The web server"),
  each("snmp-server", "Simple network management"),
  one("floodguard", "Resources of those who flood are taken back"),
  one("service", "What becomes of refused connections"),
];

/** After what IKE is told. */
export const LINES_OF_CLIENTS: readonly Statement[] = [
  unsupported(list("isakmp client configuration address-pool", "Addresses for clients")),
  unsupported(list("isakmp peer", "What is not to be asked of a peer")),
  unsupported(list("ca", "Authority, certificates and keys")),
  unsupported(list("vpngroup", "A group of clients")),
];

export const LINES_AT_THE_END: readonly Statement[] = [
  list("telnet", "Who may reach the console by telnet"),
  list("ssh", "Who may reach the console by SSH"),
  one("terminal", "Width of a terminal"),
];

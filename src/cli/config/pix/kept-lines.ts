/** Lines of a PIX that are kept and printed back: what it filters, translates, inspects and logs. */
import { keeping, keptIn, keptPhrase, unsupported } from "../../keeping.ts";
import { GLOBAL_PLACE, type Statement } from "../../mode.ts";

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

/** One line at a time, and `no` counts too. */
function one(words: string, help: string): Statement {
  return keep(words, help, "statement", true);
}

/** Several lines that are each on or off. */
function each(words: string, help: string): Statement {
  return keep(words, help, "line", true);
}

/** Several lines, each of which `no` removes. */
function list(words: string, help: string): Statement {
  return keep(words, help, "line", false);
}

function keep(words: string, help: string, replaces: "statement" | "line", keepsNo: boolean): Statement {
  const traits = { replaces, keepsNo, effect: "none", block: undefined } as const;
  return keeping(keptPhrase(words, help), traits, keptIn(GLOBAL_PLACE));
}
